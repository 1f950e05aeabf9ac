"""How far the run is, at a glance: one cell a task."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.state.log import names
from gui.theme import Theme, current

_HEIGHT, _GAP = 24, 4


class TaskStrip(QWidget):
    """Tasks done, the one being learned, and those to come; hover for class names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks: tuple[tuple[str, ...], ...] = ()
        self._done: tuple[float, ...] = ()
        self._theme = current()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Tasks of the run")
        self.setToolTip("Tasks of the run")

    def set_progress(self, tasks: tuple[tuple[str, ...], ...], done: tuple[float, ...]) -> None:
        """Show class names of each task, and the share of each that is done, 0 to 1."""
        if (tasks, done) != (self._tasks, self._done):
            self._tasks, self._done = tasks, done
            finished = sum(share >= 1 for share in done)
            self.setAccessibleDescription(f"{finished} of {len(tasks)} tasks done")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """Return one row."""
        return QSize(320, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the least that can be read."""
        return QSize(120, _HEIGHT)

    def event(self, event: QEvent) -> bool:
        """Answer a hover with the classes of the task under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for index, cell in enumerate(self._cells()):
                if cell.contains(event.pos()):
                    QToolTip.showText(event.globalPos(), f"Task {index + 1}: {names(self._tasks[index], 12)}", self)
                    return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        for index, cell in enumerate(self._cells()):
            self._paint_cell(painter, cell, self._done[index] if index < len(self._done) else 0.0)
            label = f"T{index + 1}"
            if metrics.horizontalAdvance(label) + 4 < cell.width():
                painter.setPen(QColor(self._theme.text))
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, label)
        painter.end()

    def _paint_cell(self, painter: QPainter, cell: QRectF, share: float) -> None:
        fill = QColor(self._theme.accent)
        fill.setAlphaF(0.35)
        painter.setPen(QColor(self._theme.border))
        painter.setBrush(QColor(self._theme.base))
        painter.drawRoundedRect(cell, 3, 3)
        if share > 0:
            done = QRectF(cell)
            done.setWidth(max(4.0, cell.width() * min(1.0, share)))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(done, 3, 3)
        if 0 < share < 1:
            painter.setPen(QColor(self._theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell, 3, 3)

    def _cells(self) -> list[QRectF]:
        count = len(self._tasks)
        if not count:
            return []
        width = (self.width() - _GAP * (count - 1)) / count
        return [QRectF(i * (width + _GAP) + 0.5, 0.5, width - 1, _HEIGHT - 1) for i in range(count)]
