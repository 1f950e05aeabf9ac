"""A pair of axes with lines, drawn by pyqtgraph as it was planned: nothing is laid out or found out here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, Final, cast

import numpy as np
from pyqtgraph import AxisItem, GraphicsScene, GraphicsView, ViewBox
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsTextItem, QWidget

from gui.charts.frame import GAP, RIM, Plan, Tick, Titles
from gui.charts.pens import line_pen, small_font
from gui.charts.scale import Range
from gui.plots.dots import Dots
from gui.plots.pieces import Curve, Pieces
from gui.theme import Theme

_CLIP: Final = 4.0
"""Pixels around the plot where dots at its edge go on."""
_FAR: Final = 100
"""Pixels that words may stand out beyond the ends of an axis."""
_MARGIN: Final = 5.0
"""Pixels around the title of an axis: as many as pyqtgraph moves it outwards."""
_ABOVE: Final = 1e6
"""Where dots are, in front of all lines."""


class _Box(ViewBox):
    """Lines inside the axes; whoever holds it says what is on show."""

    def __init__(self) -> None:
        super().__init__(enableMouse=False, enableMenu=False)

    def shape(self) -> QPainterPath:
        """Return where lines may be drawn."""
        path = QPainterPath()
        path.addRect(self.rect().adjusted(-_CLIP, -_CLIP, _CLIP, _CLIP))
        return path


class _Axis(AxisItem):
    """An axis of a length and width that were planned; words at its ends stay inside the widget."""

    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.enableAutoSIPrefix(False)
        self._ticks: list[tuple[float, str]] = []
        self._title = cast(QGraphicsTextItem, self.label)
        self._title.document().setDocumentMargin(_MARGIN)

    def dress(self, title: str, theme: Theme, line: QPen) -> None:
        """Take colours, font and title."""
        font = small_font()
        self.setTickFont(font)
        self._title.setFont(font)
        self.setTextPen(QColor(theme.muted))
        self.setPen(line)
        self.setLabel(title, color=theme.muted)

    def show_ticks(self, place: QRectF, ticks: Sequence[Tick], span: Range) -> None:
        """Take a place in the scene, ticks, and what is on show."""
        if self.orientation == "left":
            self.setFixedWidth(place.width())
        else:
            self.setFixedHeight(place.height())
        self.setGeometry(place)
        self.setRange(*span)
        self._ticks = [((at - span.low) / span.size, word) for at, word in ticks]
        self.setTicks([list(ticks)])

    def boundingRect(self) -> QRectF:
        """Return the axis with what words may stand out."""
        return self.rect().adjusted(-_FAR, -_FAR, _FAR, _FAR)

    def generateDrawSpecs(self, p: QPainter) -> Any:  # noqa: ANN401
        """Return the line along the axis, no ticks, and the boxes and flags of all words."""
        size, metrics = self.size(), QFontMetricsF(small_font())
        high = metrics.height()
        words: list[tuple[QRectF, Qt.AlignmentFlag, str]] = []
        for at, word in self._ticks:
            if self.orientation == "left":
                box = QRectF(0, size.height() * (1 - at) - high / 2, size.width() - GAP, high)
                words.append((box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word))
                continue
            wide = metrics.horizontalAdvance(word) + 2
            left = max(-self.x(), min(size.width() * at - wide / 2, size.width() + RIM - wide))
            top = GAP if self.orientation == "bottom" else 0.0
            words.append((QRectF(left, top, wide, high), Qt.AlignmentFlag.AlignCenter, word))
        line = self.rect().topRight(), self.rect().bottomRight()
        if self.orientation != "left":
            line = self.rect().topLeft(), self.rect().topRight()
        return (self.pen(), *line), [], words


class Plot:
    """Items of pyqtgraph, which stay; `show` gives them what has changed.

    The view itself is never on the screen: its scene is painted into the picture of a widget, so that a crosshair
    above it can move without any line being drawn again.

    Args:
        owner: the widget that it is painted in.
    """

    def __init__(self, owner: QWidget) -> None:
        self._view = GraphicsView(owner, background=cast(str, None))  # None: none at all
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.hide()
        self._scene = cast(GraphicsScene, self._view.scene())
        self.box = _Box()
        self._left, self._bottom, self._top = (_Axis(side) for side in ("left", "bottom", "top"))
        self._grid, self._borders = Curve(connect="pairs"), Curve(connect="pairs")
        self.lines: list[Pieces] = []
        self._worn: object = None
        self.dots = Dots()
        for item in (self.box, self._left, self._bottom, self._top):
            self._view.addItem(item)
        for depth, item in ((-2, self._grid), (-1, self._borders), (_ABOVE, self.dots)):
            item.setZValue(depth)
            self.box.addItem(item, ignoreBounds=True)

    def show(self, plan: Plan, titles: Titles, size: QSizeF, theme: Theme) -> None:
        """Take a plan.

        Args:
            plan: where everything lies.
            titles: of the axes.
            size: of the widget.
            theme: of all colours but those of lines.
        """
        self._view.resize(size.toSize())
        self._view.setRange(QRectF(0, 0, size.width(), size.height()), padding=0, disableAutoPixel=False)
        self.box.setGeometry(plan.area)
        self.box.setRange(xRange=plan.across.range, yRange=plan.up.range, padding=0, disableAutoRange=True)
        self._dress(titles, theme)
        self._show_axes(plan, size)
        self._show_rules(plan, theme, upright=titles.tick is not None)
        ordered = sorted(plan.lines, key=lambda drawn: drawn.line.above)
        for depth, (drawn, pieces) in enumerate(zip_longest(ordered, list(self.lines))):
            if drawn is None:
                pieces.clear()
                continue
            if pieces is None:
                pieces = Pieces(self.box, depth)
                self.lines.append(pieces)
            pieces.show(drawn, plan.up)
        self.dots.show_lines(ordered, plan.up)

    def paint(self, painter: QPainter, size: QSizeF) -> None:
        """Draw all onto a widget's paper, screen or file."""
        whole = QRectF(0, 0, size.width(), size.height())
        self._scene.prepareForPaint()
        self._scene.render(painter, whole, whole)

    def _show_axes(self, plan: Plan, size: QSizeF) -> None:
        area, across = plan.area, plan.across.range
        beside = QRectF(0, area.top(), area.left(), area.height())
        below = QRectF(area.left(), area.bottom(), area.width(), size.height() - area.bottom())
        self._left.show_ticks(beside, plan.steps, plan.up.range)
        self._bottom.show_ticks(below, plan.ticks, across)
        self._top.show_ticks(QRectF(area.left(), 0, area.width(), area.top()), plan.names, across)
        self._top.setVisible(bool(plan.names))

    def _dress(self, titles: Titles, theme: Theme) -> None:
        """Take colours, font and titles, unless they are worn already."""
        worn = (titles, theme, small_font())
        if worn != self._worn:
            self._worn = worn
            self._left.dress(titles.left, theme, line_pen(theme.border))
            self._bottom.dress(titles.bottom, theme, line_pen(theme.border))
            self._top.dress("", theme, QPen(Qt.PenStyle.NoPen))

    def _show_rules(self, plan: Plan, theme: Theme, *, upright: bool) -> None:
        (left, right), (low, high) = plan.across.range, plan.up.range
        lying = [(left, right, at, at) for at, _ in plan.steps]
        standing = [(at, at, low, high) for at, _ in plan.ticks] if upright else []
        _rule(self._grid, [*lying, *standing], theme.grid)
        _rule(self._borders, [(at, at, low, high) for at in plan.borders], theme.border)


def _rule(item: Curve, ends: Sequence[tuple[float, float, float, float]], colour: str) -> None:
    """Draw fine lines, each from (x, y) to (x, y), told as x, x, y, y."""
    found = np.array(ends, dtype=np.float64).reshape(-1, 4)
    item.setData(x=found[:, :2].ravel(), y=found[:, 2:].ravel(), pen=line_pen(colour))
