"""The loss of both stages, side by side, over the steps of all tasks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QWidget

from gui.charts.axes import Axes
from gui.charts.base import Cell
from gui.charts.frame import Marks, Titles
from gui.charts.line_chart import LineChart
from gui.charts.lines import Line
from gui.charts.scale import Range
from gui.state.curves import Curves, task_name
from gui.state.losses import Losses
from gui.state.smoothing import SMOOTHING, STRONGEST, Smoothed, smoothed
from gui.theme import Theme, faded

_STAGES = (("adapt", "Loss, stage 1"), ("align", "Loss, stage 2"))
_RAW, _SMOOTHED = "As reported", "Smoothed"
_FAINT = 0.4
_FRAME_MS = 16


class LossChart(LineChart):
    """Raw losses faint, smoothed ones strong, a border where a task begins."""

    id = "loss"
    title = "Loss"
    help = "Stage 1 adapts the image tower, stage 2 aligns prompts with replayed features."
    rank = 30
    metrics = ("loss",)

    smoothing_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages = [_Stage(stage, words) for stage, words in _STAGES]
        self._slider = self._make_slider()
        self._frame = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._frame.timeout.connect(self._redraw)
        self.set_axes(*(stage.axes for stage in self._stages), above=True)

    @property
    def smoothing(self) -> float:
        """The share of the past in the smoothed loss, 0 .. 0.99."""
        return self._slider.value() / 100

    def set_smoothing(self, share: float) -> None:
        """Smooth more or less."""
        self._slider.setValue(round(100 * share))

    def stamp(self, curves: Curves) -> object:
        """Return how many losses there are, and whether more may come."""
        return tuple(len(curves.losses[stage]) for stage, _ in _STAGES), curves.running, len(curves.scores)

    def waiting(self, curves: Curves) -> str:
        """Tell why there is no loss."""
        if any(len(curves.losses[stage]) for stage, _ in _STAGES):
            return ""
        return "The first loss comes with the first step." if not _settled(curves) else "This method trains nothing."

    def draw(self, curves: Curves) -> None:
        """Give each stage its points; where many are still to be smoothed, go on in the next frame."""
        done = [stage.draw(curves, self.smoothing, self.theme, number) for number, stage in enumerate(self._stages)]
        if not all(done):
            self._frame.start()
        theme = self.theme
        raw = Line(_RAW, curves.losses["adapt"].series, faded(theme.text, theme.surface, _FAINT).name(), width=1.0)
        self.show_keys([raw, Line(_SMOOTHED, raw.points, theme.text, width=2.0)])
        last = ((i, stage.smoothed.last) for i, stage in enumerate(self._stages, start=1))
        said = [(i, f"{value:.3f}") for i, value in last if value is not None]
        self.set_summary(*("   ".join(f"{what}{i}: {value}" for i, value in said) for what in ("Stage ", "")))

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return every loss in full resolution."""
        rows: list[Sequence[Cell]] = [["stage", "step", "loss", f"smoothed {self.smoothing:.2f}"]]
        for number, (stage, _) in enumerate(_STAGES, start=1):
            losses = curves.losses[stage]
            smooth = smoothed(losses, self.smoothing)
            points = zip(losses.x.tolist(), losses.loss.tolist(), smooth.tolist(), strict=True)
            rows.extend([number, int(x), loss, value] for x, loss, value in points)
        return rows

    # --- smoothing ---

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, round(100 * STRONGEST))
        slider.setValue(round(100 * SMOOTHING))
        slider.setFixedWidth(72)
        slider.setAccessibleName("Smoothing")
        slider.valueChanged.connect(self._smooth)
        self.header.add_control(slider)
        self.controls.append(slider)
        self._say_smoothing(slider)
        return slider

    def _smooth(self) -> None:
        self._say_smoothing(self._slider)
        self.smoothing_chosen.emit(self.smoothing)
        self._redraw()

    def _redraw(self) -> None:
        self._drawn = None
        if self.curves is not None:
            self.show_curves(self.curves)

    @staticmethod
    def _say_smoothing(slider: QSlider) -> None:
        slider.setToolTip(f"Smoothing {slider.value() / 100:.2f}: the share of the past in the strong line")


class _Stage:
    """The axes of one stage, and its moving average."""

    def __init__(self, stage: str, words: str) -> None:
        self.stage = stage
        self.smoothed = Smoothed(SMOOTHING)
        self.axes = Axes(words, Titles(words, "Step"), self._where, "{:.4f}", logs=True)
        self._losses = Losses()
        self._of: object = None

    def draw(self, curves: Curves, share: float, theme: Theme, number: int) -> bool:
        """Show what there is; tell whether all of it is smoothed."""
        losses = self._losses = curves.losses[self.stage]
        of = (curves, curves.revision, share)
        if of != self._of:
            self._of = of
            self.smoothed = Smoothed(share)
        done = self.smoothed.follow(losses)
        colour = theme.series[number]
        # Named now: a run that is told again forgets its borders before the next paint.
        tasks = [border.task for border in losses.borders]
        borders = np.array([border.x for border in losses.borders])
        marks = Marks(borders, losses.end, lambda place: task_name(tasks[place]))
        self.axes.set_note("" if len(losses) else "None in this method" if _settled(curves) else "Not yet")
        self.axes.show_lines(
            [
                Line(_RAW, losses.series, faded(colour, theme.surface, _FAINT).name(), width=1.0),
                Line(_SMOOTHED, self.smoothed.series, colour, width=2.0),
            ],
            Range(0.0, losses.end or 1.0),
            marks=marks if len(losses) else None,
        )
        return done

    def _where(self, x: float) -> str:
        losses = self._losses
        if not len(losses):
            return ""
        return f"{task_name(losses.task_at(losses.series.nearest(x)))}, step {x:,.0f}"


def _settled(curves: Curves) -> bool:
    """Whether a stage without losses will stay so: a whole task went by, or the run is over."""
    return bool(curves.scores) or not curves.running
