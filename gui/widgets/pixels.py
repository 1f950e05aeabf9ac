"""Small pictures that came from another process."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from backend.api import Pixels


def image_of(pixels: Pixels) -> QImage:
    """Return an image of its own; a picture with fewer bytes than its size needs is empty."""
    if len(pixels.rgb) != 3 * pixels.width * pixels.height:
        return QImage()
    line = 3 * pixels.width
    return QImage(pixels.rgb, pixels.width, pixels.height, line, QImage.Format.Format_RGB888).copy()


def boxed(image: QImage, side: int, ratio: float) -> QPixmap:
    """Return an image in the middle of a transparent square.

    Args:
        image: any size; the pixels of a very small one stay sharp.
        side: of the square, in the widget's own pixels.
        ratio: screen pixels for each of those.
    """
    square = QPixmap(QSize(side, side) * ratio)
    square.fill(Qt.GlobalColor.transparent)
    size = image.size().scaled(square.size(), Qt.AspectRatioMode.KeepAspectRatio)
    sharp = size.width() >= 2 * image.width()
    mode = Qt.TransformationMode.FastTransformation if sharp else Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    painter = QPainter(square)
    painter.drawImage((square.width() - size.width()) // 2, (square.height() - size.height()) // 2, scaled)
    painter.end()
    square.setDevicePixelRatio(ratio)
    return square
