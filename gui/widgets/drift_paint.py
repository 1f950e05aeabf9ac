"""Paint the drift map: where each class mean was stored, where calibration put it, and where it truly lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import floor, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui.charts.pens import small_font
from gui.state.drift import ClassRow, Points, Scene
from gui.theme import Theme
from gui.widgets.drift_labels import Box, Wish, place
from gui.widgets.drift_layers import Place, Places, paint_classes
from gui.widgets.drift_view import View

_LONGEST: Final = 150.0
"""Pixels of a name."""
_GAP: Final = 9.0
_MOST_NAMES: Final = 40
_DIM: Final = 0.3


@dataclass(frozen=True)
class Picture:
    """What the map shows: a scene, and its classes, the old ones first."""

    scene: Scene
    rows: tuple[ClassRow, ...]

    @cached_property
    def starts(self) -> Points:
        """Where each class was before `(n, 2)`."""
        return np.concatenate([self.scene.stored, self.scene.before])

    @cached_property
    def ends(self) -> Points:
        """Where each class is drawn: after calibration, or after stage 1 `(n, 2)`."""
        return np.concatenate([self.scene.pushed, self.scene.after])

    @cached_property
    def spots(self) -> tuple[Points, NDArray[np.int64]]:
        """All marks `(m, 2)`, and the class of each `(m,)`."""
        classes, old = np.arange(len(self.rows)), np.arange(len(self.scene.true))
        points = np.concatenate([self.ends, self.starts, self.scene.true])
        return points, np.concatenate([classes, classes, old])

    @cached_property
    def by_move(self) -> tuple[int, ...]:
        """Classes, the most moved first."""
        return tuple(sorted(range(len(self.rows)), key=lambda i: -(self.rows[i].moved or 0.0)))


@dataclass(frozen=True, slots=True)
class Look:
    """How it is shown: colours, and the classes that stand out."""

    theme: Theme
    selected: int | None = None
    hovered: int | None = None


def paint_map(painter: QPainter, area: QRectF, view: View, picture: Picture, look: Look) -> None:
    """Draw grid, classes and names."""
    _paint_grid(painter, area, view, look.theme)
    _Painter(painter, view, picture, look).paint(area)


def radius_of(classes: int) -> float:
    """Return the size of a mark in pixels, smaller where there are many."""
    return 5.5 if classes <= 24 else 4.5 if classes <= 60 else 3.5


class _Painter:
    """Paints one picture once."""

    def __init__(self, painter: QPainter, view: View, picture: Picture, look: Look) -> None:
        self.painter, self.picture, self.look = painter, picture, look
        true = picture.scene.true
        self.places = Places(*(_pixels(view, points) for points in (picture.starts, picture.ends, true)))
        self.marks = view.to_pixels(picture.spots[0])
        self.radius = radius_of(len(picture.rows))

    def paint(self, area: QRectF) -> None:
        """Draw all classes, those that stand out last, and names."""
        rows, theme = self.picture.rows, self.look.theme
        loud = [i for i in dict.fromkeys((self.look.selected, self.look.hovered)) if i is not None]
        quiet = [i for i in reversed(range(len(rows))) if i not in loud]
        self.painter.setOpacity(1.0 if self.look.selected is None else _DIM)
        paint_classes(self.painter, self.places, rows, quiet, theme, self.radius)
        self.painter.setOpacity(1.0)
        paint_classes(self.painter, self.places, rows, loud, theme, self.radius, loud=True)
        self.painter.setPen(QPen(QColor(theme.text), 1.6))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        for spot in (self.places.ends[i] for i in loud):
            if spot is not None:
                self.painter.drawEllipse(spot, self.radius + 4, self.radius + 4)
        self._paint_names(area)

    def _paint_names(self, area: QRectF) -> None:
        font = small_font()
        first = [i for i in (self.look.hovered, self.look.selected) if i is not None]
        rest = [i for i in self.picture.by_move if i not in first] if self.look.selected is None else []
        wanted = [i for i in (*dict.fromkeys(first), *rest) if self.places.ends[i] is not None][:_MOST_NAMES]
        names = [_measured(self.picture.rows[i].name, font.toString()) for i in wanted]
        wishes = [
            Wish(float(self.marks[i, 0]), float(self.marks[i, 1]), width, i in first)
            for i, (_, width) in zip(wanted, names, strict=True)
        ]
        places = place(wishes, QFontMetricsF(font).height(), (area.width(), area.height()), self.marks, _GAP)
        for index, (name, _), box in zip(wanted, names, places, strict=True):
            if box is not None:
                self._paint_name(name, box, font, loud=index in first)

    def _paint_name(self, name: str, box: Box, font: QFont, *, loud: bool) -> None:
        theme = self.look.theme
        place = QRectF(box[0], box[1], box[2] - box[0], box[3] - box[1])
        veil = QColor(theme.surface)
        veil.setAlphaF(0.85 if loud else 0.6)
        self.painter.fillRect(place, veil)
        self.painter.setFont(font)
        self.painter.setPen(QColor(theme.text if loud else theme.muted))
        self.painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)


@lru_cache(maxsize=4096)
def _measured(name: str, font: str) -> tuple[str, float]:
    """Return a name as long as it may be in a font, and its width in pixels."""
    written = QFont()
    written.fromString(font)
    metrics = QFontMetricsF(written)
    short = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, _LONGEST)
    return short, metrics.horizontalAdvance(short) + 4


def _pixels(view: View, points: Points) -> list[Place]:
    """Return places on the picture, None for what is not known."""
    pixels = view.to_pixels(points)
    return [QPointF(x, y) if x == x and y == y else None for x, y in pixels.tolist()]  # NaN is no number


def _paint_grid(painter: QPainter, area: QRectF, view: View, theme: Theme) -> None:
    """Draw lines at round distances, and say how long a square's side is."""
    step = _round_step(70 / view.scale)
    corner, far = (view.to_plane(np.array(p)) for p in ((area.left(), area.bottom()), (area.right(), area.top())))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(theme.grid), 1))
    for axis in (0, 1):
        for line in _lines(float(corner[axis]), float(far[axis]), step):
            x, y = view.to_pixels(np.array([[line, line]]))[0].tolist()
            ends = ((x, area.top(), x, area.bottom()), (area.left(), y, area.right(), y))[axis]
            painter.drawLine(QPointF(*ends[:2]), QPointF(*ends[2:]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(small_font())
    painter.setPen(QColor(theme.muted))
    words = f"grid: {step:g}"
    painter.drawText(area.adjusted(6, 0, -6, -4), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, words)


def _lines(low: float, high: float, step: float) -> Sequence[float]:
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [i * step for i in range(first, last + 1)]


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)
