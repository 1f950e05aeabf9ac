"""A grid of coloured cells; mouse and arrow keys tell the value of a cell."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from gui.charts.grid import Grid, Layout, paint_grid
from gui.charts.plots import small_font
from gui.theme import Theme

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HeatMap(QWidget):
    """Shows a `Grid`."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._grid: Grid | None = None
        self._cursor: tuple[int, int] | None = None
        self.setAccessibleName(name)
        self.setToolTip("Point at a cell, or use the arrow keys, to read its value.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_grid(self, grid: Grid, theme: Theme) -> None:
        """Replace what is shown."""
        self._grid, self._theme = grid, theme
        self._cursor = None
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Return the size below which nothing can be read."""
        return QSize(120, 96)

    def cell_at(self, point: QPoint) -> tuple[int, int] | None:
        """Return row and column below a point, or None."""
        layout = self._layout()
        return layout.cell_at(point.toPointF()) if layout else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the value below the mouse."""
        cell = self.cell_at(event.position().toPoint())
        if cell is None or self._grid is None:
            QToolTip.hideText()
            return
        QToolTip.showText(event.globalPosition().toPoint(), self._grid.describe(*cell), self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor with the arrow keys and tell the value there."""
        step = _STEPS.get(Qt.Key(event.key()))
        layout = self._layout()
        if step is None or layout is None:
            super().keyPressEvent(event)
            return
        self._cursor = layout.grid.moved(self._cursor, step)
        words = layout.grid.describe(*self._cursor)
        self.setAccessibleDescription(words)
        QToolTip.showText(self.mapToGlobal(layout.cell(*self._cursor).bottomRight().toPoint()), words, self)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grid and the cursor."""
        layout = self._layout()
        if layout is None:
            return
        painter = QPainter(self)
        painter.setFont(small_font())
        paint_grid(painter, layout, self._theme)
        if self._cursor is not None and self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(layout.cell(*self._cursor))
        painter.end()

    def _layout(self) -> Layout | None:
        """Return where everything lies at the present size, or None while there is nothing."""
        return Layout(self._grid, self.size(), small_font()) if self._grid and self._grid.values else None
