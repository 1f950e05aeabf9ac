"""The run list as a Qt table; sorted and filtered by a proxy."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, QSortFilterProxyModel, Qt, Signal

from backend.api import RunSummary, catalogue
from gui.dragging import packed
from gui.icons import icon
from gui.models.table import Index, RowTable
from gui.state.run_filter import RunFilter
from gui.state.run_words import describe, moment, number, state_words, subtitle, title
from gui.state.runs import RunList

SUMMARY = Qt.ItemDataRole.UserRole
TITLE = Qt.ItemDataRole.UserRole + 2
SUBTITLE = Qt.ItemDataRole.UserRole + 3
_ICONS = {
    "queued": "run-queued",
    "running": "run-running",
    "finished": "run-done",
    "stopped": "run-stopped",
    "failed": "run-failed",
    "interrupted": "warning",
    "damaged": "error",
}


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    meaning: str
    text: Callable[[RunSummary], str]
    key: Callable[[RunSummary], Any]
    is_number: bool = False
    first: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    """How the first click on its heading sorts."""


def _metric(name: str, meaning: str, value: Callable[[RunSummary], float | None]) -> _Column:
    def key(run: RunSummary) -> float:
        known = value(run)
        return float("-inf") if known is None else known

    order = Qt.SortOrder.DescendingOrder
    return _Column(name, meaning, lambda run: number(value(run)), key, is_number=True, first=order)


_COLUMNS = (
    _Column("Run", "Method and seed, or the name that you gave it; the icon tells its state", lambda run: run.name,
            lambda run: title(run, _label(run.method)).casefold()),
    _metric("Last", "Accuracy over all classes after the last task, in percent", lambda run: run.last),
    _metric("Avg", "Mean accuracy over tasks, in percent", lambda run: run.average),
    _metric("Forgetting", "Mean drop of old tasks from their best, in percent points", lambda run: run.forgetting),
    _Column("State", "How it fares", state_words, lambda run: (run.state, run.tasks_done)),
    _Column("Data set", "What it learns from", lambda run: run.dataset, lambda run: run.dataset),
    _Column("Method", "How it learns", lambda run: _label(run.method), lambda run: _label(run.method).casefold()),
    _Column("Seed", "What its random draws come from", lambda run: "" if run.problem else str(run.seed),
            lambda run: run.seed, is_number=True),
    _Column("Started", "When it began", lambda run: moment(run.started), lambda run: run.started,
            first=Qt.SortOrder.DescendingOrder),
)  # fmt: skip
COLUMNS = tuple(column.title for column in _COLUMNS)
STARTED = COLUMNS.index("Started")


class RunsModel(RowTable):
    """One column a number or word of a run, over a `RunList`. Rows keep their place; new ones come last."""

    rename_requested = Signal(object, str)
    """The folder of a run, and the name that it is to have."""

    columns = COLUMNS
    meanings = tuple(column.meaning for column in _COLUMNS)
    _rows: tuple[RunSummary, ...]

    def __init__(self, runs: RunList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs

    def refresh(self) -> bool:
        """Show the list as it is now, and return whether it is another one; what is chosen stays."""
        now = {run.folder: run for run in self._runs.rows()}
        gone = [row for row, run in enumerate(self._rows) if run.folder not in now]
        self._remove(gone)
        known = [now.pop(run.folder) for run in self._rows]
        changed = [row for row, (old, new) in enumerate(zip(self._rows, known, strict=True)) if old is not new]
        self._rows = tuple(known)
        for row in changed:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
        if now:
            self.beginInsertRows(QModelIndex(), len(known), len(known) + len(now) - 1)
            self._rows = (*known, *now.values())
            self.endInsertRows()
        return bool(gone or changed or now)

    def runs(self) -> tuple[RunSummary, ...]:
        """Return the runs, one a row."""
        return self._rows

    def repaint_icons(self) -> None:
        """Draw icons anew after a change of theme."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def row_of(self, folder: Path) -> int:
        """Return the row of a run, or -1."""
        return next((row for row, run in enumerate(self._rows) if run.folder == folder), -1)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let a run be dragged, and renamed in its first column unless it is on."""
        flags = super().flags(index)
        if not index.isValid():
            return flags
        flags |= Qt.ItemFlag.ItemIsDragEnabled
        may = index.column() == 0 and self._rows[index.row()].state != "running"
        return flags | Qt.ItemFlag.ItemIsEditable if may else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the runs that are dragged."""
        rows = dict.fromkeys(index.row() for index in indexes)
        return packed(self._rows[row].folder for row in rows if not self._rows[row].problem)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name; the row shows it once the folder has it."""
        run = self._rows[index.row()]
        if role != Qt.ItemDataRole.EditRole or str(value).strip() in ("", run.name):
            return False
        self.rename_requested.emit(run.folder, str(value))
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        run, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return _COLUMNS[column].text(run)
            case Qt.ItemDataRole.DecorationRole:
                return icon(_ICONS[run.state]) if column == 0 else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return describe(run)
            case Qt.ItemDataRole.AccessibleTextRole:
                return _spoken(run, column)
            case _:
                return _own_role(run, role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return column titles and what they mean."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.InitialSortOrderRole:
            return _COLUMNS[section].first
        return super().headerData(section, orientation, role)

    def _remove(self, rows: list[int]) -> None:
        # Neighbours have the same distance from their place in the list; what is removed last moves nobody else.
        for _, group in groupby(reversed(list(enumerate(rows))), lambda pair: pair[1] - pair[0]):
            block = [row for _, row in group]
            first, last = block[-1], block[0]
            self.beginRemoveRows(QModelIndex(), first, last)
            self._rows = self._rows[:first] + self._rows[last + 1 :]
            self.endRemoveRows()


class RunsFilter(QSortFilterProxyModel):
    """Keep the runs that a filter keeps; of equal ones the newest is the greatest."""

    def __init__(self, model: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._filter = RunFilter()
        self.setSourceModel(model)

    def set_filter(self, chosen: RunFilter) -> None:
        """Filter by these words."""
        self.beginFilterChange()
        self._filter = chosen
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether a run passes."""
        return self._filter.keeps(self._model.runs()[source_row])

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two runs by a column."""
        runs, key = self._model.runs(), _COLUMNS[left.column()].key
        one, other = runs[left.row()], runs[right.row()]
        return (key(one), one.started) < (key(other), other.started)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if _COLUMNS[column].is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _spoken(run: RunSummary, column: int) -> str:
    if column:
        return f"{COLUMNS[column]} {_COLUMNS[column].text(run)}"
    return ", ".join((run.name, run.state, *(("starred",) if run.star else ()), *run.tags))


def _own_role(run: RunSummary, role: int) -> object:
    if role == SUMMARY:
        return run
    if role == TITLE:
        return title(run, _label(run.method))
    return subtitle(run, time.time()) if role == SUBTITLE else None


@cache
def _label(method: str) -> str:
    return next((entry.label for entry in catalogue().methods if entry.id == method), method)
