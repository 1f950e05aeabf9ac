"""A grid as it was painted last: painted anew only where something that shows has changed."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPaintEngine, QPainter, QPixmap

from gui.charts.cells import cell_picture, paint_cells
from gui.charts.grid import Grid, Layout
from gui.charts.labels import paint_labels
from gui.charts.pens import small_font
from gui.charts.view import WHOLE, View
from gui.theme import Theme


class Sheet:
    """Keeps layout, cells and finished picture of one grid in one theme."""

    def __init__(self, grid: Grid, theme: Theme) -> None:
        self.grid, self.theme = grid, theme
        self._cells: QImage | None = None
        self._laid: tuple[object, Layout] | None = None
        self._painted: tuple[object, QPixmap] | None = None

    def layout(self, size: QSize, view: View = WHOLE) -> Layout | None:
        """Return where everything lies at a size, or None where there is no cell."""
        if self.grid.empty:
            return None
        font = small_font()
        key = size, view, font.toString()
        if self._laid is None or self._laid[0] != key:
            self._laid = key, Layout(self.grid, size, font, view)
        return self._laid[1]

    def draw(self, painter: QPainter, layout: Layout, size: QSize) -> None:
        """Draw everything; as lines and text where the painter makes a drawing."""
        if painter.paintEngine().type() is QPaintEngine.Type.SVG:
            self.paint(painter, layout)
        else:
            painter.drawPixmap(0, 0, self._pixmap(layout, size, painter.deviceTransform().m11()))

    def paint(self, painter: QPainter, layout: Layout) -> None:
        """Paint everything anew."""
        if self._cells is None:
            self._cells = cell_picture(self.grid, self.theme)
        painter.setFont(small_font())
        painter.save()
        painter.setClipRect(layout.area)
        paint_cells(painter, layout, self.theme, self._cells)
        painter.restore()
        paint_labels(painter, layout, self.theme)

    def _pixmap(self, layout: Layout, size: QSize, scale: float) -> QPixmap:
        key = layout, scale
        if self._painted is None or self._painted[0] != key:
            pixmap = QPixmap(size * scale)
            pixmap.setDevicePixelRatio(scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            self.paint(painter, layout)
            painter.end()
            self._painted = key, pixmap
        return self._painted[1]
