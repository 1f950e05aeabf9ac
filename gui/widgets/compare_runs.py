"""The runs of a comparison below their groups; each can be taken out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from backend.api import ComparedRun, RunFolderError
from gui.icons import icon
from gui.state.compare import View
from gui.theme import Theme, current
from gui.widgets.compare_chart import mark
from gui.widgets.compare_results import SAMPLE, sample

_AWAY: Final = 6
_COLUMNS: Final = ("Run", "Seed", "State", "Tasks", "Avg", "Last", "")
_WIDTHS: Final = (0, 52, 108, 60, 60, 60, 32)
_NUMBERS: Final = (1, 3, 4, 5)
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_FOLDERS: Final = Qt.ItemDataRole.UserRole
_ROW: Final = QSize(0, 24)
_ICONS: Final = {
    "running": "run-running",
    "finished": "run-done",
    "stopped": "run-stopped",
    "failed": "run-failed",
    "queued": "run-queued",
}


class RunsTree(QTreeWidget):
    """Groups with their runs, then what is left out and why."""

    removed = Signal(list)
    """The folders that the user took out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = View()
        self.setHeaderLabels(_COLUMNS)
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setIconSize(SAMPLE)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName("Runs in the comparison")
        self.setToolTip("Delete takes the selected runs out of the comparison; the runs themselves stay")
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_WIDTHS[_AWAY])
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS[1:], 1):
            header.resizeSection(column, width)
        for column in _NUMBERS:
            self.headerItem().setTextAlignment(column, _RIGHT)
        self.itemClicked.connect(self._clicked)

    def show_view(self, view: View) -> None:
        """Show a comparison."""
        self._view = view
        self.clear()
        for group in view.comparison.groups:
            top = self._add(None, [group.label], [run.folder for run in (*group.runs, *group.repeats)])
            top.setIcon(0, sample(mark(view, group, current())))
            for run in group.runs:
                self._add_run(top, run)
            for run in group.repeats:
                self._add_run(top, run, "left out: this seed is there already")
        self._add_rest("No finished task yet", view.comparison.unscored)
        self._add_damaged(view.left_out)
        self.expandAll()

    def set_theme(self, theme: Theme) -> None:
        """Draw icons and samples anew."""
        del theme
        self.show_view(self._view)

    def chosen(self) -> list[Path]:
        """Return the folders of the selected rows."""
        return list(dict.fromkeys(folder for item in self.selectedItems() for folder in item.data(0, _FOLDERS)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the selected runs out on Delete."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.chosen():
            self.removed.emit(self.chosen())
            return
        super().keyPressEvent(event)

    def _clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == _AWAY:
            self.removed.emit(item.data(0, _FOLDERS))

    def _add_rest(self, title: str, runs: tuple[ComparedRun, ...]) -> None:
        if runs:
            top = self._add(None, [title], [run.folder for run in runs])
            for run in runs:
                self._add_run(top, run)

    def _add_damaged(self, left_out: Mapping[Path, RunFolderError]) -> None:
        if left_out:
            top = self._add(None, ["Left out: cannot be read"], list(left_out))
            top.setIcon(0, icon("error"))
            for folder, error in left_out.items():
                item = self._add(top, [folder.name, "", "damaged"], [folder])
                item.setToolTip(0, str(error))

    def _add_run(self, top: QTreeWidgetItem, run: ComparedRun, why: str = "") -> None:
        numbers = [f"{value:.1f}" for value in self._view.figures.get(run.folder, ())]
        cells = [run.name, str(run.seed), run.state, f"{len(run.scores)} of {run.tasks}", *numbers]
        item = self._add(top, cells, [run.folder])
        item.setIcon(2, icon(_ICONS.get(run.state, "warning")))
        item.setToolTip(0, f"{run.folder}\n{why}".rstrip())
        if why:
            item.setText(0, f"{run.name} ({why})")
        for column in _NUMBERS:
            item.setTextAlignment(column, _RIGHT)

    def _add(self, top: QTreeWidgetItem | None, cells: list[str], folders: list[Path]) -> QTreeWidgetItem:
        item = QTreeWidgetItem(cells)
        item.setSizeHint(0, _ROW)
        item.setData(0, _FOLDERS, folders)
        item.setIcon(_AWAY, icon("remove"))
        words = "this run" if top else "this group"
        item.setToolTip(_AWAY, f"Take {words} out of the comparison")
        item.setData(_AWAY, Qt.ItemDataRole.AccessibleTextRole, f"Take {cells[0]} out")
        if top is None:
            self.addTopLevelItem(item)
        else:
            top.addChild(item)
        return item
