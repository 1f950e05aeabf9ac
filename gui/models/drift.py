"""The classes of one calibration as a Qt table: how far each was moved, and how far off it was before and after."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSortFilterProxyModel, Qt

from gui.models.table import Index, RowTable, alignment
from gui.state.curves import task_name
from gui.state.drift import ClassRow

COLUMNS: Final = ("Class", "Task", "Moved", "Before", "After")
ROW: Final = Qt.ItemDataRole.UserRole
SORT: Final = Qt.ItemDataRole.UserRole + 1
SHARE: Final = Qt.ItemDataRole.UserRole + 2
"""A cell's number as a share of the largest drift, 0 .. 1, or None where it has no bar."""
_MEANINGS: Final = (
    "Old classes, then those of the current task",
    "The task in which it was learned",
    "How far calibration moved the stored mean; for a current class, how far stage 1 moved it",
    "Distance of the stored mean from the true one before calibration, in all dimensions",
    "The same after calibration",
)
_NONE: Final = "\N{EN DASH}"


class DriftModel(RowTable):
    """One row a class."""

    columns = COLUMNS
    meanings = _MEANINGS

    _rows: tuple[ClassRow, ...]

    def show_rows(self, rows: tuple[ClassRow, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = rows
        self._top = max((v for row in rows for v in (row.before, row.after) if v is not None), default=0.0)
        self.endResetModel()

    def row_of(self, name: str | None) -> int:
        """Return the row of a class, -1 where it is not there."""
        return next((i for i, row in enumerate(self._rows) if row.name == name), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return row.name if column == 0 else None
            case _:
                return self._own_role(row, column, role)

    def _own_role(self, row: ClassRow, column: int, role: int) -> object:
        value = (row.name.casefold(), row.task, row.moved, row.before, row.after)[column]
        if role == ROW:
            return row
        if role == SORT:
            return -1.0 if value is None else value
        if role == SHARE and column > 2 and isinstance(value, float) and self._top:
            return value / self._top
        return None


class DriftOrder(QSortFilterProxyModel):
    """Sorts by the numbers, not by their texts."""

    def __init__(self, model: DriftModel) -> None:
        super().__init__(model)
        self.setSourceModel(model)
        self.setSortRole(SORT)


def _text(row: ClassRow, column: int) -> str:
    if column == 0:
        return row.name
    if column == 1:
        return task_name(row.task) if row.task >= 0 else _NONE
    number = (row.moved, row.before, row.after)[column - 2]
    return _NONE if number is None else f"{number:.3f}"
