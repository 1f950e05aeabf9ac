"""Asks the run what a picture shows, now and at every earlier checkpoint."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QMimeData, Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from backend.api import Question, Reply, Search, StudioError, Working, read_picture
from gui.background import submit
from gui.carriers.answerer import Answerer, Command, answerer_command
from gui.models.pictures import to_image
from gui.pages.base import Page
from gui.pictures_in import BUNDLE, Scrapbook, can_ask, file_in, write_image
from gui.state.answers import Answered
from gui.theme import Theme
from gui.widgets.answer_cards import AnswerCards
from gui.widgets.scrolled import scrolled
from gui.widgets.tried import Tried, TriedPictures, invitation
from gui.widgets.try_head import TryHead
from gui.widgets.waiting import Waiting

_SIDE: Final = 1024
"""Longer side of a picture as it is shown."""
_TICK_MS: Final = 250


class TryItPage(Page):
    """Asks the run what a picture shows, now and at every earlier checkpoint.

    Args:
        parent: its owner.
        command: makes the argument list of the process that answers.
    """

    title = "Try it"
    help = "Asks the run what a picture shows, now and at every earlier checkpoint."

    def __init__(self, parent: QWidget | None = None, command: Command = answerer_command) -> None:
        super().__init__(parent)
        self._command = command
        self._bundle: Path | None = None
        self._asked: tuple[Path, int] | None = None
        """Whom the last question went to, and how many tasks it had finished then."""
        self._state = ""
        self._tried: Tried | None = None
        self._coming = Answered()
        """What comes in; it takes the place of what is shown with its first answer."""
        self._texts: tuple[str, ...] = ()
        self._search: Search = "quick"
        self._loads = 0
        self.setAcceptDrops(True)

    # --- what the user does ---

    def open(self, path: Path, name: str = "") -> None:
        """Ask about a picture, or take a bundle to ask instead of the run."""
        if path.suffix.lower() == BUNDLE:
            self.use_bundle(path)
            return
        self._loads += 1
        done = partial(self._show, self._loads, path, name or path.name)
        failed = partial(self._refuse, self._loads)
        submit(self, lambda: to_image(np.asarray(read_picture(path, _SIDE))), done, failed)

    def take_image(self, image: QImage, name: str) -> None:
        """Ask about a picture that has no file."""
        path = self._scraps.place()
        submit(self, lambda: write_image(image, path), lambda _: self.open(path, name), self.failed.emit)

    def paste(self) -> None:
        """Ask about the picture, or the picture file, on the clipboard."""
        self._take(QGuiApplication.clipboard().mimeData() or QMimeData())  # none where the clipboard is empty

    def use_bundle(self, path: Path | None) -> None:
        """Ask a bundle instead of the run on show; none goes back to the run."""
        self._bundle = path
        self.draw()

    def _take(self, mime: QMimeData) -> None:
        file = file_in(mime)
        if file is not None:
            self.open(file)
        elif mime.hasImage():
            self.take_image(QImage(mime.imageData()), "pasted picture")
        else:
            self.said.emit("There is no picture on the clipboard")

    def _score_texts(self, texts: tuple[str, ...]) -> None:
        if texts != self._texts:
            self._texts = texts
            self._ask()

    def _tell_truth(self, name: str) -> None:
        if self._tried is not None:
            self._tried.truth = name
            self._show_answer()

    def _look_for(self, search: Search) -> None:
        self._search = search
        self._ask()

    # --- pictures ---

    def _show(self, load: int, path: Path, name: str, image: QImage) -> None:
        if load == self._loads:
            self._go_to(Tried(path, name, image))

    def _refuse(self, load: int, error: StudioError) -> None:
        if load == self._loads:
            self.head.show_error(error.sentence, error.hint)
            self.said.emit(error.sentence)

    def _go_to(self, tried: Tried) -> None:
        self._loads += 1
        self._tried = tried
        self.pictures.show_picture(tried)
        self._ask()

    # --- questions and answers ---

    @property
    def _source(self) -> tuple[Path, int] | None:
        """Whom to ask, and how many tasks it has finished."""
        if self._bundle is not None:
            return self._bundle, 1
        if self.shown is None or not self.shown.curves.scores:
            return None
        return self.shown.folder, len(self.shown.curves.scores)

    def _ask(self) -> None:
        """Ask about the picture on show; what was said of it stays until the new answer begins."""
        source, tried = self._source, self._tried
        self.head.show_error("", "")
        self._asked = source
        if source is None or tried is None:
            self._answerer.hush()
        else:
            self._coming = Answered()
            self._clock.start()
            place, picture = str(source[0].absolute()), str(tried.path.absolute())
            question = Question(id=0, source=place, picture=picture, texts=self._texts, nearest=self._search)
            self._answerer.ask(question)
        self._show_answer()

    def _hear(self, reply: Reply) -> None:
        coming, tried = self._coming, self._tried
        coming.add(reply)
        if tried is None:
            return
        if isinstance(reply, Working):
            self.cards.show_search()
            return
        if coming.newest is not None or coming.failed is not None:
            tried.answered = coming
        if coming.failed is not None:
            self.head.show_error(coming.failed.sentence, coming.failed.hint, again=True)
        self._show_answer()

    def _show_answer(self) -> None:
        tried = self._tried
        there = tried is not None and tried.answered.newest is not None
        self.cards.setVisible(there)
        if tried is not None and there:
            self.pictures.show_square(tried.answered.opened)
            self.cards.show_answer(tried.answered, tried.truth, wanted=self._search != "no")
        self._show_waiting()

    def _show_waiting(self) -> None:
        """Tell what is waited for, where there is nothing to show yet."""
        busy, early = self._answerer.busy, self._source is None
        self._ticks.start() if busy else self._ticks.stop()
        self.waiting.setVisible(self._tried is not None and self.cards.isHidden())
        if busy:
            self.waiting.show_busy(self._clock.elapsed() / 1000)
        elif early:
            run = "The answer comes when the run on show has finished its first task."
            self.waiting.show_words(run if self.shown else "Choose a run, or drop a bundle: it will answer.")
        else:
            self.waiting.show_words("There is no answer.")

    # --- the page ---

    def build(self) -> None:
        """Make the widgets."""
        self.head, self.pictures, self.cards = TryHead(), TriedPictures(), AnswerCards()
        self.waiting = Waiting()
        self._scraps, self._clock = Scrapbook(), QElapsedTimer()
        self._clock.start()
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._show_waiting)
        answerer, scraps = Answerer(self, self._command), self._scraps
        self._answerer = answerer
        self.destroyed.connect(lambda: (answerer.close(), scraps.clear()))
        self._lay_out()
        self._connect()
        self.head.look_for_camera()

    def draw(self) -> None:
        """Follow the run: ask again when another one is shown, or this one has finished a task more."""
        source = self._source
        state = f"{source}{self._bundle}{self.shown.folder if self.shown else ''}"
        if not self.built or state == self._state:
            return
        self._state = state
        tasks = len(self.shown.curves.tasks) if self.shown else 0
        self.head.show_source(source, tasks, bundle=self._bundle is not None)
        if self._tried is None:
            self.pictures.drop.invite(*invitation(ready=source is not None, run=self.shown is not None))
        if source != self._asked:
            if source is None or self._asked is None or source[0] != self._asked[0]:
                self._forget_answers()
            self._ask()

    def _forget_answers(self) -> None:
        """What another run said is not shown for this one."""
        if self._tried is not None:
            self._tried.answered = Answered()

    def dress(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        for part in (self.head, self.cards):
            part.set_theme(theme)
        self.pictures.drop.update()
        self.pictures.shelf.fit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take pictures and bundles; the window looks at the rest."""
        self.ensure_built()
        if can_ask(event.mimeData()):
            event.acceptProposedAction()
            self.pictures.drop.set_over(True)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Go on taking it, wherever on the page."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the highlight back."""
        super().dragLeaveEvent(event)
        self.pictures.drop.set_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask about it."""
        self.pictures.drop.set_over(False)
        event.acceptProposedAction()
        self._take(event.mimeData())

    def _connect(self) -> None:
        self._answerer.told.connect(self._hear)
        self.pictures.drop.clicked.connect(self.head.ask_file)
        self.pictures.gone_back.connect(self._go_to)
        self.head.chosen.connect(self.open)
        self.head.taken.connect(lambda image: self.take_image(image, "from the camera"))
        self.head.paste_requested.connect(self.paste)
        self.head.again_requested.connect(self._ask)
        self.head.run_requested.connect(lambda: self.use_bundle(None))
        self.cards.texts_changed.connect(self._score_texts)
        self.cards.truth_changed.connect(self._tell_truth)
        self.cards.neighbours.search_requested.connect(lambda: self._look_for("yes"))
        self.cards.neighbours.cancel_requested.connect(lambda: self._look_for("no"))
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.paste)

    def _lay_out(self) -> None:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(12)
        row.addWidget(self.pictures)
        row.addWidget(self.cards, 1)
        row.addWidget(self.waiting, 1, Qt.AlignmentFlag.AlignTop)
        for part in (self.cards, self.waiting):
            part.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(scrolled(body), 1)
