"""The map of class means itself: point, click, zoom, move, and step through the classes with the arrow keys."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gui.state.curves import task_name
from gui.state.drift import ClassRow, Points
from gui.theme import Theme
from gui.widgets.drift_paint import Look, Picture, paint_map
from gui.widgets.drift_view import View

_REACH: Final = 12.0
"""Pixels between the pointer and a mark that it means."""
_NOTCH: Final = 120
_STEP: Final = 1.25
_DRAG: Final = 4.0
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class DriftCanvas(QWidget):
    """Shows a `Picture`; tells which class was clicked."""

    chosen = Signal(str)
    """A class was selected; empty where none is any more."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = View()
        self._theme = theme
        self._picture: Picture | None = None
        self._selected: int | None = None
        self._hovered: int | None = None
        self._held: QPointF | None = None
        self._moved = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Map of class means")
        self.setToolTip(
            "Point at a mark to read its class; click selects it. Wheel: zoom. Drag: move. "
            "Arrow keys: next class. 0 or double click: show all tasks. 1: zoom to this task."
        )

    def show_picture(self, picture: Picture, around: Points, selected: str | None, theme: Theme) -> None:
        """Show a scene; `around` are all places `(n, 2)` that the run's scenes need room for."""
        self._picture, self._theme = picture, theme
        self.view.cover(around)
        self._hovered = self._selected = None
        self.select(selected)
        self.update()

    def select(self, name: str | None) -> None:
        """Highlight a class; the one that is highlighted already costs nothing."""
        rows = self._picture.rows if self._picture else ()
        found = next((i for i, row in enumerate(rows) if row.name == name), None)
        if found == self._selected:
            return
        self._selected = found
        said = describe(rows[self._selected]).replace("\n", ". ") if self._selected is not None else ""
        self.setAccessibleDescription(said)
        self.update()

    def zoom(self, steps: float, at: QPointF | None = None) -> None:
        """Zoom in (above 0) or out by some steps."""
        self.view.zoom(_STEP**steps, at.toTuple() if at else None)
        self.update()

    def fit(self) -> None:
        """Show everything."""
        self.view.fit()
        self.update()

    def fit_task(self) -> None:
        """Show the classes of this task as large as there is room."""
        if self._picture is not None:
            self.view.show(self._picture.spots[0])
            self.update()

    def place_of(self, name: str) -> QPointF:
        """Return where a class is drawn.

        Raises:
            KeyError: it is not on show.
        """
        for index, row in enumerate(self._picture.rows if self._picture else ()):
            if row.name == name and self._picture:
                return QPointF(*self.view.to_pixels(self._picture.ends[index : index + 1])[0].tolist())
        raise KeyError(name)

    def class_at(self, point: QPointF) -> int | None:
        """Return the class whose mark is nearest to a point, or None where none is near."""
        if self._picture is None:
            return None
        spots, classes = self._picture.spots
        apart = np.linalg.norm(self.view.to_pixels(spots) - [point.x(), point.y()], axis=1)
        apart[~np.isfinite(apart)] = np.inf
        nearest = int(apart.argmin())
        return int(classes[nearest]) if apart[nearest] <= _REACH else None

    def minimumSizeHint(self) -> QSize:
        """Return the size below which nothing can be read."""
        return QSize(160, 72)

    # --- mouse ---

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom(event.angleDelta().y() / _NOTCH, event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the map."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._held, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the map, or tell what is under the pointer."""
        if self._held is None:
            self._hover(self.class_at(event.position()), event)
            return
        shift = event.position() - self._held
        if self._moved or shift.manhattanLength() >= _DRAG:
            self._moved = True
            self._held = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.view.move(shift.x(), shift.y())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a click without moving selects."""
        if self._held is not None and not self._moved:
            self._choose(self.class_at(event.position()))
        self._held = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything, where no class is meant."""
        if self.class_at(event.position()) is None:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    # --- keyboard ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step through the classes, zoom, or let go of the selection."""
        key = Qt.Key(event.key())
        if key in _STEPS and self._picture is not None:
            self._step(_STEPS[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(-1 if key is Qt.Key.Key_Minus else 1)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_1):
            (self.fit if key is Qt.Key.Key_0 else self.fit_task)()
        elif key is Qt.Key.Key_Escape and self._selected is not None:
            self._choose(None)
        else:
            super().keyPressEvent(event)

    # --- Qt ---

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the new room."""
        super().resizeEvent(event)
        self.view.resize(self.width(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        if self._picture is None:
            return
        painter = QPainter(self)
        area = QRectF(self.rect())
        painter.setClipRect(area)
        paint_map(painter, area, self.view, self._picture, Look(self._theme, self._selected, self._hovered))
        if self.hasFocus():
            painter.setPen(QColor(self._theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _step(self, by: int) -> None:
        count = len(self._picture.rows) if self._picture else 0
        if count:
            now = self._selected if self._selected is not None else (-1 if by > 0 else 0)
            self._choose((now + by) % count)

    def _choose(self, index: int | None) -> None:
        name = self._picture.rows[index].name if self._picture and index is not None else ""
        self.select(name or None)
        self.chosen.emit(name)

    def _hover(self, index: int | None, event: QMouseEvent) -> None:
        if index is None or self._picture is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), describe(self._picture.rows[index]), self)
        if index != self._hovered:
            self._hovered = index
            self.update()


def describe(row: ClassRow) -> str:
    """Return a class, its task and its distances, line by line; all distances are in all dimensions."""
    learned = f" ({task_name(row.task)})" if row.task >= 0 else ""
    lines = [f"{row.name}{learned}"]
    if row.moved is not None:
        lines.append(f"{'Calibration moved its mean' if row.old else 'Stage 1 moved its mean'} by {row.moved:.3f}")
    if row.before is not None and row.after is not None:
        lines.append(f"Off the true mean by {row.before:.3f} before, {row.after:.3f} after{change(row)}")
    elif row.old:
        lines.append("How far it is off the true mean is not known")
    return "\n".join(lines)


def change(row: ClassRow) -> str:
    """Return by how much drift has changed, such as ' (−70 %)'; nothing where there was none."""  # noqa: RUF002
    if not row.before or row.after is None:
        return ""
    return f" ({100 * (row.after / row.before - 1):+.0f} %)".replace("-", "\N{MINUS SIGN}")
