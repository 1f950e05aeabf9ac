"""Chooses what a confusion matrix shows: whose pictures, answered after which task, compared with which."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from gui.state.confusion import Question, Tasks
from gui.state.curves import task_name


class QuestionBar(QWidget):
    """Three menus and a box; only tasks that are scored can be chosen."""

    asked = Signal(object)
    """A Question, chosen by the user."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.of_box, self.after_box, self.before_box = QComboBox(), QComboBox(), QComboBox()
        self.fold_box = QCheckBox("&Fold tasks")
        self._tasks: Tasks = ()
        self._done = 0
        self._question = Question(0)
        self._lay_out()
        for box in (self.of_box, self.after_box, self.before_box):
            box.activated.connect(self._choose)
        self.fold_box.toggled.connect(self._choose)

    def show_question(self, question: Question, tasks: Tasks, done: int) -> None:
        """Show what is asked.

        Args:
            question: the one that is on show.
            tasks: class names of each task.
            done: how many of them are scored.
        """
        self._question, self._tasks, self._done = question, tasks, done
        names = [task_name(task) for task in range(done)]
        _fill(self.of_box, ["all tasks", *names], 0 if question.of is None else question.of + 1)
        for box, task in ((self.after_box, question.after), (self.before_box, question.before)):
            _fill(box, [f"after {name}" for name in names], task)
        with QSignalBlocker(self.fold_box):
            self.fold_box.setChecked(question.folded)

    def _choose(self) -> None:
        """Ask what is chosen; a task's pictures are first answered after it was learned."""
        of = self.of_box.currentIndex() - 1
        after, before = (max(box.currentIndex(), of) for box in (self.after_box, self.before_box))
        question = Question(after, None if of < 0 else of, before, folded=self.fold_box.isChecked())
        if question.of != self._question.of:
            question = replace(question, folded=False).at(self._tasks)
        self.show_question(question, self._tasks, self._done)
        self.asked.emit(question)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for words, box, help in (
            ("&Pictures of", self.of_box, "Of which task the test pictures are"),
            ("&answered", self.after_box, "After which task the answers were given"),
            ("&compared with answers", self.before_box, "With the answers after which task they are compared"),
        ):
            label = QLabel(words)
            label.setBuddy(box)
            box.setToolTip(help)
            box.setAccessibleName(help)
            row.addWidget(label)
            row.addWidget(box)
        self.fold_box.setToolTip("Let the classes of a task share a column; those of the chosen task stay apart")
        self.fold_box.setAccessibleName("Fold tasks")
        row.addSpacing(8)
        row.addWidget(self.fold_box)
        row.addStretch(1)


def _fill(box: QComboBox, words: list[str], index: int) -> None:
    """Offer these, and choose one, without telling anybody."""
    with QSignalBlocker(box):
        if words != [box.itemText(i) for i in range(box.count())]:
            box.clear()
            box.addItems(words)
        box.setCurrentIndex(index)
