"""The marks of the drift map: a shape a task, so that colour is never the only sign, and arrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import hypot
from typing import Final

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gui.charts.markers import MARKERS, paint_marker
from gui.theme import Theme, faded

_HEAD: Final = 7.0
"""Pixels of an arrow's head."""
_FAINT: Final = 0.38
_SHORTEST: Final = 2.0
"""An arrow of fewer pixels is not drawn."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How the classes of a task are drawn."""

    shape: str
    """One of `MARKERS`."""
    colour: QColor
    faint: QColor
    """Of what is no longer so."""


@lru_cache(maxsize=256)
def task_mark(theme: Theme, task: int) -> Mark:
    """Return the mark of a task; a task of which nothing is known is quiet."""
    turn, number = divmod(task, len(theme.series)) if task >= 0 else (0, 0)
    colour = theme.series[number] if task >= 0 else theme.muted
    return Mark(MARKERS[(number + turn) % len(MARKERS)], QColor(colour), faded(colour, theme.surface, _FAINT))


def draw_marks(
    painter: QPainter, places: Iterable[QPointF], shape: str, radius: float, fill: QColor, pen: QPen | None = None
) -> None:
    """Draw marks of one kind, filled and, with a pen, outlined."""
    painter.setPen(pen or Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    for place in places:
        paint_marker(painter, shape, place, 2 * radius)


def draw_arrows(
    painter: QPainter, ends: Iterable[tuple[QPointF, QPointF]], colour: QColor, width: float, short: float = 0.0
) -> None:
    """Draw arrows of one kind that end `short` pixels before their ends; a head is never longer than half of one."""
    made = [arrow for start, end in ends if (arrow := _arrow(start, end, short)) is not None]
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLines([line for line, _ in made])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for _, head in made:
        painter.drawPolygon(head)


def _arrow(start: QPointF, end: QPointF, short: float) -> tuple[QLineF, QPolygonF] | None:
    """Return shaft and head of an arrow; none where it is too short to be seen."""
    x, y = end.x() - start.x(), end.y() - start.y()
    whole = hypot(x, y)
    length = whole - short
    if length < _SHORTEST:
        return None
    x, y = x / whole, y / whole
    head = min(_HEAD, length / 2)
    tip = QPointF(end.x() - short * x, end.y() - short * y)
    neck = QPointF(tip.x() - head * x, tip.y() - head * y)
    side = QPointF(-y * head * 0.45, x * head * 0.45)
    return QLineF(start, neck), QPolygonF([tip, neck + side, neck - side])
