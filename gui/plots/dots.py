"""The dots of all lines of a plot: one item of pyqtgraph that draws those of a line at once.

Its own `ScatterPlotItem` takes about ten times as long: it asks each dot for its pen, its brush and its shape.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pyqtgraph import GraphicsObject
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.charts.lines import Drawn, Line
from gui.charts.markers import CIRCLE, paint_marker
from gui.charts.pens import line_pen
from gui.charts.scale import Scale


class Dots(GraphicsObject):
    """Dots of a size in pixels, at places in numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[Line, QPolygonF]] = []

    def show_lines(self, lines: Sequence[Drawn], up: Scale) -> None:
        """Draw the dots of lines, those of the last one above all others."""
        self._lines = []
        for drawn in lines:
            if drawn.line.dots:
                y = up.inner(drawn.y)
                known = np.isfinite(y)
                places = zip((drawn.x[known] + drawn.line.shift).tolist(), y[known].tolist(), strict=True)
                self._lines.append((drawn.line, QPolygonF([QPointF(*place) for place in places])))
        self.update()

    def boundingRect(self) -> QRectF:
        """Return all that is on show."""
        box = self.getViewBox()
        return box.viewRect() if box else QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw all dots, each line's at the pixels where its points are."""
        onto = painter.transform()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line, places in self._lines:
            _paint(painter, line, onto.map(places))


def _paint(painter: QPainter, line: Line, places: QPolygonF) -> None:
    if line.marker == CIRCLE and not line.hollow:
        pen = line_pen(line.colour, line.dots + 1)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(places)
        return
    painter.setPen(line_pen(line.colour))
    painter.setBrush(Qt.BrushStyle.NoBrush if line.hollow else QColor(line.colour))
    for place in places.toList():
        paint_marker(painter, line.marker, place, line.dots)
