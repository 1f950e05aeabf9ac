"""A grid of coloured cells: mouse and keys tell values, zoom, move, and open what lies behind a cell."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from gui.charts.grid import Grid, Layout, Spot
from gui.charts.sheet import Sheet
from gui.charts.view import WHOLE, View
from gui.theme import Theme

_FAR: Final = 1_000_000
_STEPS: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_PageUp: (-10, 0),
    Qt.Key.Key_PageDown: (10, 0),
    Qt.Key.Key_Home: (0, -_FAR),
    Qt.Key.Key_End: (0, _FAR),
}
_ZOOMS: Final = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}
_FACTOR: Final = 1.25
_NOTCH: Final = 120
_PAN: Final = 0.1
"""Share of the view that a notch of the wheel moves it."""
_HELP: Final = "Arrow keys: read values. Ctrl+wheel, + and \N{MINUS SIGN}: zoom. 0: show all. Drag or wheel: move."


class HeatMap(QWidget):
    """Shows a `Grid`. What was painted is kept until something changes: the pointer only adds an outline."""

    opened = Signal(int, int)
    """Row and column of a cell that was clicked, or on which Enter was pressed, if there is more behind it."""
    pointed = Signal(int, int)
    """Row and column of the cell that mouse or keys are at now."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = WHOLE
        self._cursor: Spot | None = None
        self._hover: Spot | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        self._sheet: Sheet | None = None
        self.setAccessibleName(name)
        self.setToolTip(_HELP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_grid(self, grid: Grid, theme: Theme) -> None:
        """Replace what is shown; cursor and zoom stay where the shape does."""
        if self.grid is None or grid.shape != self.grid.shape:
            self._cursor, self._hover, self._view = None, None, WHOLE
        self._theme, self._sheet = theme, Sheet(grid, theme)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        if self._sheet is not None:
            self._sheet = Sheet(self._sheet.grid, theme)
        self.update()

    @property
    def grid(self) -> Grid | None:
        """What is shown."""
        return self._sheet.grid if self._sheet else None

    @property
    def theme(self) -> Theme:
        """The theme that it is shown in."""
        return self._theme

    @property
    def view(self) -> View:
        """The part of the cells on show."""
        return self._view

    @property
    def cursor_cell(self) -> Spot | None:
        """Where the keyboard is."""
        return self._cursor

    def set_cursor(self, cell: Spot) -> None:
        """Put the keyboard on a cell, and scroll to it."""
        if self.grid is None or self.grid.empty:
            return
        self._cursor = self.grid.moved(cell, (0, 0))
        (rows, columns), (row, column) = self.grid.shape, self._cursor
        down = self._view.down.with_point(row / rows, (row + 1) / rows)
        across = self._view.across.with_point(column / columns, (column + 1) / columns)
        self._look_at(View(across, down))
        self.setAccessibleDescription(self.grid.describe(*self._cursor))
        self.pointed.emit(*self._cursor)
        self.update()

    def zoom(self, steps: float, about: QPointF | None = None) -> None:
        """Zoom in (above 0) or out by some steps; what is under `about`, or else the middle, stays."""
        if (layout := self._layout()) is not None:
            point, area = about or layout.area.center(), layout.area
            x = min(max((point.x() - area.left()) / area.width(), 0.0), 1.0)
            y = min(max((point.y() - area.top()) / area.height(), 0.0), 1.0)
            self._look_at(self._view.zoomed(_FACTOR**steps, x, y, layout.finest))

    def show_all(self) -> None:
        """Show all cells."""
        self._look_at(WHOLE)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which nothing can be read."""
        return QSize(120, 96)

    def cell_at(self, point: QPoint) -> Spot | None:
        """Return row and column below a point, or None."""
        layout = self._layout()
        return layout.cell_at(point.toPointF()) if layout else None

    def _look_at(self, view: View) -> None:
        if view != self._view:
            self._view, self._hover = view, None
            self.update()

    # --- mouse ---

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the value below the mouse, or move the picture with it."""
        layout = self._layout()
        if layout is None:
            return
        if self._pressed is not None and self._drags(event.position()):
            by, self._pressed = self._pressed - event.position(), event.position()
            self._look_at(self._view.moved(by.x() / layout.area.width(), by.y() / layout.area.height()))
            return
        cell = layout.cell_at(event.position())
        if cell == self._hover:
            return
        self._hover = cell
        self.update()
        if cell is None:
            QToolTip.hideText()
            self.unsetCursor()
            return
        hand = Qt.CursorShape.PointingHandCursor if layout.grid.can_open(*cell) else Qt.CursorShape.ArrowCursor
        self.setCursor(hand)
        self.pointed.emit(*cell)
        QToolTip.showText(event.globalPosition().toPoint(), layout.grid.describe(*cell), self)

    def _drags(self, point: QPointF) -> bool:
        """Tell whether the pointer has gone far enough with its button down to mean a move."""
        start = self._pressed
        if start is not None and not self._view.whole and not self._dragging:
            self._dragging = (point - start).manhattanLength() >= QApplication.startDragDistance()
            if self._dragging:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        return self._dragging

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a cell, or of the picture."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = event.position(), False
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the cell that was clicked."""
        dragged, pressed = self._dragging, self._pressed
        self._pressed, self._dragging = None, False
        if dragged:
            self.unsetCursor()
        elif pressed is not None and (cell := self.cell_at(event.position().toPoint())) is not None:
            self.set_cursor(cell)
            self._open(cell)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl; move what is zoomed; else let the page scroll."""
        notches = QPointF(event.angleDelta()) / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(notches.y(), event.position())
        elif not self._view.whole:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                notches = notches.transposed()
            self._look_at(self._view.moved(-_PAN * notches.x(), -_PAN * notches.y()))
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        super().leaveEvent(event)
        self._hover = None
        self.update()

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor and tell the value there, open its cell, or zoom about it."""
        key, grid = Qt.Key(event.key()), self.grid
        if grid is None or grid.empty:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._step(grid, _STEPS[key], to_corner=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key in _ZOOMS:
            self.zoom(_ZOOMS[key], self._cursor_centre())
        elif key == Qt.Key.Key_0:
            self.show_all()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._cursor is not None:
            self._open(self._cursor)
        else:
            super().keyPressEvent(event)

    def _step(self, grid: Grid, step: Spot, *, to_corner: bool) -> None:
        if to_corner and abs(step[1]) == _FAR:
            step = step[1], step[1]
        self.set_cursor(grid.moved(self._cursor, step))
        layout = self._layout()
        if layout is not None and self._cursor is not None:
            where = self.mapToGlobal(layout.cell(*self._cursor).bottomRight().toPoint())
            QToolTip.showText(where, grid.describe(*self._cursor), self)

    def _cursor_centre(self) -> QPointF | None:
        layout = self._layout()
        return layout.cell(*self._cursor).center() if layout and self._cursor else None

    def _open(self, cell: Spot) -> None:
        if self.grid is not None and self.grid.can_open(*cell):
            QToolTip.hideText()
            self.opened.emit(*cell)

    # --- Qt ---

    def event(self, event: QEvent) -> bool:
        """Keep the value of the cell below the mouse in the tooltip; elsewhere tell how to move about."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.grid is not None:
            cell = self.cell_at(event.pos())
            QToolTip.showText(event.globalPos(), self.grid.describe(*cell) if cell else self.toolTip(), self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grid and, on it, where mouse and keyboard are."""
        layout = self._layout()
        if self._sheet is None or layout is None:
            return
        painter = QPainter(self)
        self._sheet.draw(painter, layout, self.size())
        painter.setClipRect(layout.area.adjusted(-2, -2, 2, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._hover is not None:
            painter.setPen(QPen(QColor(self._theme.text), 1))
            painter.drawRect(layout.cell(*self._hover))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 2))
            painter.drawRect(layout.cell(*self._cursor) if self._cursor else layout.area)
        painter.end()

    def _layout(self) -> Layout | None:
        """Return where everything lies at present, or None while there is nothing."""
        return self._sheet.layout(self.size(), self._view) if self._sheet else None
