"""What our tables of rows share: how many, their column titles, and how cells are aligned."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index: TypeAlias = QModelIndex | QPersistentModelIndex


class RowTable(QAbstractTableModel):
    """One row an item of `_rows`; the first column holds words, the others numbers."""

    columns: ClassVar[tuple[str, ...]]
    """Titles."""
    meanings: ClassVar[tuple[str, ...]]
    """A sentence a column, for tooltips."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Any, ...] = ()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return column titles and what they mean."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.columns[section]
            case Qt.ItemDataRole.ToolTipRole:
                return self.meanings[section]
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(section)
            case _:
                return None


def alignment(column: int) -> Qt.AlignmentFlag:
    """Return where a cell's text stands: words left, numbers right."""
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
