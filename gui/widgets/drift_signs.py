"""What the signs of the drift map mean, in words."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.charts.markers import CIRCLE
from gui.state.curves import task_name
from gui.theme import Theme
from gui.widgets.drift_keys import Key, Sample
from gui.widgets.drift_marks import draw_arrows, draw_marks, task_mark
from gui.widgets.drift_paint import Picture

_RADIUS: Final = 4.0
_PAIR: Final = 34.0
_ONE: Final = 10.0
"""Pixels of samples with two marks, and with one."""
_MOST_TASKS: Final = 12


def map_keys(picture: Picture, tasks: int, theme: Theme) -> list[Key]:
    """Return what each sign means, then the sign of each task on show."""
    colour = QColor(theme.text)
    shown = sorted({row.task for row in picture.rows if row.task >= 0})
    signs = [Key("stored → calibrated", _move(theme, colour), _PAIR)]
    if np.isfinite(picture.scene.true).any():
        signs.append(Key("still off the true mean", _miss(theme, colour), _PAIR))
    signs.append(Key("current class, by stage 1", _thin(colour)))
    if shown and tasks <= _MOST_TASKS:
        signs += [Key(task_name(task), _task(theme, task), _ONE) for task in shown]
    elif shown:
        first, last = task_name(shown[0]), task_name(shown[-1])
        signs.append(Key(f"a shape and colour for each of {first} .. {last}", _task(theme, shown[0])))
    return signs


def _ends(box: QRectF) -> tuple[QPointF, QPointF]:
    """Return where a sample of two marks has them."""
    middle = box.center().y()
    return QPointF(box.left() + _RADIUS, middle), QPointF(box.right() - _RADIUS, middle)


def _move(theme: Theme, colour: QColor) -> Sample:
    """Return a faint mark, an arrow, and a full mark."""

    def draw(painter: QPainter, box: QRectF) -> None:
        start, end = _ends(box)
        draw_marks(painter, [start], CIRCLE, _RADIUS, QColor(theme.muted))
        draw_arrows(painter, [(start, end)], colour, 2.0, _RADIUS)
        draw_marks(painter, [end], CIRCLE, _RADIUS, colour)

    return draw


def _miss(theme: Theme, colour: QColor) -> Sample:
    """Return a full mark, a dotted line, and a hollow mark."""

    def draw(painter: QPainter, box: QRectF) -> None:
        start, end = _ends(box)
        painter.setPen(QPen(colour, 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(start, end)
        draw_marks(painter, [start], CIRCLE, _RADIUS, colour)
        draw_marks(painter, [end], CIRCLE, _RADIUS, QColor(theme.surface), QPen(colour, 1.6))

    return draw


def _thin(colour: QColor) -> Sample:
    def draw(painter: QPainter, box: QRectF) -> None:
        draw_arrows(painter, [_ends(box)], colour, 1.0)

    return draw


def _task(theme: Theme, task: int) -> Sample:
    def draw(painter: QPainter, box: QRectF) -> None:
        mark = task_mark(theme, task)
        draw_marks(painter, [box.center()], mark.shape, _RADIUS + 0.5, mark.colour)

    return draw
