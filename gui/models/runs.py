"""The run list as a Qt table: state, name, Last, Avg; sorted and filtered by a proxy."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt

from backend.api import RunSummary, catalogue
from gui.icons import icon
from gui.models.table import Index, RowTable, alignment
from gui.state.runs import RunList, matches

COLUMNS = ("Run", "Last", "Avg")
SUMMARY = Qt.ItemDataRole.UserRole
SORT = Qt.ItemDataRole.UserRole + 1
TITLE = Qt.ItemDataRole.UserRole + 2
SUBTITLE = Qt.ItemDataRole.UserRole + 3
_HELP = (
    "The run folder's name; the icon tells its state",
    "Accuracy over all classes after the last task, in percent",
    "Mean accuracy over tasks, in percent",
)
_ICONS = {
    "running": "run-running",
    "finished": "run-done",
    "stopped": "run-stopped",
    "failed": "run-failed",
    "interrupted": "warning",
    "damaged": "error",
}


class RunsModel(RowTable):
    """Three columns over a `RunList`."""

    columns = COLUMNS
    meanings = _HELP
    _rows: tuple[RunSummary, ...]

    def __init__(self, runs: RunList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs

    def refresh(self) -> None:
        """Show the list as it is now; selection and scroll position stay where rows are the same."""
        rows = self._runs.rows()
        same = [run.folder for run in rows] == [run.folder for run in self._rows]
        if not same:
            self.beginResetModel()
        self._rows = rows
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def repaint_icons(self) -> None:
        """Draw icons anew after a change of theme."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def row_of(self, folder: Path) -> int:
        """Return the row of a run, or -1."""
        return next((row for row, run in enumerate(self._rows) if run.folder == folder), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        run, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(run, column)
            case Qt.ItemDataRole.DecorationRole:
                return icon(_ICONS[run.state]) if column == 0 else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.ToolTipRole:
                return describe(run)
            case Qt.ItemDataRole.AccessibleTextRole:
                return (
                    f"{_text(run, column)}, {run.state}" if column == 0 else f"{COLUMNS[column]} {_text(run, column)}"
                )
            case _:
                return _own_role(run, column, role)


class RunsFilter(QSortFilterProxyModel):
    """Keep the runs in which every word of the filter occurs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSortRole(SORT)

    def set_text(self, text: str) -> None:
        """Filter by these words."""
        self.beginFilterChange()
        self._text = text
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether a run passes."""
        run = self.sourceModel().index(source_row, 0, source_parent).data(SUMMARY)
        return matches(run, self._text)


def describe(run: RunSummary) -> str:
    """Return a run in a sentence or two, for tooltips."""
    if run.problem:
        return f"{run.name}\n{run.problem}"
    started = time.strftime("%d %b %Y, %H:%M", time.localtime(run.started))
    tasks = f"{run.tasks_done} of {run.tasks} tasks" if run.tasks else "no task yet"
    return f"{run.name}\n{run.method} on {run.dataset}, seed {run.seed}\n{run.state}, {tasks}, started {started}"


def _text(run: RunSummary, column: int) -> str:
    if column == 0:
        return run.name
    value = run.last if column == 1 else run.average
    return "–" if value is None else f"{value:.1f}"  # noqa: RUF001 - an en dash for nothing yet


def _own_role(run: RunSummary, column: int, role: int) -> object:
    if role == SUMMARY:
        return run
    if role == TITLE:
        return run.name if run.problem else f"{_label(run.method)} · s{run.seed}"
    if role == SUBTITLE:
        return f"{run.dataset or run.state} · {time.strftime('%d %b %H:%M', time.localtime(run.started))}"
    return _sort_key(run, column) if role == SORT else None


def _sort_key(run: RunSummary, column: int) -> float:
    if column == 0:
        return run.started
    value = run.last if column == 1 else run.average
    return -1.0 if value is None else value


@cache
def _label(method: str) -> str:
    return next((entry.label for entry in catalogue().methods if entry.id == method), method)
