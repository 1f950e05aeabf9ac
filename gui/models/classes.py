"""The classes of a data set as a Qt table: name, the task each is learned in, and how many pictures it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor

from backend.api import DataReport, Part
from gui.models.table import Index, RowTable, alignment
from gui.theme import current

COLUMNS: Final = ("Class", "Task", "Train", "Valid.", "Test")
CLASS: Final = Qt.ItemDataRole.UserRole
SORT: Final = Qt.ItemDataRole.UserRole + 1
_HELP: Final = (
    "The class by its own name",
    "The task in which it is learned; sorting by it gives the class order",
    "Training pictures",
    "Validation pictures",
    "Test pictures",
)
_PARTS: Final[tuple[Part, ...]] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class: its index in the data set's own list, and its place in the class order, -1 where there is none."""

    index: int
    name: str
    counts: tuple[int, int, int]
    task: int = -1
    place: int = -1


class ClassesModel(RowTable):
    """One row a class, in the data set's own order."""

    columns = COLUMNS
    meanings = _HELP

    _rows: tuple[ClassRow, ...]

    def show_report(self, report: DataReport) -> None:
        """Show the classes of a data set, in no task yet."""
        self.beginResetModel()
        counts = zip(*(report.counts[part] for part in _PARTS), strict=True) if report.found else ()
        self._rows = tuple(
            ClassRow(i, name, numbers) for i, (name, numbers) in enumerate(zip(report.class_names, counts, strict=True))
        )
        self.endResetModel()

    def show_tasks(self, tasks: Sequence[Sequence[str]]) -> None:
        """Show the task of each class, given the class names of every task; none where nothing is known."""
        where = _places(tasks)
        self._rows = tuple(
            ClassRow(row.index, row.name, row.counts, *where.get(row.name, (-1, -1))) for row in self._rows
        )
        if self._rows:
            self.dataChanged.emit(self.index(0, 1), self.index(len(self._rows) - 1, 1))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(row)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(current().warn) if column > 1 and not row.counts[column - 2] else None
            case _:
                return _own_role(row, column, role)


class ClassesFilter(QSortFilterProxyModel):
    """Keep the classes in whose name every word occurs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self.setSortRole(SORT)

    def set_text(self, text: str) -> None:
        """Filter by these words."""
        self.beginFilterChange()
        self._words = tuple(text.casefold().split())
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether a class passes."""
        row: ClassRow = self.sourceModel().index(source_row, 0, source_parent).data(CLASS)
        return all(word in row.name.casefold() for word in self._words)

    def rows(self) -> list[ClassRow]:
        """Return the classes that pass, in the order on show."""
        return [self.index(row, 0).data(CLASS) for row in range(self.rowCount())]


def _places(tasks: Sequence[Sequence[str]]) -> Mapping[str, tuple[int, int]]:
    """Return class name -> task and place in the class order."""
    dealt = [(name, task) for task, names in enumerate(tasks) for name in names]
    return {name: (task, place) for place, (name, task) in enumerate(dealt)}


def _text(row: ClassRow, column: int) -> str:
    match column:
        case 0:
            return row.name
        case 1:
            return "–" if row.task < 0 else str(row.task + 1)  # noqa: RUF001 - an en dash for nothing yet
        case _:
            return f"{row.counts[column - 2]:,}"


def _own_role(row: ClassRow, column: int, role: int) -> object:
    if role == CLASS:
        return row
    if role != SORT:
        return None
    match column:
        case 0:
            return row.name.casefold()
        case 1:
            return row.place
        case _:
            return row.counts[column - 2]


def _tip(row: ClassRow) -> str:
    learned = f", learned in task {row.task + 1}" if row.task >= 0 else ""
    train, validation, test = row.counts
    return f"{row.name}{learned}\n{train:,} training, {validation:,} validation and {test:,} test pictures"
