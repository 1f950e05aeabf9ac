"""Lays runs side by side: curves with the deviation over seeds, and a table of differences with a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from backend.api import Comparison, StudioError
from gui.background import submit
from gui.dragging import dragged
from gui.icons import icon
from gui.pages.base import Page
from gui.state.compare import Board, View, look
from gui.state.runs import RunList
from gui.theme import Theme
from gui.widgets.banner import Banner, Offer
from gui.widgets.elided import ElidedLabel

if TYPE_CHECKING:
    from gui.widgets.compare_add import AddRunsDialog

_LOOK_MS: Final = 2000
"""How often runs are asked whether they have said more, while the page is on show."""


class ComparePage(Page):
    """Reads and compares in the pool; a run that is on is followed."""

    title = "Compare"
    help = (
        "Lays runs side by side: curves with the deviation over seeds, and a table of differences with a paired test."
    )
    looked = Signal()
    """What is on show is what was asked for."""

    def __init__(self, runs: RunList | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = Board()
        self.dialog: AddRunsDialog | None = None
        self._runs = runs or RunList()
        self._busy = self._again = False
        self._heard: object = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.setAcceptDrops(True)

    def show_folders(self, folders: Sequence[Path]) -> None:
        """Compare these runs, and no others."""
        self.board.remove(self.board.folders)
        self.add(folders)

    def add(self, folders: Sequence[Path]) -> None:
        """Compare these runs too."""
        self.ensure_built()
        if self.board.add(folders):
            self.look()

    def remove(self, folders: Sequence[Path]) -> None:
        """Take runs out of the comparison; on disk they stay."""
        self.board.remove(folders)
        if not self.board.folders:
            self._show(self.board.view)
        self.look()

    def look(self) -> None:
        """Read in the pool what is new, and show it."""
        board = self.board
        folders, before, baseline, anyway = tuple(board.folders), board.view, board.baseline, board.anyway
        if folders and not before.shelf:
            self._empty.say_busy(len(folders))
            self._stack.setCurrentWidget(self._empty)
            self._head.hide()
            self.banner.hide()
        if self._busy:
            self._again = True
            return
        self._busy, self._again = True, False
        submit(self, lambda: look(folders, before, baseline, anyway=anyway), self._settle, self._refuse)

    # --- what a page implements ---

    def build(self) -> None:
        """Make the widgets; they are not even loaded for a window that never shows them."""
        from gui.widgets.compare_board import CompareBoard
        from gui.widgets.compare_empty import CompareEmpty
        from gui.widgets.compare_export import ExportButton

        self.words = ElidedLabel()
        self.add_button, self.clear_button = QPushButton("Add runs…"), QPushButton("Clear")
        self.banner = Banner()
        self.full = CompareBoard()
        self.export_button = ExportButton(self.full.charts)
        self._empty = CompareEmpty()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.full)
        self._lay_out()
        self.full.baseline_chosen.connect(self._compare_with)
        self.full.removed.connect(self.remove)
        self._empty.add_button.clicked.connect(self.ask)
        self.add_button.clicked.connect(self.ask)
        self.clear_button.clicked.connect(lambda: self.remove(self.board.folders))
        self.export_button.said.connect(self.said)
        self.export_button.failed.connect(self.failed)
        self._show(self.board.view)

    def draw(self) -> None:
        """Look at once when the shown run has scored a task, or ended."""
        if self.shown is None or self.shown.folder not in self.board.folders:
            return
        heard = self.shown.folder, len(self.shown.curves.scores), self.shown.state
        if heard != self._heard:
            self._heard = heard
            self.look()

    def dress(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        self.add_button.setIcon(icon("add"))
        self.clear_button.setIcon(icon("remove"))
        for part in (self._empty, self.full, self.export_button, self.banner):
            part.set_theme(theme)
        if self.board.view.comparison.groups:
            self.full.show_view(self.board.view)

    def ask(self) -> None:
        """Let the user choose runs from a list."""
        from gui.widgets.compare_add import AddRunsDialog

        self.dialog = AddRunsDialog(self._runs.rows(), self.board.folders, self)
        self.dialog.chosen.connect(self.add)
        self.dialog.open()

    # --- Qt ---

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up, and follow runs that are on."""
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let the disk rest."""
        self._timer.stop()
        super().hideEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take runs."""
        if dragged(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Add the runs that were dropped."""
        event.acceptProposedAction()
        self.add(dragged(event.mimeData()))

    # --- answers of the pool ---

    def _settle(self, view: View | None) -> None:
        self._busy = False
        if view is not None and list(view.shelf) == self.board.folders:
            self.board.view = view
            self._show(view)
        if self._again:
            self.look()
        else:
            self.looked.emit()

    def _refuse(self, error: StudioError) -> None:
        self._busy = False
        self.failed.emit(error)

    def _show(self, view: View) -> None:
        comparison = view.comparison
        self.words.set_text(_words(view))
        self.export_button.show_view(view)
        self._head.setVisible(bool(view.shelf))
        self._warn(view)
        if comparison.groups:
            self.full.show_view(view)
            self._stack.setCurrentWidget(self.full)
            return
        self._stack.setCurrentWidget(self._empty)
        if comparison.unscored:
            self._empty.say_unscored(len(comparison.unscored))
        elif view.left_out:
            self._empty.say_damaged("\n".join(map(str, view.left_out.values())))
        else:
            self._empty.say_empty()

    def _warn(self, view: View) -> None:
        """Say what forbids comparing, as long as it does."""
        if not view.obstacles:
            self.banner.hide()
            return
        found = view.obstacles
        kinds = ", ".join(obstacle.what.lower() for obstacle in found)
        what = f"{kinds} {'differ' if len(found) > 1 else 'differs'}. {'. '.join(map(str, found))}."
        if view.anyway:
            words = f"Shown although not comparable: {what}"
            offer = Offer("Hide differences", "Give no difference where groups are not comparable", self._forbid)
        else:
            words = f"Not comparable: {what}"
            offer = Offer("Show anyway", "Give the differences nevertheless; every export says so", self._forgive)
        self.banner.offer(words, offer, kind="warning")
        self.banner.away.hide()  # a warning that could be put away would be no warning

    def _compare_with(self, key: str) -> None:
        self.board.baseline = key
        self.look()

    def _forgive(self) -> None:
        self.board.anyway = True
        self.look()

    def _forbid(self) -> None:
        self.board.anyway = False
        self.look()

    def _lay_out(self) -> None:
        self.words.setProperty("role", "heading")
        self.add_button.setToolTip("Choose runs from a list")
        self.clear_button.setToolTip("Take all runs out of the comparison; on disk they stay")
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        for button in (self.add_button, self.export_button, self.clear_button):
            button.setAutoDefault(False)
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)


def _words(view: View) -> str:
    """Return how much is compared, and after which task."""
    comparison = view.comparison
    runs, groups = len(comparison.runs), len(comparison.groups)
    if not runs:
        return "Nothing to compare yet"
    if len(view.shelf) == 1:
        return "One run: add another one to compare it with"
    parts = [f"{_count(runs, 'run')} in {_count(groups, 'group')}", _reach(comparison)]
    parts += [f"{len(view.left_out)} damaged, left out"] if view.left_out else []
    parts += [f"{len(comparison.unscored)} without a finished task"] if comparison.unscored else []
    return " · ".join(parts)


def _reach(comparison: Comparison) -> str:
    """Return after which task runs are compared, and for whose sake it is not the last one."""
    reached = f"after task {comparison.tasks} of {max(run.tasks for run in comparison.runs)}"
    names = [run.name for run in comparison.behind]
    if not names:
        return reached
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{reached}, the last that {names[0]}{more} has finished"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
