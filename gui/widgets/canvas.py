"""One picture as large as there is room, or at any scale, moved with the pointer."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.theme import current

_STEP: Final = 1.25
_SMALLEST, _LARGEST = 0.02, 32.0
_NOTCH: Final = 120


class Canvas(QWidget):
    """Fits a picture to the widget until it is zoomed."""

    scaled = Signal(float)
    """Screen pixels per picture pixel, after every change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._scale: float | None = None
        self._centre = QPointF()
        self._grabbed: QPointF | None = None
        self.setMinimumSize(240, 180)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Picture")
        self.setToolTip("Wheel: zoom. Drag: move. 1: one picture pixel is one screen pixel. 0: fit.")

    def show_image(self, image: QImage | None) -> None:
        """Show another picture, fitted; none clears."""
        self._image = image
        self.fit()

    @property
    def fitted(self) -> bool:
        """Whether the picture follows the size of the widget."""
        return self._scale is None

    @property
    def scale(self) -> float:
        """Screen pixels per picture pixel; 0 where there is no picture."""
        if self._image is None:
            return 0.0
        ratio = self.devicePixelRatioF()
        fit = min(self.width() / self._image.width(), self.height() / self._image.height()) * ratio
        return self._scale or fit

    def fit(self) -> None:
        """Show all of the picture, as large as there is room."""
        self._scale = None
        self._changed()

    def toggle_actual(self) -> None:
        """Change between one picture pixel a screen pixel, and fitted."""
        if self._scale == 1.0:
            self.fit()
        else:
            self.zoom_to(1.0, QPointF(self.rect().center()))

    def zoom(self, steps: float, about: QPointF | None = None) -> None:
        """Zoom in (above 0) or out by some steps; what is under `about`, or else the middle, stays where it is."""
        wanted = min(max(self.scale * _STEP**steps, _SMALLEST), _LARGEST)
        self.zoom_to(wanted, about or QPointF(self.rect().center()))

    def zoom_to(self, scale: float, about: QPointF) -> None:
        """Show the picture at a scale."""
        if self._image is None:
            return
        old = self._target()
        share = QPointF((about.x() - old.left()) / old.width(), (about.y() - old.top()) / old.height())
        self._scale = scale
        size = self._size()
        corner = QPointF(about.x() - share.x() * size.width(), about.y() - share.y() * size.height())
        self._centre = QRectF(corner, size).center() - QRectF(self.rect()).center()
        self._changed()

    def _size(self) -> QSizeF:
        if self._image is None:
            return QSizeF()
        return QSizeF(self._image.size()) * (self.scale / self.devicePixelRatioF())

    def _target(self) -> QRectF:
        """Return where the picture is drawn; along a side on which it has room it stands in the middle."""
        size = self._size()
        spare = QPointF(max(0.0, size.width() - self.width()) / 2, max(0.0, size.height() - self.height()) / 2)
        x = min(max(self._centre.x(), -spare.x()), spare.x())
        y = min(max(self._centre.y(), -spare.y()), spare.y())
        self._centre = QPointF(x, y)
        target = QRectF(QPointF(), size)
        target.moveCenter(QRectF(self.rect()).center() + self._centre)
        return target

    def _changed(self) -> None:
        self.scaled.emit(self.scale)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture; enlarged, its pixels stay sharp."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(current().base))
        if self._image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 2.0)
        painter.drawImage(self._target(), self._image)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the scale of a fitted picture."""
        super().resizeEvent(event)
        self._changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom(event.angleDelta().y() / _NOTCH, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        self._grabbed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture with the pointer."""
        if self._grabbed is not None:
            self._centre += event.position() - self._grabbed
            self._grabbed = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        del event
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Change between actual size and fitted."""
        del event
        self.toggle_actual()
