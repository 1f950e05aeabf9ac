"""Marks at the points of a line, told apart by their shape."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

CIRCLE: Final = "circle"
_CORNERS: Final = {
    "square": (4, 45.0, 1.25, 1.0),
    "triangle": (3, 0.0, 1.3, 1.0),
    "diamond": (4, 0.0, 1.3, 1.0),
    "star": (10, 0.0, 1.4, 0.45),
    "wedge": (3, 180.0, 1.3, 1.0),
    "pentagon": (5, 0.0, 1.15, 1.0),
    "hexagon": (6, 0.0, 1.15, 1.0),
}
"""Number of corners, degrees from upright, size against that of the circle, and how far out every second corner is."""
MARKERS: Final = (CIRCLE, *_CORNERS)


def paint_marker(painter: QPainter, marker: str, place: QPointF, size: float) -> None:
    """Draw a mark about as large as a circle of a diameter, with the painter's pen and brush."""
    painter.drawPath(_path(marker, size).translated(place))


@cache
def _path(marker: str, size: float) -> QPainterPath:
    made, radius = QPainterPath(), size / 2
    if marker == CIRCLE:
        made.addEllipse(QRectF(-radius, -radius, size, size))
        return made
    count, turned, larger, inner = _CORNERS[marker]
    corners: list[QPointF] = []
    for place in range(count):
        angle = math.radians(turned + 360 * place / count)
        far = radius * larger * (inner if place % 2 else 1.0)
        corners.append(QPointF(far * math.sin(angle), -far * math.cos(angle)))
    made.addPolygon(QPolygonF(corners))
    made.closeSubpath()
    return made
