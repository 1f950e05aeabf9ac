"""The classes of a data set: search, sort, choose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QVBoxLayout, QWidget

from backend.api import DataReport
from gui.icons import icon
from gui.models.classes import CLASS, ClassesFilter, ClassesModel, ClassRow
from gui.theme import Theme
from gui.widgets.plain_table import set_up_table

_NUMBER_WIDTH = 50
_ROW_HEIGHT = 24
_HEIGHT = 26


class ClassTable(QWidget):
    """Tells which classes to show pictures of: those that are selected, or else all in the list."""

    chosen = Signal()
    """The selection, or the search, has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ClassesModel(self)
        self.proxy = ClassesFilter(self)
        self.proxy.setSourceModel(self.model)
        self.search = QLineEdit()
        self.view = QTableView()
        self._mark = self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._set_up_search()
        self._set_up_view()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)

    def show_report(self, report: DataReport) -> None:
        """Show the classes of a data set."""
        self.model.show_report(report)

    def show_tasks(self, tasks: Sequence[Sequence[str]]) -> None:
        """Show in which task each class is learned."""
        self.model.show_tasks(tasks)

    def classes(self) -> NDArray[np.int64]:
        """Return the indices of the classes to show pictures of."""
        rows = self.selected() or self.proxy.rows()
        return np.array([row.index for row in rows], np.int64)

    def selected(self) -> list[ClassRow]:
        """Return the selected classes."""
        return [index.data(CLASS) for index in self.view.selectionModel().selectedRows()]

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icon and colours."""
        del theme
        self._mark.setIcon(icon("search"))
        self.view.viewport().update()

    def _search_changed(self, text: str) -> None:
        self.proxy.set_text(text)
        self.chosen.emit()

    def _set_up_search(self) -> None:
        self.search.setPlaceholderText("Search classes")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedHeight(_HEIGHT)
        self.search.setAccessibleName("Search classes")
        self.search.setToolTip("Show the classes in whose name all of these words occur")
        self.search.textChanged.connect(self._search_changed)

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self.proxy)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        set_up_table(view, "Classes", "Select classes to see their pictures only")
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in range(1, self.model.columnCount()):
            header.resizeSection(column, _NUMBER_WIDTH)
        # Until a title is clicked, the order is the data set's own.
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        view.setSortingEnabled(True)
        view.selectionModel().selectionChanged.connect(lambda: self.chosen.emit())
