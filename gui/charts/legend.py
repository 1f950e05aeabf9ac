"""A legend beside a plot: line sample, name and value, in as many rows as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.charts.plots import line_pen, small_font
from gui.theme import Dash, Theme

_SAMPLE = 22
_MARGIN = 8
_ROOMY, _TIGHT = 18.0, 13.0


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the plot."""

    name: str
    value: str
    colour: str
    dash: Dash
    width: float = 1.5


class Legend(QWidget):
    """Keys from top to bottom; the tooltip lists all of them when some do not fit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: tuple[Key, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)

    def show_keys(self, keys: Sequence[Key], theme: Theme) -> None:
        """Replace all keys."""
        self._keys, self._theme = tuple(keys), theme
        words = "\n".join(f"{key.name}  {key.value}" for key in keys)
        self.setToolTip(words)
        self.setAccessibleName("Legend")
        self.setAccessibleDescription(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the width of the longest key."""
        metrics = QFontMetricsF(small_font())
        widest = max((metrics.horizontalAdvance(f"{key.name}  {key.value}") for key in self._keys), default=0.0)
        return QSize(round(_MARGIN + _SAMPLE + 6 + widest + 6), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as many keys as fit, and how many do not."""
        if not self._keys:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        row = min(_ROOMY, max(_TIGHT, self.height() / len(self._keys)))
        room = max(1, int(self.height() // row))
        fits = self._keys if room >= len(self._keys) else self._keys[: room - 1]
        for i, key in enumerate(fits):
            self._paint_key(painter, key, QRectF(_MARGIN, i * row, self.width() - _MARGIN, row))
        if left := len(self._keys) - len(fits):
            painter.setPen(QColor(self._theme.muted))
            rest = QRectF(_MARGIN, len(fits) * row, self.width() - _MARGIN, row)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, f"{left} more…")
        painter.end()

    def _paint_key(self, painter: QPainter, key: Key, place: QRectF) -> None:
        middle = place.center().y()
        painter.setPen(line_pen(key.colour, key.width, key.dash))
        painter.drawLine(QPointF(place.left(), middle), QPointF(place.left() + _SAMPLE, middle))
        words = place.adjusted(_SAMPLE + 6, 0, -6, 0)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, key.name)
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, key.value)
