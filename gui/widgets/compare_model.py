"""The table of a comparison: a row a group; below each mean, in small, the difference from the baseline."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

from backend.api import COMPARED, Group
from gui.models.table import Index, RowTable, alignment
from gui.state.compare import View
from gui.state.compare_words import STAR, Cell
from gui.state.metrics import explain

NOTE: Final = Qt.ItemDataRole.UserRole
BEST: Final = Qt.ItemDataRole.UserRole + 1
GROUP: Final = Qt.ItemDataRole.UserRole + 2


class ResultsModel(RowTable):
    """Rows of cells; the first column names the group."""

    columns = ("Group", *(metric.label for metric in COMPARED))
    meanings = (
        "Runs that differ only in the seed. Enter or a double click makes a group the baseline",
        *(f"{explain(metric.id)}<p>{STAR} marks the best mean</p>" for metric in COMPARED),
    )
    _rows: tuple[tuple[Cell, ...], ...]

    def show_view(self, view: View) -> None:
        """Show a comparison."""
        self.beginResetModel()
        self._view = view
        self._rows = view.cells
        self.endResetModel()

    def group(self, row: int) -> Group:
        """Return the group of a row."""
        return self._view.comparison.groups[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        cell = self._rows[index.row()][index.column()]
        known = {
            Qt.ItemDataRole.DisplayRole: cell.text,
            Qt.ItemDataRole.ToolTipRole: cell.tip,
            Qt.ItemDataRole.AccessibleTextRole: f"{self.columns[index.column()]} {cell.text}, {cell.note}",
            Qt.ItemDataRole.TextAlignmentRole: alignment(index.column()),
            NOTE: cell.note,
            BEST: cell.best,
        }
        return self.group(index.row()) if role == GROUP else known.get(role)
