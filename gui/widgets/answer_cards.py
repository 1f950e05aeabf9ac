"""What a run says of a picture, in three cards: scores, the answer after each task, and similar training pictures."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.state.answers import Answered
from gui.theme import Theme
from gui.widgets.moments import MomentsTable
from gui.widgets.neighbours import Neighbours
from gui.widgets.score_bars import ScoreBars
from gui.widgets.searched import SearchedList

TOP: Final = 5
_UNTOLD: Final = "not told"


class AnswerCards(QWidget):
    """Shows an answer while it comes in."""

    texts_changed = Signal(tuple)
    """The names that the user wants to be scored beside the learned ones."""
    truth_changed = Signal(str)
    """What the user says that the picture shows; empty where that is taken back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answered = Answered()
        self._task: int | None = None
        """The task whose scores are shown; none for the newest."""
        self._wanted = True
        self._names: tuple[str, ...] = ()
        self.heading, self.state = QLabel(), QLabel()
        self.back = QPushButton("Back to the newest")
        self.bars = ScoreBars()
        self.texts, self.texts_state = QLineEdit(), QLabel()
        self.truth = QComboBox()
        self.story, self.gaps = QLabel(), QLabel()
        self.moments = MomentsTable()
        self.neighbours = Neighbours()
        self._lay_out()
        self._connect()

    def show_answer(self, answered: Answered, truth: str, *, wanted: bool) -> None:
        """Show what is known so far.

        Args:
            answered: of a picture.
            truth: what the user says that it shows; empty where that is not known.
            wanted: whether similar pictures are looked for.
        """
        if answered is not self._answered:
            self._answered, self._task = answered, None
        self._wanted = wanted
        self._show_truth(truth)
        self._draw()

    def show_search(self) -> None:
        """Show how far the search for similar pictures is, and nothing else: that comes many times a second."""
        self.neighbours.show_answer(self._answered, wanted=self._wanted)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours, and the room of its font."""
        self.moments.set_theme(theme)
        self.bars.updateGeometry()
        self.neighbours.pictures.fit()

    def _draw(self) -> None:
        answered = self._answered
        task = answered.newest if self._task is None or self._task not in answered.said else self._task
        self._draw_scores(answered, task)
        truth = self._truth()
        followed = truth or answered.top()
        self.story.setText(answered.story(followed, sure=bool(truth)) if followed else "")
        self.story.setVisible(bool(self.story.text()))
        self.gaps.setText(answered.gaps())
        self.gaps.setVisible(bool(self.gaps.text()))
        self.moments.show_moments(answered.moments(followed), followed or "")
        self.moments.select(task)
        self.show_search()

    def _draw_scores(self, answered: Answered, task: int | None) -> None:
        newest = task == answered.newest
        self.heading.setText("Answer" if task is None else f"Answer after task {task + 1}")
        self.state.setText("" if task is None else "newest checkpoint" if newest else "earlier checkpoint")
        self.back.setVisible(task is not None and not newest)
        if task is not None:
            self.bars.show_guesses(answered.guesses(task, TOP))
        self.texts_state.setText(_texts_state(answered))
        self.texts_state.setVisible(bool(self.texts_state.text()))

    def _show_truth(self, truth: str) -> None:
        """List the learned classes, and choose one without telling anybody."""
        names = tuple(name for name, _ in self._answered.classes)
        self.truth.blockSignals(True)
        if names != self._names:
            self._names = names
            self.truth.clear()
            self.truth.addItems([_UNTOLD, *names])
        self.truth.setCurrentIndex(names.index(truth) + 1 if truth in names else 0)
        self.truth.blockSignals(False)

    def _truth(self) -> str:
        """Return the class that is chosen; empty where none is."""
        row = self.truth.currentIndex()
        return self._names[row - 1] if row > 0 else ""

    def _choose(self, task: int | None) -> None:
        self._task = task
        self._draw()

    def _enter(self) -> None:
        names = [name.strip() for name in self.texts.text().split(",")]
        self.texts_changed.emit(tuple(dict.fromkeys(name for name in names if name)))

    # --- construction ---

    def _connect(self) -> None:
        self.moments.chosen.connect(self._choose)
        self.back.clicked.connect(lambda: self._choose(None))
        self.texts.editingFinished.connect(self._enter)
        self.truth.activated.connect(lambda _: self.truth_changed.emit(self._truth()))

    def _lay_out(self) -> None:
        self.back.setAutoDefault(False)
        self.back.setToolTip("Show the scores of the newest checkpoint again")
        self.texts.setPlaceholderText("tractor, red balloon, a cup of tea")
        self.texts.setClearButtonEnabled(True)
        self.texts.setAccessibleName("Names to score beside the learned classes")
        self.texts.setToolTip("Names of classes that were never learned, with commas between them; Enter scores them")
        self.truth.setView(SearchedList())
        self.truth.setAccessibleName("What the picture shows")
        self.truth.setToolTip("Say what the picture really shows, to see when the run knew it")
        self.truth.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for label in (self.state, self.texts_state, self.gaps):
            label.setProperty("role", "muted")
        for label in (self.texts_state, self.story, self.gaps):
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._scores_card())
        column.addWidget(self._tasks_card())
        column.addWidget(_card(_heading("Similar training pictures"), self.neighbours))
        column.addStretch(1)

    def _scores_card(self) -> QFrame:
        self.heading.setProperty("role", "heading")
        head, ask = QHBoxLayout(), QHBoxLayout()
        for row in (head, ask):
            row.setSpacing(8)
        head.addWidget(self.heading)
        head.addWidget(self.state)
        head.addStretch(1)
        head.addWidget(self.back)
        label = QLabel("Also &score:")
        label.setBuddy(self.texts)
        ask.addWidget(label)
        ask.addWidget(self.texts, 1)
        return _card(head, self.bars, ask, self.texts_state)

    def _tasks_card(self) -> QFrame:
        label = QLabel("It really &shows:")
        label.setBuddy(self.truth)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(_heading("Task after task"))
        head.addSpacing(24)
        head.addWidget(label)
        head.addWidget(self.truth, 1)
        return _card(head, self.story, self.gaps, self.moments)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "heading")
    return label


def _card(*parts: QWidget | QHBoxLayout) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    column = QVBoxLayout(card)
    column.setContentsMargins(12, 10, 12, 12)
    column.setSpacing(8)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return card


def _texts_state(answered: Answered) -> str:
    """Return why names were not scored."""
    parts: list[str] = []
    if answered.no_texts is not None:
        parts.append(f"{answered.no_texts.sentence} {answered.no_texts.hint}".strip())
    if answered.opened is not None and answered.opened.learned:
        parts.append(f"Learned already: {', '.join(answered.opened.learned)}.")
    return " ".join(parts)
