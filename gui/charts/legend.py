"""A legend beside or above a plot: line sample, name and value; a click or Space hides a line, or shows only one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.charts.markers import paint_marker
from gui.charts.pens import line_pen, small_font
from gui.theme import Dash, Theme

HELP = "Click or Space: hide or show a line. Double click, Ctrl+click or Enter: only this one, or all again."
_SAMPLE, _SHORT_SAMPLE = 22.0, 14.0
_MARKER = 7.0
_MARGIN = 8.0
_GAP = 6.0
_APART = 4.0
_ROOMY, _TIGHT = 1.5, 1.1
"""Heights of a row, in heights of a line of text."""


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the plot."""

    name: str
    value: str
    colour: str
    dash: Dash
    width: float = 1.5
    marker: str = ""
    """Shape of the dots on it; none where all lines have the same."""


class Legend(QWidget):
    """Keys from top to bottom, or side by side; those that do not fit are scrolled to.

    Args:
        theme: of all colours.
        live: whether lines can be hidden; otherwise it is only looked at.
        flat: whether keys stand side by side.
    """

    toggled = Signal(object)
    """The names that are hidden now: a frozenset of words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, live: bool = False, flat: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys: tuple[Key, ...] = ()
        self._live, self._flat = live, flat
        self._sample = _SHORT_SAMPLE if flat else _SAMPLE
        self._first = 0
        self._at = 0
        self.hidden: frozenset[str] = frozenset()
        """Names of the lines that are not drawn."""
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored
        self.setSizePolicy(*((free, fixed) if flat else (fixed, free)))
        self.setAccessibleName("Legend")
        if live:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_keys(self, keys: Sequence[Key], theme: Theme) -> None:
        """Replace all keys; a name stays hidden."""
        wider = [(key.name, len(key.value)) for key in keys] != [(key.name, len(key.value)) for key in self._keys]
        self._keys, self._theme = tuple(keys), theme
        self._at = min(self._at, max(0, len(keys) - 1))
        self._tell()
        if wider:
            self.updateGeometry()
        self.update()

    def toggle(self, name: str) -> None:
        """Hide a line, or show it again."""
        self.set_hidden(self.hidden ^ {name})

    def solo(self, name: str) -> None:
        """Show only one line; all again if it is the only one."""
        others = frozenset(key.name for key in self._keys) - {name}
        self.set_hidden(frozenset() if self.hidden == others else others)

    def set_hidden(self, names: frozenset[str]) -> None:
        """Hide these lines, and show the others."""
        self.hidden = names
        self._tell()
        self.update()
        self.toggled.emit(names)

    def key_at(self, place: QPointF) -> Key | None:
        """Return the key below a point."""
        return next((key for key, box in self._boxes() if box.contains(place)), None)

    def sizeHint(self) -> QSize:
        """Return the room of the longest key, or of one row."""
        line = QFontMetricsF(small_font()).height()
        if self._flat:
            return QSize(0, round(_ROOMY * line))
        return QSize(round(max((self._width(key) for key in self._keys), default=0.0) + _MARGIN), 0)

    # --- Qt ---

    def event(self, event: QEvent) -> bool:
        """Keep Space for the legend, which pauses the run elsewhere."""
        if self._live and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.setAccepted(event.key() == Qt.Key.Key_Space and not event.modifiers())
            return event.isAccepted()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hide or show the line that was clicked."""
        key = self.key_at(event.position()) if self._live else None
        if key is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._at = self._keys.index(key)
        act = self.solo if event.modifiers() & Qt.KeyboardModifier.ControlModifier else self.toggle
        act(key.name)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show only the line that was clicked twice: the first click has hidden it, or shown it."""
        key = self.key_at(event.position()) if self._live else None
        if key is not None:
            self.hidden = self.hidden ^ {key.name}
            self.solo(key.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the keys, and hide or show them."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1}
        key, step = Qt.Key(event.key()), steps.get(Qt.Key(event.key()))
        if not self._live or not self._keys or (step is None and key not in _PRESS):
            super().keyPressEvent(event)
            return
        if step is not None:
            self._at = max(0, min(self._at + step, len(self._keys) - 1))
            self._reveal()
        else:
            (self.toggle if key == Qt.Key.Key_Space else self.solo)(self._keys[self._at].name)
        self._tell()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll where not all keys fit."""
        step = -1 if event.angleDelta().y() > 0 else 1
        first = max(0, min(self._first + step, len(self._keys) - self._room()))
        if first == self._first:
            super().wheelEvent(event)
            return
        self._first = first
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the keys that fit, and how many do not."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        boxes = self._boxes()
        for key, box in boxes:
            self._paint_key(painter, key, box)
            if self._live and self.hasFocus() and key is self._keys[self._at]:
                painter.setPen(line_pen(self._theme.accent, 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 3, 3)
        left = len(self._keys) - len(boxes)
        if left and not self._flat:
            painter.setPen(QColor(self._theme.muted))
            place = QRectF(_MARGIN, self.height() - self._line(), self.width() - _MARGIN, self._line())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{left} more…")
        painter.end()

    # --- where keys are ---

    def _line(self) -> float:
        return QFontMetricsF(small_font()).height()

    def _width(self, key: Key) -> float:
        words = f"{key.name}  {key.value}".rstrip()
        return _GAP + self._sample + _GAP + QFontMetricsF(small_font()).horizontalAdvance(words) + _GAP

    def _row(self) -> float:
        line = self._line()
        return min(_ROOMY * line, max(_TIGHT * line, self.height() / max(1, len(self._keys))))

    def _room(self) -> int:
        """Return how many keys fit one below the other."""
        room = max(1, int(self.height() / self._row() + 1e-6))
        return room if room >= len(self._keys) else max(1, room - 1)

    def _boxes(self) -> list[tuple[Key, QRectF]]:
        if self._flat:
            return self._boxes_side_by_side()
        row, room = self._row(), self._room()
        first = max(0, min(self._first, len(self._keys) - room))
        return [
            (key, QRectF(_MARGIN - _GAP, i * row, self.width() - _MARGIN + _GAP, row))
            for i, key in enumerate(self._keys[first : first + room])
        ]

    def _boxes_side_by_side(self) -> list[tuple[Key, QRectF]]:
        made: list[tuple[Key, QRectF]] = []
        left = 0.0
        for key in self._keys:
            width = self._width(key)
            if left + width > self.width() and made:
                break
            made.append((key, QRectF(left, 0, width, self.height())))
            left += width + _APART
        return made

    def _reveal(self) -> None:
        room = self._room()
        self._first = min(max(self._first, self._at - room + 1), self._at)

    def _paint_key(self, painter: QPainter, key: Key, box: QRectF) -> None:
        theme, off = self._theme, key.name in self.hidden
        middle = box.center().y()
        painter.setPen(line_pen(theme.border if off else key.colour, key.width, key.dash))
        start = box.left() + _GAP
        painter.drawLine(QPointF(start, middle), QPointF(start + self._sample, middle))
        if key.marker:
            painter.setBrush(painter.pen().color())
            painter.setPen(Qt.PenStyle.NoPen)
            paint_marker(painter, key.marker, QPointF(start + _SAMPLE / 2, middle), _MARKER)
        font = QFont(painter.font())
        font.setStrikeOut(off)
        painter.save()
        painter.setFont(font)
        words = box.adjusted(_GAP + self._sample + _GAP, 0, -_GAP, 0)
        painter.setPen(QColor(theme.muted if off else theme.text))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, key.name)
        painter.setPen(QColor(theme.muted))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, key.value)
        painter.restore()

    def _tell(self) -> None:
        """Say in words what is drawn, and how to change it."""
        lines = [
            f"{key.name}  {key.value}".rstrip() + (" (hidden)" if key.name in self.hidden else "") for key in self._keys
        ]
        self.setToolTip("\n".join([*lines, "", HELP] if self._live else lines))
        at = f"At {lines[self._at]}. " if self._live and lines else ""
        self.setAccessibleDescription(at + "\n".join(lines))


_PRESS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
