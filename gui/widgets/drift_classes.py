"""The classes of one calibration with their errors as bars; selecting one selects it everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.charts.base import Cell
from gui.models.drift import COLUMNS, ROW, SHARE, DriftModel, DriftOrder
from gui.state.curves import Curves, task_name
from gui.state.drift import ClassRow
from gui.theme import Theme
from gui.widgets.drift_panel import DriftPanel
from gui.widgets.plain_table import set_up_table

_TITLE_ROOM: Final = 14
"""Pixels beside the title of a column."""
_LINE_ROOM: Final = 8
_BEFORE: Final = 3
_BAR: Final = 3.0


class _Bars(QStyledItemDelegate):
    """Draws an error as a bar below its number: outlined before calibration, filled after it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw number and bar."""
        super().paint(painter, option, index)
        share = index.data(SHARE)
        if share is None:
            return
        cell = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue] - Qt has it, its types do not
        width = (cell.width() - 8) * share
        bar = QRectF(cell.right() - 4 - width, cell.bottom() - _BAR - 1.5, width, _BAR)
        before = index.column() == _BEFORE
        painter.save()
        painter.setPen(QPen(QColor(self.theme.muted), 1) if before else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if before else QColor(self.theme.accent))
        painter.drawRect(bar)
        painter.restore()


class DriftClasses(DriftPanel):
    """A table of classes."""

    id = "drift-classes"
    title = "Classes"
    help = "How far each class mean was moved, and how far it was off the true one before and after calibration."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DriftModel(self)
        self.order = DriftOrder(self.model)
        self.view = QTableView()
        self._bars = _Bars(self.theme, self)
        self._set_up_view()
        self.set_body(self.view)

    def draw(self, curves: Curves) -> None:
        """Show the classes; the selected one stays selected."""
        rows = self.state.rows() if self.state else ()
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        self.model.show_rows(rows)
        selection.blockSignals(False)
        worst = max((row for row in rows if row.after is not None), key=lambda row: row.after or 0.0, default=None)
        self.set_summary(f"farthest off: {worst.name} {worst.after:.3f}" if worst and worst.after else "", " ")

    def highlight(self, name: str | None) -> None:
        """Select a class without telling."""
        row = self.model.row_of(name)
        if row == self._selected_row():
            return
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        if row < 0:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())
        else:
            index = self.order.mapFromSource(self.model.index(row, 0))
            self.view.selectRow(index.row())
            self.view.scrollTo(index)
        selection.blockSignals(False)
        self.view.viewport().update()

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return the rows."""
        head: list[Sequence[Cell]] = [["task", "class", "learned in", "moved", "drift before", "drift after"]]
        event = self.state.event if self.state else None
        if self.state is None or event is None:
            return head
        return head + [
            [task_name(event.task), row.name, task_name(row.task), row.moved, row.before, row.after]
            for row in self.state.rows()
        ]

    def restyle(self, theme: Theme) -> None:
        """Take colours and size of the font."""
        self._bars.theme = theme
        metrics = self.view.fontMetrics()
        self.view.verticalHeader().setDefaultSectionSize(metrics.height() + _LINE_ROOM)
        for column, words in enumerate(COLUMNS[1:], start=1):
            self.view.horizontalHeader().resizeSection(column, metrics.horizontalAdvance(words) + _TITLE_ROOM)
        self.view.viewport().update()

    def _selected_row(self) -> int:
        chosen = self.view.selectionModel().selectedRows()
        return self.order.mapToSource(chosen[0]).row() if chosen else -1

    def _changed(self) -> None:
        chosen = self.view.selectionModel().selectedRows()
        row: ClassRow | None = chosen[0].data(ROW) if chosen else None
        self.chosen.emit(row.name if row else "")

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self.order)
        for column in (_BEFORE, _BEFORE + 1):
            view.setItemDelegateForColumn(column, self._bars)
        view.setFrameShape(QTableView.Shape.NoFrame)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        set_up_table(
            view, "Classes of the calibration", "Select a class to see it in the map, in the plan and over the tasks"
        )
        header = view.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        # Until a title is clicked, the order is that of the plan.
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        view.setSortingEnabled(True)
        view.selectionModel().selectionChanged.connect(self._changed)
