"""The runs on disk: find some, see their numbers, open one, compare several, put them in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from backend.api import RunSummary, Trashed, count
from gui.docks.details import RunDetails
from gui.docks.run_actions import RunActions
from gui.icons import icon
from gui.models.runs import STARTED, SUMMARY, RunsFilter, RunsModel
from gui.state.run_filter import RunFilter, terms_of
from gui.state.run_words import moment
from gui.state.runs import RunList
from gui.theme import Theme
from gui.widgets.run_columns import RunColumns
from gui.widgets.run_delegate import RunDelegate
from gui.widgets.run_search import RunSearch
from gui.widgets.toast import Toast

_MOST_TRASH = 20
"""Runs in the menu of those that can be restored."""


class RunsPanel(QWidget):
    """Filter, list and details. Choosing a run asks for it to be opened; what else is asked for are signals."""

    open_requested = Signal(object)
    """The folder of the run that was chosen."""
    compare_requested = Signal(list)
    """The folders of the runs to be laid side by side."""
    star_requested = Signal(list, bool)
    """Folders, and whether they get a star or lose it."""
    rename_requested = Signal(object, str)
    """A folder, and the run's new name."""
    settings_requested = Signal(object)
    """The folder of the run whose settings are wanted in the form."""
    folder_requested = Signal(object)
    """The folder to be shown in the file manager."""
    resume_requested = Signal(object)
    """The folder of the run to go on with, or to begin."""
    trash_requested = Signal(list)
    """Folders."""
    undo_requested = Signal()
    """What was moved to the trash last is wanted back."""
    restore_requested = Signal(object)
    """The Trashed that is wanted back."""
    empty_requested = Signal()
    """The trash is to be emptied, after a question."""
    said = Signal(str)
    """A sentence for the status bar."""

    def __init__(self, runs: RunList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunsModel(runs, self)
        self.model.rename_requested.connect(self.rename_requested)
        self.proxy = RunsFilter(self.model, self)
        self.filter = RunSearch()
        self.filter.textChanged.connect(self._filter_changed)
        self.more = _more_button()
        self._menu = QMenu(self.more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self._menu)
        self.view = _make_view()
        self.view.setModel(self.proxy)
        self.view.setItemDelegate(RunDelegate(self.view))
        self.columns = RunColumns(self.view)
        self.view.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)
        self.view.selectionModel().currentRowChanged.connect(self._chosen)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.actions_of_run = RunActions(self.view, self._acts())
        self.addAction(self.actions_of_run["compare"])
        self.compare_button = QPushButton()
        self.compare_button.setAccessibleName("Compare the chosen runs")
        self.compare_button.clicked.connect(self.actions_of_run["compare"].trigger)
        self.compare_button.hide()
        self.toast = Toast()
        self.details = RunDetails()
        self._empty = QLabel()
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        self._trash: tuple[Trashed, ...] = ()
        self._opens = True
        self._lay_out()
        self.refresh()

    # --- what is shown ---

    def refresh(self) -> None:
        """Show the list as it is now; what is chosen stays."""
        self._opens = False
        changed = self.model.refresh()
        self._opens = True
        if changed:
            self.filter.offer(terms_of(self.model.runs()))
            self._selected()
        self._show_or_explain()

    def select(self, folder: Path) -> None:
        """Mark a run without opening it again; others that are chosen beside it stay chosen."""
        index = self.proxy.mapFromSource(self.model.index(self.model.row_of(folder), 0))
        selection = self.view.selectionModel()
        if index.isValid() and index.row() == self.view.currentIndex().row() and selection.isSelected(index):
            return
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._opens = False
        selection.setCurrentIndex(index, flags)
        self._opens = True

    def chosen(self) -> list[RunSummary]:
        """Return the runs that are chosen, from the top."""
        rows = sorted(self.view.selectionModel().selectedRows(), key=QModelIndex.row)
        return [row.data(SUMMARY) for row in rows]

    def open_current(self) -> None:
        """Ask for the marked run, such as the neighbour of one that is gone."""
        self._chosen(self.view.currentIndex())

    def show_trash(self, trash: tuple[Trashed, ...]) -> None:
        """Take what can be restored, the newest first."""
        self._trash = trash

    def set_theme(self, theme: Theme) -> None:
        """Draw icons and colours anew."""
        self.filter.refresh_icons()
        self.more.setIcon(icon("more"))
        self.compare_button.setIcon(icon("compare"))
        self.actions_of_run.refresh_icons()
        self.model.repaint_icons()
        self.columns.set_theme(theme)
        self.toast.set_theme(theme)
        self.details.set_theme(theme)

    # --- what is asked for ---

    def _acts(self) -> dict[str, Callable[[], None]]:
        def one(signal: Callable[[Path], None]) -> Callable[[], None]:
            return lambda: signal(self.chosen()[0].folder)

        def all_of(signal: Callable[[list[Path]], None]) -> Callable[[], None]:
            return lambda: signal([run.folder for run in self.chosen()])

        return {
            "open": one(self.open_requested.emit),
            "compare": lambda: self.compare_requested.emit([run.folder for run in self.chosen() if not run.problem]),
            "star": self._star,
            "rename": lambda: self.view.edit(self.view.currentIndex().siblingAtColumn(0)),
            "settings": one(self.settings_requested.emit),
            "folder": one(self.folder_requested.emit),
            "copy": self._copy,
            "resume": one(self.resume_requested.emit),
            "trash": all_of(self.trash_requested.emit),
            "undo": self.undo_requested.emit,
        }

    def _star(self) -> None:
        chosen = self.chosen()
        self.star_requested.emit([run.folder for run in chosen], not all(run.star for run in chosen))

    def _copy(self) -> None:
        chosen = self.chosen()
        QApplication.clipboard().setText("\n".join(str(run.folder) for run in chosen))
        self.said.emit(f"Copied the path of {count(len(chosen), 'run')}")

    def _chosen(self, index: QModelIndex) -> None:
        run = index.siblingAtColumn(0).data(SUMMARY) if index.isValid() and self._opens else None
        if run is not None:
            self.open_requested.emit(run.folder)

    def _selected(self, *_: QItemSelection) -> None:
        chosen = self.chosen()
        self.actions_of_run.follow(chosen)
        compare = self.actions_of_run["compare"]
        self.compare_button.setVisible(compare.isEnabled())
        self.compare_button.setText(compare.text())
        self.compare_button.setToolTip(compare.toolTip())

    def _filter_changed(self, text: str) -> None:
        chosen = [run.folder for run in self.chosen()][:1]
        self._opens = False
        self.proxy.set_filter(RunFilter(text, self.filter.terms()))
        self._opens = True
        for folder in chosen:
            self.select(folder)
        self._show_or_explain()

    def _show_or_explain(self) -> None:
        if not self.model.rowCount():
            self._empty.setText("No runs yet.\nEvery run you start is kept here.")
        elif not self.proxy.rowCount():
            self._empty.setText("No run matches the filter.\nEsc in the field clears it.")
        self._stack.setCurrentIndex(1 if self.proxy.rowCount() else 0)

    def _fill_menu(self) -> None:
        menu = self._menu
        menu.clear()
        self.columns.fill_menu(menu)
        menu.addSeparator()
        restore = menu.addMenu("Restore from trash")
        restore.setEnabled(bool(self._trash))
        restore.setToolTipsVisible(True)
        for run in self._trash[:_MOST_TRASH]:
            action = restore.addAction(run.name)
            action.setToolTip(f"Moved to the trash on {moment(run.when)}")
            action.triggered.connect(lambda _=False, run=run: self.restore_requested.emit(run))
        empty = menu.addAction("Empty trash…")
        empty.setToolTip("Delete for good what was moved to the trash; you are asked first")
        empty.setEnabled(bool(self._trash))
        empty.triggered.connect(lambda _=False: self.empty_requested.emit())

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.filter, 1)
        line.addWidget(self.more)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(8, 8, 8, 4)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self._stack, 1)
        column.addWidget(self.compare_button)
        column.addWidget(self.toast)
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


def _more_button() -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "quiet")
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setAccessibleName("Columns and trash")
    button.setToolTip("Columns, order, and what was moved to the trash")
    return button


def _make_view() -> QTreeView:
    view = QTreeView()
    view.setRootIsDecorated(False)
    view.setUniformRowHeights(True)
    view.setSortingEnabled(True)
    view.setAllColumnsShowFocus(True)
    view.setMouseTracking(True)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setDragEnabled(True)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setAccessibleName("Runs")
    view.setToolTip("Choose a run to open it again; several with Ctrl or Shift to compare them")
    return view
