"""The runs on disk: find one, see its numbers, open it again, export it, go on with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gui.docks.details import RunDetails
from gui.icons import icon
from gui.models.runs import SUMMARY, RunsFilter, RunsModel
from gui.state.runs import RunList
from gui.theme import Theme
from gui.widgets.run_delegate import RunDelegate


class RunsPanel(QWidget):
    """Filter, list and details. Choosing a run asks for it to be opened."""

    open_requested = Signal(object)
    """The folder of the run that was chosen."""
    compare_requested = Signal(list)
    """The folders of the runs to be laid side by side."""

    def __init__(self, runs: RunList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunsModel(runs, self)
        self.proxy = RunsFilter(self)
        self.proxy.setSourceModel(self.model)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name, method, data set, state")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter runs")
        self.filter.setToolTip("Show the runs in which all of these words occur")
        self._mark = self.filter.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.textChanged.connect(self._filter_changed)
        self.view = _make_view()
        self.view.setModel(self.proxy)
        self.view.setItemDelegate(RunDelegate(self.view))
        header = self.view.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, 48)
        self.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.details = RunDetails()
        self._empty = QLabel()
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show the list as it is now."""
        chosen = self._current()
        self.model.refresh()
        if chosen is not None and self._current() != chosen:
            self.select(chosen)
        self._show_or_explain()

    def select(self, folder: Path) -> None:
        """Mark a run without opening it again."""
        row = self.model.row_of(folder)
        index = self.proxy.mapFromSource(self.model.index(row, 0)) if row >= 0 else QModelIndex()
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        selection.setCurrentIndex(index, flags)
        selection.blockSignals(False)
        self.view.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Draw icons and colours anew."""
        self._mark.setIcon(icon("search"))
        self.model.repaint_icons()
        self.details.set_theme(theme)

    def _current(self) -> Path | None:
        run = self.view.currentIndex().siblingAtColumn(0).data(SUMMARY)
        return run.folder if run is not None else None

    def _chosen(self, index: QModelIndex) -> None:
        run = index.siblingAtColumn(0).data(SUMMARY) if index.isValid() else None
        if run is not None:
            self.open_requested.emit(run.folder)

    def _filter_changed(self, text: str) -> None:
        chosen = self._current()
        self.proxy.set_text(text)
        if chosen is not None:
            self.select(chosen)
        self._show_or_explain()

    def _show_or_explain(self) -> None:
        if not self.model.rowCount():
            self._empty.setText("No runs yet.\nEvery run you start is kept here.")
        elif not self.proxy.rowCount():
            self._empty.setText("No run matches the filter.")
        self._stack.setCurrentIndex(1 if self.proxy.rowCount() else 0)

    def _lay_out(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(8)
        column.addWidget(self.filter)
        column.addWidget(self._stack, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(top)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([1, 1])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)


def _make_view() -> QTreeView:
    view = QTreeView()
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setSortingEnabled(True)
    view.setAllColumnsShowFocus(True)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setAccessibleName("Runs")
    view.setToolTip("Choose a run to open it again")
    view.header().setStretchLastSection(False)
    return view
