"""Paint the classes of the drift map layer by layer, so that what matters most lies on top, and quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.state.drift import ClassRow
from gui.theme import Theme
from gui.widgets.drift_marks import Mark, draw_arrows, draw_marks, task_mark

Place: TypeAlias = QPointF | None
"""A pixel, None where a place is not known."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where each class is drawn, the old ones first; true means are those of old classes."""

    starts: Sequence[Place]
    ends: Sequence[Place]
    true: Sequence[Place]


@dataclass(frozen=True, slots=True)
class _Group:
    """Classes that look alike: those of one task."""

    mark: Mark
    old: bool
    radius: float
    steps: Sequence[tuple[QPointF, QPointF]]
    misses: Sequence[tuple[QPointF, QPointF]]


def paint_classes(
    painter: QPainter,
    places: Places,
    rows: Sequence[ClassRow],
    members: Sequence[int],
    theme: Theme,
    radius: float,
    *,
    loud: bool = False,
) -> None:
    """Draw some classes.

    Args:
        painter: with the opacity that they have.
        places: of all classes.
        rows: all classes.
        members: indices of those to draw.
        theme: of all colours.
        radius: of a mark in pixels.
        loud: whether they stand out.
    """
    groups = _groups(places, rows, members, theme, radius)
    surface = QColor(theme.surface)
    for group in groups:
        painter.setPen(QPen(group.mark.colour, 1.6 if loud else 1.0, Qt.PenStyle.DotLine))
        painter.drawLines([QLineF(end, true) for end, true in group.misses])
    for group in groups:
        size = group.radius if group.old else 0.6 * group.radius
        draw_marks(painter, (start for start, _ in group.steps), group.mark.shape, size, group.mark.faint)
    for group in groups:
        width = (2.0 if group.old else 1.0) + (0.8 if loud else 0.0)
        draw_arrows(painter, group.steps, group.mark.colour, width, 0.8 * group.radius)
    for group in groups:
        hollow = QPen(group.mark.colour, 1.6)
        draw_marks(painter, (true for _, true in group.misses), group.mark.shape, group.radius, surface, hollow)
    rim = QPen(surface, 1.0)
    for group in groups:
        draw_marks(painter, (end for _, end in group.steps), group.mark.shape, group.radius, group.mark.colour, rim)


def _groups(
    places: Places, rows: Sequence[ClassRow], members: Sequence[int], theme: Theme, radius: float
) -> list[_Group]:
    """Return the members by task; those whose place is not known are left out."""

    def pairs(ones: Sequence[Place], others: Sequence[Place], of: Sequence[int]) -> list[tuple[QPointF, QPointF]]:
        found = [(ones[i], others[i]) for i in of if i < len(others)]
        return [(one, other) for one, other in found if one is not None and other is not None]

    made: list[_Group] = []
    for (task, old), found in groupby(members, lambda i: (rows[i].task, rows[i].old)):
        of = list(found)
        size = radius if old else 0.75 * radius
        steps = pairs(places.starts, places.ends, of)
        made.append(_Group(task_mark(theme, task), old, size, steps, pairs(places.ends, places.true, of)))
    return made
