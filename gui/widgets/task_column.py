"""A task of the split editor: what it holds in numbers, and its classes, to be dragged to other tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QDragMoveEvent, QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QListView, QVBoxLayout, QWidget

from gui.state.split import END
from gui.theme import current

Index: TypeAlias = QModelIndex | QPersistentModelIndex

PICTURE: Final = 32
_WIDTH: Final = 216
_FORMAT: Final = "application/x-dmc-studio-classes"
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TaskClasses(QAbstractListModel):
    """The classes of one task; a class can be dragged as its index in the data set."""

    dropped = Signal(object, int)
    """Class indices, and the place before which they were let go."""

    def __init__(
        self, names: Sequence[str], picture: Callable[[int], QPixmap | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names = names
        self._picture = picture
        self._empty = QPixmap(PICTURE, PICTURE)
        self._empty.fill(QColor(current().grid))
        self._classes: tuple[int, ...] = ()

    @property
    def classes(self) -> tuple[int, ...]:
        """Class indices, in the order in which they are learned."""
        return self._classes

    def show_classes(self, classes: tuple[int, ...]) -> None:
        """Show other classes."""
        if classes != self._classes:
            self.beginResetModel()
            self._classes = classes
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of classes."""
        return 0 if parent.isValid() else len(self._classes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401
        """Return a class's name and picture."""
        number = self._classes[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._names[number]
            case Qt.ItemDataRole.DecorationRole:
                return self._picture(number) or self._empty
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let classes be dragged, and dropped between one another."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Say that classes move; there is no second copy of a class."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the one format, which means nothing to other applications."""
        return [_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the classes that are dragged."""
        data = QMimeData()
        data.setData(_FORMAT, json.dumps([self._classes[index.row()] for index in indexes]).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Tell what was dropped and where; whoever owns the split moves it."""
        del action, column, parent
        if not data.hasFormat(_FORMAT):
            return False
        self.dropped.emit(json.loads(bytes(data.data(_FORMAT).data())), END if row < 0 else row)
        return True


class _ClassList(QListView):
    """Left and Right go to the next task, with Ctrl they take the selected classes along."""

    stepped = Signal(int)
    carried = Signal(int)
    dragged = Signal(QPoint)
    """Where, on the screen, something is being dragged over the list."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave up and down to Qt."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.carried.emit(step)
        else:
            self.stepped.emit(step)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Tell where the pointer is, so that the row of tasks can scroll."""
        super().dragMoveEvent(event)
        self.dragged.emit(self.viewport().mapToGlobal(event.position().toPoint()))


class TaskColumn(QFrame):
    """One task."""

    def __init__(
        self, number: int, names: Sequence[str], picture: Callable[[int], QPixmap | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.number = number
        self.model = TaskClasses(names, picture, self)
        self.heading, self.facts = QLabel(f"Task {number + 1}"), QLabel()
        self.view = _ClassList()
        self._lay_out()

    def show_classes(self, classes: tuple[int, ...], train: int, test: int) -> None:
        """Show the classes of the task, and how many training and test pictures they have together."""
        self.model.show_classes(classes)
        noun = "class" if len(classes) == 1 else "classes"
        self.facts.setText(f"{len(classes)} {noun}\n{train:,} / {test:,} pictures" if classes else "empty\n")
        words = f"Task {self.number + 1}: {len(classes)} {noun}, {train:,} training and {test:,} test pictures"
        self.facts.setToolTip(words)
        self.view.setAccessibleName(words)

    def selected(self) -> tuple[int, ...]:
        """Return the selected classes, in their order."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return tuple(self.model.classes[row] for row in rows)

    def select(self, classes: Sequence[int]) -> None:
        """Select these and no others; go to the first of them."""
        wanted, selection = set(classes), self.view.selectionModel()
        selection.clear()
        for row in reversed(range(len(self.model.classes))):
            if self.model.classes[row] in wanted:
                selection.setCurrentIndex(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)

    def _lay_out(self) -> None:
        self.setObjectName("card")
        self.setFixedWidth(_WIDTH)
        self.heading.setProperty("role", "heading")
        self.facts.setProperty("role", "muted")
        view = self.view
        view.setModel(self.model)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setUniformItemSizes(True)
        view.setIconSize(QSize(PICTURE, PICTURE))
        view.setSpacing(1)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setDragDropOverwriteMode(False)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setToolTip("Drag classes to another task, or press Ctrl+Left or Ctrl+Right")
        head = QVBoxLayout()
        head.setContentsMargins(10, 8, 10, 0)
        head.setSpacing(2)
        head.addWidget(self.heading)
        head.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 4)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(view, 1)


def square(image: QImage, ratio: float) -> QPixmap:
    """Return an image's middle square at the size of a list's picture, on a screen of `ratio` pixels a point."""
    side = min(image.width(), image.height())
    middle = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    wanted = round(PICTURE * ratio)
    pixmap = QPixmap.fromImage(middle.scaled(wanted, wanted, mode=Qt.TransformationMode.SmoothTransformation))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
