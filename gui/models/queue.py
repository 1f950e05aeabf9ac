"""The queue as a Qt list: a row a run; those that wait can be dragged among themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.icons import icon
from gui.state.queue_words import Row

Index: TypeAlias = QModelIndex | QPersistentModelIndex

ROW = Qt.ItemDataRole.UserRole
"""The `Row` itself."""
_MIME = "application/x-dmc-studio-queue-rows"
_ICONS = {
    "running": "run-running",
    "waiting": "run-queued",
    "finished": "run-done",
    "stopped": "run-stopped",
    "failed": "run-failed",
    "killed": "warning",
}
_STATES = {"killed": "interrupted"}


class QueueModel(QAbstractListModel):
    """Shows rows that somebody else keeps; a drop only says what is wanted."""

    put_requested = Signal(list, int)
    """Folders of waiting runs, and before which place among those that wait they should come."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; selection stays on the runs that it is on."""
        before = self._rows
        if [row.folder for row in before] == [row.folder for row in rows]:
            self._rows = tuple(rows)
            for place, (old, new) in enumerate(zip(before, self._rows, strict=True)):
                if old != new:
                    self.dataChanged.emit(self.index(place), self.index(place))
            return
        self.layoutAboutToBeChanged.emit()
        places = {row.folder: place for place, row in enumerate(rows)}
        held = self.persistentIndexList()
        moved = [places.get(before[index.row()].folder) for index in held]
        self._rows = tuple(rows)
        self.changePersistentIndexList(held, [QModelIndex() if to is None else self.index(to) for to in moved])
        self.layoutChanged.emit()

    def row_of(self, folder: Path) -> int:
        """Return the row of a run, or -1."""
        return next((place for place, row in enumerate(self._rows) if row.folder == folder), -1)

    def repaint(self) -> None:
        """Draw all rows anew."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    # --- Qt ---

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a row shows."""
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.DecorationRole:
                return icon(_ICONS[row.fate])
            case Qt.ItemDataRole.ToolTipRole:
                return row.help
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.title}, {_STATES.get(row.fate, row.fate)}, {row.words}"
            case _:
                return row if role == ROW else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let waiting runs be dragged, and dropped between others."""
        flags = super().flags(index)
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self._rows[index.row()].fate == "waiting" else flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Only move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Rows of a queue."""
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return which rows are dragged."""
        data = QMimeData()
        data.setData(_MIME, ",".join(str(row) for row in sorted({index.row() for index in indexes})).encode())
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Take rows of a queue between rows."""
        return data.hasFormat(_MIME) and not parent.isValid()

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        """Ask for the move; the rows change when it was done, and Qt removes none."""
        numbers = [int(number) for number in bytes(data.data(_MIME).data()).decode().split(",")]
        place = (len(self._rows) if row < 0 else row) - self._first_waiting()
        self.put_requested.emit([self._rows[number].folder for number in numbers], max(0, place))
        return False

    def _first_waiting(self) -> int:
        return sum(row.fate == "running" for row in self._rows)
