"""What lies behind a cell of the accuracy matrix: what was taken for what, and which pictures flipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import Pictures, StudioError, open_scored
from gui.background import submit
from gui.charts.grid import Grid
from gui.charts.heatmap import HeatMap
from gui.charts.paper import export_grid
from gui.charts.saving import Saving
from gui.icons import icon
from gui.state.confusion import Found, Question, Table, Tasks, find, table_of
from gui.state.curves import task_name
from gui.state.identity import identity_lines
from gui.state.shown import Shown
from gui.theme import Theme, current
from gui.widgets.confusion_grid import grid_of, rows_of, summary
from gui.widgets.elided import ElidedLabel
from gui.widgets.flips import FlipBrowser
from gui.widgets.question_bar import QuestionBar

_SIZE: Final = QSize(1240, 760)
_OLD: Final = "This run was made before answers were kept.\nResume or run it again."
_GONE: Final = "The settings of this run cannot be read, so its pictures are not known."


class ConfusionWindow(QDialog):
    """Stands beside the main window. Esc closes it."""

    answered = Signal()
    """What is shown is what was asked for last."""

    def __init__(self, shown: Shown, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(_SIZE)
        self.bar = QuestionBar()
        self.export_button = QToolButton()
        self.map = HeatMap("Confusion matrix", current())
        self.message = QLabel()
        self.heading, self.summary = ElidedLabel(), ElidedLabel()
        self.flips = FlipBrowser()
        self.saving = Saving(self.map, "confusion", self.export)
        self.table: Table | None = None
        self.question = question
        self._shown = shown
        self._found: Found | None = None
        self._asked: tuple[Path, Question] | None = None
        self._lay_out()
        self._connect()
        self.set_theme(current())
        self.show_question(shown, question)
        self._open_pictures()
        self.map.setFocus()

    def show_question(self, shown: Shown, question: Question) -> None:
        """Show another cell, of this run or of another one."""
        other, self._shown = shown.folder != self._shown.folder, shown
        self.question = question.at(shown.curves.tasks)
        self._offer()
        if other:
            self._open_pictures()
        self._ask()

    def grow(self, shown: Shown) -> None:
        """Offer tasks that were scored since."""
        done = len(shown.curves.scores)
        if shown.folder != self._shown.folder or done == self.bar.after_box.count():
            return
        if not done:  # it begins anew
            self.close()
        elif done <= max(self.question.after, self.question.before):
            self.show_question(shown, Question(done - 1, before=done - 1))
        else:
            self._shown = shown
            self._offer()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        self.map.set_theme(theme)
        self.flips.set_theme(theme)
        self.export_button.setIcon(icon("export"))

    def export(self, path: Path) -> Path:
        """Write the confusion matrix as .png, .svg or .csv; return the path.

        Raises:
            ValueError: another suffix, or there is nothing to write yet.
            StorageError: the file cannot be written.
        """
        if self.table is None or self.map.grid is None:
            msg = "There is no confusion matrix to write."
            raise ValueError(msg)
        identity = f"Run: {self._shown.name}\n{identity_lines(self._shown.curves.started)}"
        grid, theme, title = self.map.grid, self.map.theme, self.heading.whole
        rows = rows_of(self.table)
        return export_grid(grid, path, theme, size=self.map.size(), title=title, identity=identity, rows=rows)

    # --- asking ---

    def _offer(self) -> None:
        curves = self._shown.curves
        self.bar.show_question(self.question, curves.tasks, len(curves.scores))

    def _choose(self, question: Question) -> None:
        only_folding = replace(question, folded=self.question.folded) == self.question
        self.question = question
        self._ask(self._found if only_folding else None)

    def _ask(self, known: Found | None = None) -> None:
        """Answer the question soon; `known` are its answers, if only the folding is another."""
        question, shown = self.question, self._shown
        where = "all tasks" if question.of is None else task_name(question.of)
        self.heading.set_text(f"{where[0].upper()}{where[1:]} after {task_name(question.after)}")
        self.setWindowTitle(f"{self.heading.whole} \N{EN DASH} {shown.name}")
        self._asked = asked = (shown.folder, question)
        self._found = known  # what is still on show answers another question
        tasks = shown.curves.tasks

        def done(sight: _Sight | None) -> None:
            if self._asked == asked:
                self._take(sight, fresh=known is None)

        def failed(error: StudioError) -> None:
            if self._asked == asked:
                self._say(f"{error.sentence}\n{error.hint}")

        submit(self, lambda: _look(shown.folder, tasks, question, known), done, failed)

    def _take(self, sight: _Sight | None, *, fresh: bool) -> None:
        if sight is None:
            self._say(_OLD)
            return
        self._found, self.table = sight.found, sight.table
        self.map.show_grid(sight.grid, current())
        self.summary.set_text(sight.words)
        self._stack.setCurrentWidget(self.map)
        self._allow(True)
        if fresh:
            question, found, names = self.question, sight.found, self._shown.curves.class_names
            self.flips.show_flips(found.cases, names, question.before, question.after, compared=found.compared)
        self.answered.emit()

    def _say(self, words: str) -> None:
        """Show a sentence instead of everything."""
        self._found = self.table = None
        self.message.setText(words)
        self.summary.set_text("")
        self._stack.setCurrentWidget(self.message)
        self._allow(False)
        self.answered.emit()

    def _allow(self, there: bool) -> None:
        for part in (self.flips, self.bar.fold_box, self.export_button):
            part.setEnabled(there)
        self.flips.setVisible(there)

    def _open_cell(self, row: int, column: int) -> None:
        if self.table is None or self._found is None:
            return
        true, answer = self.table.rows[row], self.table.columns[column]
        cases = self._found.cases.taken(true.classes, answer.classes)
        words = f"{true.label}, right" if true.classes == answer.classes else f"{true.label} taken for {answer.label}"
        then, now = task_name(self.question.before), task_name(self.question.after)
        self.flips.show_cell(cases, f"{words}. Then: after {then}; now: after {now}.")

    # --- pictures ---

    def _open_pictures(self) -> None:
        """Open the run's pictures off the GUI thread; the matrix does not wait for them."""
        shown = self._shown
        config = shown.config
        if config is None:
            self.flips.show_pictures(None, (), _GONE)
            return
        self.flips.show_pictures(None, ())

        def done(opened: tuple[Pictures, tuple[str, ...]]) -> None:
            if self._shown.folder == shown.folder:
                self.flips.show_pictures(*opened)

        def failed(error: StudioError) -> None:
            if self._shown.folder == shown.folder:
                self.flips.show_pictures(None, (), f"{error.sentence}\n{error.hint}")

        submit(self, lambda: open_scored(config), done, failed)

    # --- construction ---

    def _connect(self) -> None:
        self.bar.asked.connect(self._choose)
        self.map.opened.connect(self._open_cell)
        self.saving.said.connect(self.summary.set_text)
        self.saving.failed.connect(lambda error: self.summary.set_text(f"Not exported: {error}"))

    def _lay_out(self) -> None:
        self.heading.setProperty("role", "heading")
        self.summary.setProperty("role", "muted")
        self.message.setProperty("role", "muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.message)
        self._stack.addWidget(self.map)
        self.message.setText("Reading the answers…")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.heading, self.summary):
            column.addWidget(part)
        column.addWidget(self._stack, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        for part, share in ((left, 3), (self.flips, 2)):
            split.addWidget(part)
            split.setStretchFactor(split.count() - 1, share)
        split.setSizes([3 * _SIZE.width() // 5, 2 * _SIZE.width() // 5])
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addWidget(split, 1)

    def _head(self) -> QHBoxLayout:
        menu = QMenu(self)
        self.saving.fill(menu)
        button = self.export_button
        button.setText("&Export")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolTip("Export the confusion matrix with whole class names")
        button.setAccessibleName("Export the confusion matrix")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.bar, 1)
        head.addWidget(button)
        return head


class _Sight(NamedTuple):
    """All that is shown of a question's answers."""

    found: Found
    table: Table
    grid: Grid
    words: str


def _look(folder: Path, tasks: Tasks, question: Question, known: Found | None) -> _Sight | None:
    """Read and count; None where the answers were not kept."""
    found = known or find(folder, tasks, question)
    if found is None:
        return None
    table = table_of(found.counts, tasks, question)
    return _Sight(found, table, grid_of(table, question), summary(table))
