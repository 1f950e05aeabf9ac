"""Where a picture is dropped, and where it is shown afterwards; Enter, Space or a click opens one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.icons import icon
from gui.theme import current

_MARGIN: Final = 8
_ICON: Final = 48
_KEYS: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class PictureDrop(QWidget):
    """An invitation with a dashed rim, or a picture as large as there is room."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._lines: tuple[str, ...] = ()
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumSize(200, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Picture to ask about")
        self.setToolTip("Drop a picture here, paste one (Ctrl+V), or press Enter to open one")

    def invite(self, *lines: str) -> None:
        """Show no picture, but lines of words; the first one is the headline."""
        self._image, self._lines = None, lines
        self.setAccessibleDescription(" ".join(lines))
        self.update()

    def show_image(self, image: QImage, words: str) -> None:
        """Show a picture, and say in words what it is to those who cannot see it."""
        self._image = image
        self.setAccessibleDescription(words)
        self.update()

    def set_over(self, over: bool) -> None:
        """Show whether something that can be dropped hovers over it."""
        if over != self._over:
            self._over = over
            self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a small photograph."""
        return QSize(264, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw rim and contents."""
        theme, box = current(), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        marked = self._over or self.hasFocus()
        rim = QPen(QColor(theme.accent if marked else theme.border), 2 if marked else 1)
        if self._image is None or self._over:
            rim.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(rim)
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(box, 6, 6)
        inner = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        if self._over:
            self._paint_words(painter, inner, ("Drop it here",))
        elif self._image is not None:
            _paint_image(painter, inner, self._image)
        else:
            self._paint_words(painter, inner, self._lines)

    def _paint_words(self, painter: QPainter, box: QRect, lines: tuple[str, ...]) -> None:
        theme, wrap = current(), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter
        gap = self.fontMetrics().lineSpacing() // 2
        heights = [painter.boundingRect(box, wrap, line).height() for line in lines]
        top = box.top() + max(0, (box.height() - _ICON - sum(heights) - gap * len(lines)) // 2)
        icon("picture").paint(painter, QRect(box.center().x() - _ICON // 2, top, _ICON, _ICON))
        top += _ICON + gap
        for place, (line, height) in enumerate(zip(lines, heights, strict=True)):
            font = self.font()
            font.setBold(place == 0)
            painter.setFont(font)
            painter.setPen(QColor(theme.text if place == 0 else theme.muted))
            painter.drawText(QRect(box.left(), top, box.width(), height), wrap, line)
            top += height + gap

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open a picture."""
        if event.key() in _KEYS and not event.modifiers():
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open a picture."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it went."""
        super().focusOutEvent(event)
        self.update()


def _paint_image(painter: QPainter, box: QRect, image: QImage) -> None:
    size = image.size().scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(0, 0, size.width(), size.height())
    target.moveCenter(box.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, size.width() < 2 * image.width())
    painter.drawImage(target, image)
