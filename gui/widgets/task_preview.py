"""What each task will hold: its classes and some of their pictures, worked out off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import ConfigError, DataError, RunConfig, StudioError, TaskPreview, preview
from gui.background import submit
from gui.icons import icon
from gui.theme import Theme, current
from gui.widgets.elided import ElidedLabel

Index: TypeAlias = QModelIndex | QPersistentModelIndex

_DEBOUNCE_MS = 200
_THUMBNAIL = 28
_GAP = 3
_INDENT = 28
_NAMES_IN_TIP = 40


@dataclass(frozen=True, slots=True)
class TaskItem:
    """One row of the list; pictures are ready to draw."""

    names: tuple[str, ...]
    train: int
    test: int
    pictures: tuple[QImage, ...]


class TaskList(QAbstractListModel):
    """The tasks of a configuration."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: tuple[TaskItem, ...] = ()

    @property
    def items(self) -> tuple[TaskItem, ...]:
        """All rows."""
        return self._items

    def show_items(self, items: Sequence[TaskItem]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of tasks."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return the words of a row; a delegate draws the pictures."""
        item = self._items[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"Task {index.row() + 1}: {', '.join(item.names)}"
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(index.row(), item)
            case Qt.ItemDataRole.UserRole:
                return item
            case _:
                return None


class _TaskRow(QStyledItemDelegate):
    """Draws a task: its number, its class names on one line, and pictures below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a name line and a row of pictures."""
        del index
        return QSize(120, option.fontMetrics.height() + _THUMBNAIL + 11)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        item: TaskItem = index.data(Qt.ItemDataRole.UserRole)
        area: QRect = option.rect.adjusted(12, 4, -8, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._draw_words(painter, area, index.row(), item)
        self._draw_pictures(painter, area, item)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(current().accent))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def _draw_words(self, painter: QPainter, area: QRect, row: int, item: TaskItem) -> None:
        theme, plain = current(), painter.font()
        bold = QFont(plain)
        bold.setBold(True)
        metrics = QFontMetrics(plain)
        painter.setPen(QPen(theme.text))
        painter.setFont(bold)
        painter.drawText(area.left(), area.top() + metrics.ascent(), f"T{row + 1}")
        painter.setFont(plain)
        words = metrics.elidedText(", ".join(item.names), Qt.TextElideMode.ElideRight, area.width() - _INDENT)
        painter.drawText(area.left() + _INDENT, area.top() + metrics.ascent(), words)

    def _draw_pictures(self, painter: QPainter, area: QRect, item: TaskItem) -> None:
        left, top = area.left() + _INDENT, area.bottom() - _THUMBNAIL + 1
        room = (area.width() - _INDENT + _GAP) // (_THUMBNAIL + _GAP)
        shown = item.pictures[: room if len(item.names) <= room else room - 1]
        for place, picture in enumerate(shown):
            painter.drawImage(QRect(left + place * (_THUMBNAIL + _GAP), top, _THUMBNAIL, _THUMBNAIL), picture)
        if more := len(item.names) - len(shown):
            box = QRect(left + len(shown) * (_THUMBNAIL + _GAP), top, _THUMBNAIL, _THUMBNAIL)
            painter.setPen(QPen(current().muted))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"+{more}")


class TaskPreviewPanel(QWidget):
    """Shows the tasks of the configuration given last; keeps the old ones on show until the new ones are ready."""

    problems_found = Signal(object)
    """Tuple of Problem: the split does not fit the data set. Empty once it does."""
    edit_requested = Signal()
    """The user wants to deal the classes by hand."""

    data_missing = Signal()
    """The data set that was asked for is not there."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tasks = TaskList(self)
        self.summary = ElidedLabel(text="Tasks")
        self.view = QListView()
        self.message = QLabel()
        self.edit_button = QToolButton()
        self._pages = QStackedWidget()
        self._wanted: RunConfig | None = None
        self._shown: RunConfig | None = None
        self._busy = False
        self._timer = QTimer(self, interval=_DEBOUNCE_MS, singleShot=True)
        self._timer.timeout.connect(self._work_out)
        self._lay_out()

    def show_config(self, config: RunConfig | None) -> None:
        """Show the tasks of a configuration soon; none leaves those on show."""
        if config is not None and not _same_tasks(config, self._wanted):
            self._wanted = config
            self._timer.start()

    def refresh(self) -> None:
        """Work the tasks out again: the data set has changed on the disk."""
        self._shown = None
        self._timer.start()

    def set_theme(self, theme: Theme) -> None:
        """Draw again in the theme's colours."""
        del theme
        self.edit_button.setIcon(icon("tasks"))
        self.view.viewport().update()

    def _lay_out(self) -> None:
        self.summary.setProperty("role", "heading")
        self.summary.setContentsMargins(12, 4, 12, 4)
        self.edit_button.setText("Edit…")
        self.edit_button.setProperty("role", "quiet")
        self.edit_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.edit_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.edit_button.setAccessibleName("Edit tasks")
        self.edit_button.setToolTip("Choose which classes are learned in which task")
        self.edit_button.clicked.connect(lambda: self.edit_requested.emit())
        self.message.setWordWrap(True)
        self.message.setProperty("role", "muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setContentsMargins(24, 8, 24, 8)
        self.message.setText("Drawing the tasks…")
        self.view.setModel(self.tasks)
        self.view.setItemDelegate(_TaskRow(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setAccessibleName("Tasks of this run")
        self.view.setToolTip("The classes that each task adds, in the order in which they are learned")
        self._pages.addWidget(self.message)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(0, 4, 12, 0)
        head.addWidget(self.summary, 1)
        head.addWidget(self.edit_button)
        column.addLayout(head)
        column.addWidget(self._pages, 1)

    def _work_out(self) -> None:
        config = self._wanted
        if self._busy or config is None or _same_tasks(config, self._shown):
            return
        self._busy = True

        def work() -> tuple[TaskItem, ...]:
            try:
                return tuple(_item(task) for task in preview(config))
            finally:
                self._busy = False

        submit(self, work, lambda items: self._show(config, items), lambda error: self._fail(config, error))

    def _show(self, config: RunConfig, items: tuple[TaskItem, ...]) -> None:
        self._shown = config
        self.tasks.show_items(items)
        self._pages.setCurrentWidget(self.view)
        self.summary.set_text(f"{len(items)} tasks, {sum(len(item.names) for item in items)} classes")
        train, test = sum(item.train for item in items), sum(item.test for item in items)
        self.summary.setToolTip(f"{train} training and {test} test pictures")
        self._settle(config, ())

    def _fail(self, config: RunConfig, error: StudioError) -> None:
        self._shown = config
        self.summary.set_text("Tasks")
        problems = error.problems if isinstance(error, ConfigError) else ()
        sentence = problems[0].sentence if problems else error.sentence
        self.message.setText(f"{sentence[:1].upper()}{sentence[1:]} {error.hint}".rstrip())
        self._pages.setCurrentWidget(self.message)
        self._settle(config, problems)
        if isinstance(error, DataError) and _same_tasks(config, self._wanted):
            self.data_missing.emit()

    def _settle(self, config: RunConfig, problems: tuple[object, ...]) -> None:
        """Report on a configuration, unless another one is wanted by now."""
        if _same_tasks(config, self._wanted):
            self.problems_found.emit(problems)
        else:
            self._timer.start()


def _same_tasks(one: RunConfig, other: RunConfig | None) -> bool:
    """Tell whether two configurations deal the same classes to the same tasks."""
    return other is not None and (one.data, one.split, one.run.seed) == (other.data, other.split, other.run.seed)


def _item(task: TaskPreview) -> TaskItem:
    return TaskItem(task.names, task.train, task.test, tuple(_picture(pixels) for pixels in task.thumbnails))


def _picture(pixels: NDArray[np.uint8]) -> QImage:
    """Return a picture's middle square, small enough to keep; twice the size on show, for screens with fine pixels."""
    side = min(pixels.shape[:2])
    top, left = ((length - side) // 2 for length in pixels.shape[:2])
    square = np.ascontiguousarray(pixels[top : top + side, left : left + side])
    image = QImage(square.tobytes(), side, side, 3 * side, QImage.Format.Format_RGB888)
    return image.scaled(2 * _THUMBNAIL, 2 * _THUMBNAIL, mode=Qt.TransformationMode.SmoothTransformation).copy()


def _tip(row: int, item: TaskItem) -> str:
    names = ", ".join(item.names[:_NAMES_IN_TIP])
    more = f" and {len(item.names) - _NAMES_IN_TIP} more" if len(item.names) > _NAMES_IN_TIP else ""
    return (
        f"<p><b>Task {row + 1}</b>: {len(item.names)} classes, {item.train} training and {item.test} test pictures</p>"
        f"<p>{names}{more}</p>"
    )
