"""pyqtgraph the way all our charts use it: quiet axes, task ticks, pens from the theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QApplication, QToolTip

from gui.state.curves import task_name
from gui.theme import Dash, Theme

Plot: TypeAlias = Any
"""A pyqtgraph PlotItem, which has no types."""

_SMALL = 8.0
_TITLE = 18
_MOST_TICKS = 8


def small_font() -> QFont:
    """Return the font of ticks and cells."""
    font = QFont(QApplication.font())
    font.setPointSizeF(_SMALL)
    return font


def canvas() -> Any:  # noqa: ANN401
    """Return an empty sheet for plots."""
    sheet: Any = pg.GraphicsLayoutWidget()
    sheet.ci.layout.setContentsMargins(0, 0, 0, 0)
    sheet.ci.layout.setSpacing(8)
    sheet.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return sheet


def add_plot(sheet: Any, column: int = 0, *, zoom: bool = False) -> Plot:  # noqa: ANN401
    """Add a plot to a sheet; only with `zoom` the mouse moves its x axis."""
    plot = sheet.addPlot(row=0, col=column, enableMenu=False)
    plot.hideButtons()
    plot.setMouseEnabled(x=zoom, y=False)
    plot.showGrid(x=False, y=True, alpha=0.5)
    plot.getViewBox().setDefaultPadding(0.0)
    plot.disableAutoRange()  # every chart knows its range; finding it out anew with each line takes most of the time
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setStyle(tickFont=small_font(), tickLength=4, tickTextOffset=4, autoExpandTextSpace=True)
        axis.enableAutoSIPrefix(False)
        axis.setZValue(-1)  # the grid belongs to an axis, and would lie on top of bars
    if not zoom:
        sheet.wheelEvent = _pass_on
    return plot


def _pass_on(event: Any) -> None:  # noqa: ANN401
    """Let the page scroll: a plot that does not zoom has no use for the wheel."""
    event.ignore()


def style_plot(plot: Plot, theme: Theme) -> None:
    """Give axes and background a theme's colours."""
    plot.getViewBox().setBackgroundColor(None)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(theme.border))
        axis.setTextPen(pg.mkPen(theme.muted))


def title_plot(plot: Plot, words: str, theme: Theme) -> None:
    """Write a quiet line above a plot; pyqtgraph's own leaves room for a larger font."""
    plot.setTitle(words, size=f"{_SMALL}pt", color=theme.muted)
    plot.titleLabel.setMaximumHeight(_TITLE)
    plot.layout.setRowFixedHeight(0, _TITLE)


def label_axes(plot: Plot, left: str, bottom: str, theme: Theme) -> None:
    """Name both axes."""
    for side, words in (("left", left), ("bottom", bottom)):
        plot.getAxis(side).setLabel(words, color=theme.muted, **{"font-size": f"{_SMALL}pt"})


def task_ticks(plot: Plot, places: Sequence[tuple[float, int]], side: str = "bottom", most: int = _MOST_TICKS) -> None:
    """Write T1, T2 .. at an axis, at (x, task); every so many where there are more than `most`."""
    every = -(-len(places) // most) or 1
    plot.getAxis(side).setTicks([[(x, task_name(task)) for x, task in places[::every]]])


def line_pen(colour: str | QColor, width: float = 1.0, dash: Dash = ()) -> QPen:
    """Return a pen of a constant width; `dash` is in pen widths."""
    pen: QPen = pg.mkPen(colour, width=width)
    if dash:
        pen.setDashPattern(dash)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def on_hover(sheet: Any, plot: Plot, describe: Callable[[QPointF], str]) -> None:  # noqa: ANN401
    """Show what `describe` says of the point below the mouse, in the plot's own units; nothing for ''."""

    def moved(position: QPointF) -> None:
        box = plot.getViewBox()
        words = describe(box.mapSceneToView(position)) if box.sceneBoundingRect().contains(position) else ""
        where = sheet.viewport().mapToGlobal(sheet.mapFromScene(position))
        if words:
            QToolTip.showText(where, words, sheet)
        else:
            QToolTip.hideText()

    sheet.scene().sigMouseMoved.connect(moved)
