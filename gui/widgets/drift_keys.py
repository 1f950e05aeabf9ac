"""A legend in words below a picture: samples and what they mean, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.charts.pens import line_pen, small_font
from gui.theme import Dash, Theme

Sample: TypeAlias = Callable[[QPainter, QRectF], None]
"""Draws a sample into a box."""

_LINE: Final = 16.0
_GAP: Final = 5.0
_APART: Final = 14.0


@dataclass(frozen=True, slots=True)
class Key:
    """A sample and what it means."""

    words: str
    sample: Sample
    width: float = 22.0
    """Pixels of the sample."""


class Keys(QWidget):
    """Keys from left to right, then in the next line; as high as they need."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: tuple[Key, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend")

    def show_keys(self, keys: Sequence[Key], theme: Theme) -> None:
        """Replace all keys."""
        self._keys, self._theme = tuple(keys), theme
        words = ", ".join(key.words for key in keys)
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all lines at the present width."""
        places = self._places()
        return QSize(120, round(places[-1].bottom()) if places else 0)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a legend that is cut explains nothing."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the lines anew."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw samples and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        for key, place in zip(self._keys, self._places(), strict=True):
            painter.save()
            key.sample(painter, QRectF(place.left(), place.top(), key.width, place.height()))
            painter.restore()
            painter.setPen(QColor(self._theme.muted))
            words = place.adjusted(key.width + _GAP, 0, 1, 0)
            left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(words, left, painter.fontMetrics().elidedText(
                key.words, Qt.TextElideMode.ElideRight, round(words.width()) + 1
            ))  # fmt: skip
        painter.end()

    def _fit(self) -> None:
        """Ask for the height that the present width needs."""
        self.setFixedHeight(self.sizeHint().height())

    def _places(self) -> list[QRectF]:
        """Return where each key stands."""
        metrics = QFontMetricsF(small_font())
        line = max(_LINE, metrics.height())
        room = float(max(self.width(), 1))
        places: list[QRectF] = []
        x = y = 0.0
        for key in self._keys:
            width = min(room, key.width + _GAP + metrics.horizontalAdvance(key.words) + 1)
            if x and x + width > room:
                x, y = 0.0, y + line
            places.append(QRectF(x, y, width, line))
            x += width + _APART
        return places


def line_sample(colour: str, width: float, dash: Dash) -> Sample:
    """Return a sample of a line."""

    def draw(painter: QPainter, box: QRectF) -> None:
        painter.setPen(line_pen(colour, width, dash))
        middle = box.center().y()
        painter.drawLine(box.topLeft().toPoint().x(), round(middle), round(box.right()), round(middle))

    return draw
