"""The loss of both stages, side by side, over the steps of all tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QWidget

from gui.charts.base import Cell, Chart
from gui.charts.plots import (
    add_plot,
    canvas,
    label_axes,
    line_pen,
    on_hover,
    small_font,
    style_plot,
    task_ticks,
    title_plot,
)
from gui.state.curves import Curves, Losses, task_name
from gui.state.decimate import MOST, decimate
from gui.theme import Theme, faded

_STAGES = (("adapt", "Stage 1"), ("align", "Stage 2"))
_MOST_NAMES = 6
_POINTS_PER_PIXEL = 4
_SMOOTH_POINTS = 1000
"""A thick line takes longer to draw than a thin one; smoothed, it needs fewer points."""


class LossChart(Chart):
    """Raw losses faint, smoothed ones strong, a border where a task begins."""

    id = "loss"
    title = "Loss"
    help = (
        "Stage 1 adapts the image tower, stage 2 aligns prompts with replayed features. "
        "Faint: as reported; strong: smoothed. Drag or turn the wheel to zoom."
    )
    rank = 30

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = canvas()
        self._stages = [_StagePlot(self._sheet, column, stage, title) for column, (stage, title) in enumerate(_STAGES)]
        for shown in self._stages:
            on_hover(self._sheet, shown.plot, lambda point, shown=shown: self._describe(shown.stage, point))
        for column in range(len(_STAGES)):
            self._sheet.ci.layout.setColumnStretchFactor(column, 1)
        self._menu.addSeparator()
        self._menu.addAction("Show all steps", self._show_all)
        self.set_body(self._sheet)
        self.restyle(self.theme)

    def stamp(self, curves: Curves) -> object:
        """Return how many losses there are, and whether more may come."""
        return tuple(len(curves.losses[stage]) for stage, _ in _STAGES), curves.running, len(curves.scores)

    def waiting(self, curves: Curves) -> str:
        """Tell why there is no loss."""
        if any(len(curves.losses[stage]) for stage, _ in _STAGES):
            return ""
        return "The first loss comes with the first step." if not _settled(curves) else "This method trains nothing."

    def draw(self, curves: Curves) -> None:
        """Give each stage its points."""
        for shown in self._stages:
            shown.draw(curves.losses[shown.stage], self.theme, settled=_settled(curves))
        last = ((i, curves.losses[stage].last) for i, (stage, _) in enumerate(_STAGES, start=1))
        self.set_summary("   ".join(f"Stage {i}: {value:.3f}" for i, value in last if value is not None))

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return every loss in full resolution."""
        rows: list[Sequence[Cell]] = [["stage", "step", "loss", "smoothed"]]
        for number, (stage, _) in enumerate(_STAGES, start=1):
            losses = curves.losses[stage]
            points = zip(losses.x.tolist(), losses.loss.tolist(), losses.smooth.tolist(), strict=True)
            rows.extend([number, int(x), loss, smooth] for x, loss, smooth in points)
        return rows

    def restyle(self, theme: Theme) -> None:
        """Colour axes and lines."""
        self._sheet.setBackground(theme.surface)
        for number, shown in enumerate(self._stages):
            shown.restyle(theme, theme.series[number])

    def _show_all(self) -> None:
        for shown in self._stages:
            shown.follows = True
        self._drawn = None
        if self.curves is not None:
            self.show_curves(self.curves)

    def _describe(self, stage: str, point: QPointF) -> str:
        """Return the reported loss nearest to the mouse."""
        losses = self.curves.losses[stage] if self.curves else Losses()
        if not len(losses):
            return ""
        index = min(int(losses.x.searchsorted(point.x())), len(losses) - 1)
        task = max(border.task for border in losses.borders if border.index <= index)
        where = f"{task_name(task)}, step {losses.x[index]:.0f}"
        return f"{where}\nLoss {losses.loss[index]:.4f}\nSmoothed {losses.smooth[index]:.4f}"


def _settled(curves: Curves) -> bool:
    """Whether a stage without losses will stay so: a whole task went by, or the run is over."""
    return bool(curves.scores) or not curves.running


def _span(losses: Losses) -> tuple[float, float]:
    """Return what the y axis shows: every loss that is a number, and a little room."""
    raw = losses.loss
    raw = raw[np.isfinite(raw)]
    if not len(raw):
        return 0.0, 1.0
    low, high = float(raw.min()), float(raw.max())
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


class _StagePlot:
    """The plot of one stage."""

    def __init__(self, sheet: Any, column: int, stage: str, title: str) -> None:  # noqa: ANN401
        self.stage = stage
        self.plot = add_plot(sheet, column, zoom=True)
        self.plot.showAxis("top")
        top = self.plot.getAxis("top")
        top.setStyle(tickFont=small_font(), tickLength=0, tickTextOffset=2)
        self.follows = True
        """Whether all steps are shown; not any more once the mouse has zoomed."""
        self.plot.getViewBox().sigRangeChangedManually.connect(self._zoomed)
        self._title = title
        self._note: str | None = None
        self._left = "Loss" if column == 0 else ""
        self._raw = self.plot.plot()
        self._smooth = self.plot.plot()
        self._borders: list[Any] = []
        self._middles: list[tuple[float, int]] = []

    def _zoomed(self) -> None:
        self.follows = False

    def restyle(self, theme: Theme, colour: str) -> None:
        style_plot(self.plot, theme)
        top = self.plot.getAxis("top")
        top.setPen(pg.mkPen(None))
        top.setTickPen(pg.mkPen(None))
        top.setTextPen(pg.mkPen(theme.muted))
        label_axes(self.plot, self._left, "Step", theme)
        self._raw.setPen(line_pen(faded(colour, theme.surface, 0.4)))
        self._smooth.setPen(line_pen(colour, 2.0))
        self._note = None
        self._clear_borders()

    def draw(self, losses: Losses, theme: Theme, *, settled: bool) -> None:
        none = "" if len(losses) else (" (none in this method)" if settled else " (not yet)")
        if self._note != none:
            self._note = none
            title_plot(self.plot, self._title + none, theme)
        x, most = losses.x, self._most_points()
        self._raw.setData(*decimate(x, losses.loss, most))
        self._smooth.setData(*decimate(x, losses.smooth, min(most, _SMOOTH_POINTS)))
        if self.follows and len(losses):
            self.plot.setRange(xRange=(0, losses.end), yRange=_span(losses))
        self._draw_borders(losses, theme)

    def _most_points(self) -> int:
        """Return how many points can be told apart; zoomed in, more of them."""
        return min(MOST, max(400, _POINTS_PER_PIXEL * int(self.plot.getViewBox().width()))) if self.follows else MOST

    def _draw_borders(self, losses: Losses, theme: Theme) -> None:
        """Write each task's name above the middle of its points, and draw a line where it begins."""
        ends = [*(border.x for border in losses.borders[1:]), losses.end]
        middles = [((border.x + end) / 2, border.task) for border, end in zip(losses.borders, ends, strict=False)]
        if middles != self._middles:
            self._middles = middles
            task_ticks(self.plot, middles, "top", _MOST_NAMES)
        if len(self._borders) == max(0, len(losses.borders) - 1):
            return
        self._clear_borders()
        for border in losses.borders[1:]:
            line = pg.InfiniteLine(border.x, pen=line_pen(theme.border, 1.0, (4, 3)))
            self.plot.addItem(line, ignoreBounds=True)
            self._borders.append(line)

    def _clear_borders(self) -> None:
        for line in self._borders:
            self.plot.removeItem(line)
        self._borders.clear()
