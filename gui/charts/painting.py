"""Put widgets on paper: PNG at twice the screen's resolution, SVG as lines and text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from backend.api import write_atomic
from gui.theme import Theme

GAP = 16
SCALE = 2
_INCH = 96
"""Qt's pixels an inch, so that an SVG opens at its size on screen."""


def save_picture(widgets: Sequence[QWidget], path: Path, theme: Theme, columns: int = 1, words: str = "") -> None:
    """Write widgets of one size, row by row, as one .png or .svg picture; `words` go into the file, unseen.

    Raises:
        StorageError: the file cannot be written.
    """
    size, places = _lay_out(widgets, columns)
    if path.suffix.lower() == ".svg":
        write_atomic(path, _svg(widgets, places, size, theme, words))
    else:
        write_atomic(path, _png(draw_picture(widgets, theme, columns), words))


def draw_picture(widgets: Sequence[QWidget], theme: Theme, columns: int = 1) -> QImage:
    """Return widgets of one size, row by row, at twice the screen's resolution."""
    size, places = _lay_out(widgets, columns)
    image = QImage(size * SCALE, QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(QColor(theme.window))
    _paint(image, widgets, places)
    return image


def _lay_out(widgets: Sequence[QWidget], columns: int) -> tuple[QSize, list[QPoint]]:
    """Return the size of the paper, and where each widget goes."""
    cell = QSize(max(w.width() for w in widgets), max(w.height() for w in widgets))
    gap = GAP if len(widgets) > 1 else 0
    columns = min(columns, len(widgets))
    rows = -(-len(widgets) // columns)
    size = QSize(columns * (cell.width() + gap) + gap, rows * (cell.height() + gap) + gap)
    places = [
        QPoint(gap + (i % columns) * (cell.width() + gap), gap + (i // columns) * (cell.height() + gap))
        for i in range(len(widgets))
    ]
    return size, places


def _png(image: QImage, words: str) -> bytes:
    image.setText("Description", words)
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(held.data())


def _svg(widgets: Sequence[QWidget], places: Sequence[QPoint], size: QSize, theme: Theme, words: str) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(QPoint(0, 0), size))
    generator.setResolution(_INCH)
    generator.setTitle(", ".join(widget.accessibleName() for widget in widgets))
    generator.setDescription(words)
    _paint(generator, widgets, places, theme.window)
    return bytes(held.data())


def _paint(device: QPaintDevice, widgets: Sequence[QWidget], places: Sequence[QPoint], fill: str = "") -> None:
    painter = QPainter(device)
    if fill:
        painter.fillRect(painter.viewport(), QColor(fill))
    for widget, place in zip(widgets, places, strict=True):
        widget.render(painter, place)
    painter.end()
