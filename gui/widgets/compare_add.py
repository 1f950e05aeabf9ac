"""A dialog that lists all runs by method, to choose the ones to compare."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backend.api import RunSummary, catalogue
from gui.icons import icon
from gui.state.run_filter import HELP, RunFilter, terms_of

_RUN: Final = Qt.ItemDataRole.UserRole
_SIZE: Final = QSize(720, 520)
_ROW: Final = QSize(0, 22)
_NUMBERS: Final = (1, 3, 4, 5)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_COLUMNS: Final = ("Run", "Seed", "State", "Tasks", "Avg", "Last")
_WIDTHS: Final = (0, 52, 108, 60, 60, 60)


class AddRunsDialog(QDialog):
    """Runs with a box each; the box of a method stands for all of its runs on show."""

    chosen = Signal(list)
    """The folders to be added."""

    def __init__(self, runs: Sequence[RunSummary], there: Iterable[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add runs to the comparison")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search by name, method, data set, seed, state")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search runs")
        self.search.setToolTip(HELP)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._filter)
        self.tree = _make_tree()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.add_button = QPushButton("Add")
        self.add_button.setDefault(True)
        self.buttons.addButton(self.add_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        for part in (self.search, self.tree, self.buttons):
            column.addWidget(part)
        self._fill(runs, frozenset(there))
        self.tree.itemChanged.connect(self._count)
        self._count()
        self.resize(_SIZE)

    def checked(self) -> list[Path]:
        """Return the folders whose box is checked, hidden by the search or not."""
        return [run.folder for item, run in self._runs() if item.checkState(0) is Qt.CheckState.Checked]

    def _fill(self, runs: Sequence[RunSummary], there: frozenset[Path]) -> None:
        labels = {entry.id: entry.label for entry in catalogue().methods}
        free = [run for run in runs if run.folder not in there and not run.problem]
        for method, members in groupby(sorted(free, key=lambda run: (run.method, run.seed)), lambda run: run.method):
            top = QTreeWidgetItem([labels.get(method, method)])
            top.setFlags(top.flags() | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsUserCheckable)
            self.tree.addTopLevelItem(top)
            for run in members:
                top.addChild(_item(run))
            top.setCheckState(0, Qt.CheckState.Unchecked)
        self.tree.expandAll()

    def _filter(self, text: str) -> None:
        runs = self._runs()
        wanted = RunFilter(text, terms_of(run for _, run in runs))
        for item, run in runs:
            item.setHidden(not wanted.keeps(run))
        for top in self._tops():
            top.setHidden(all(item.isHidden() for item in _children(top)))

    def _runs(self) -> list[tuple[QTreeWidgetItem, RunSummary]]:
        return [(item, item.data(0, _RUN)) for top in self._tops() for item in _children(top)]

    def _tops(self) -> list[QTreeWidgetItem]:
        return _children(self.tree.invisibleRootItem())

    def _count(self) -> None:
        number = len(self.checked())
        self.add_button.setEnabled(number > 0)
        self.add_button.setText("Add" if not number else "Add 1 run" if number == 1 else f"Add {number} runs")

    def _accept(self) -> None:
        self.chosen.emit(self.checked())
        self.accept()


def _children(item: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    return [child for place in range(item.childCount()) if (child := item.child(place)) is not None]


def _make_tree() -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderLabels(_COLUMNS)
    tree.setUniformRowHeights(True)
    tree.setAccessibleName("Runs by method")
    tree.setToolTip("Space checks a run, or all runs of a method")
    header = tree.header()
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column, width in enumerate(_WIDTHS[1:], 1):
        header.resizeSection(column, width)
    for column in _NUMBERS:
        tree.headerItem().setTextAlignment(column, _RIGHT)
    return tree


def _item(run: RunSummary) -> QTreeWidgetItem:
    numbers = ["" if value is None else f"{value:.1f}" for value in (run.average, run.last)]
    tasks = f"{run.tasks_done} of {run.tasks}" if run.tasks else ""
    item = QTreeWidgetItem([run.name, str(run.seed), run.state, tasks, *numbers])
    item.setData(0, _RUN, run)
    item.setToolTip(0, str(run.folder))
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(0, Qt.CheckState.Unchecked)
    item.setSizeHint(0, _ROW)
    for column in _NUMBERS:
        item.setTextAlignment(column, _RIGHT)
    return item
