"""The picture that is asked about: as given, as the model sees it, and beside it those asked about before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidgetItem, QVBoxLayout, QWidget

from backend.api import Opened
from gui.state.answers import Answered
from gui.widgets.elided import ElidedLabel
from gui.widgets.picture_drop import PictureDrop
from gui.widgets.pixels import boxed, image_of
from gui.widgets.shelf import Shelf

MOST: Final = 12
_MODEL_SIDE: Final = 96
_TRIED_SIDE: Final = 44
_WIDTH: Final = 264
_ENDLESS: Final = 16_777_215
_TRANSFORMS: Final = {"crop": "the middle of the picture", "squash": "the whole picture, squashed"}


def invitation(*, ready: bool, run: bool) -> tuple[str, ...]:
    """Return what is said before there is a picture.

    Args:
        ready: whether there is somebody to ask.
        run: whether a run is on show.
    """
    if ready:
        words = "Drop a picture here", "or paste one (Ctrl+V), or press Enter to open one."
    elif run:
        words = "This run has not finished a task yet", "A picture that you drop now is answered after task 1."
    else:
        words = "Choose a run first", "Open one from the list of runs, or drop a bundle here. Then drop a picture."
    return *words, "No picture leaves this machine."


@dataclass(eq=False, slots=True)
class Tried:
    """A picture that was asked about.

    Attributes:
        path: its file.
        name: what to call it.
        image: small enough to be shown.
        truth: the class that it shows, as the user says; empty where that is not told.
        answered: what was said of it last.
    """

    path: Path
    name: str
    image: QImage
    truth: str = ""
    answered: Answered = field(default_factory=Answered)


class TriedPictures(QWidget):
    """Without a picture only the invitation is there, as large as there is room."""

    gone_back = Signal(object)
    """A Tried that the user wants to see again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop = PictureDrop()
        self.name = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self.model_view, self.model_words = QLabel(), QLabel()
        self.shelf = Shelf(_TRIED_SIDE, lines=0, most_rows=2)
        self._tried: list[tuple[Tried, QListWidgetItem]] = []
        self._lay_out()
        self.shelf.currentItemChanged.connect(self._go_back)
        self.show_picture(None)

    def show_picture(self, tried: Tried | None) -> None:
        """Show a picture and remember it; none shows the invitation."""
        for part in (self.name, self.model_view, self.model_words):
            part.setVisible(tried is not None)
        self._shelf_box.setVisible(tried is not None)
        self.setMinimumWidth(_WIDTH)
        self.setMaximumWidth(_ENDLESS if tried is None else _WIDTH)
        self.drop.setMaximumHeight(_ENDLESS if tried is None else _WIDTH)
        self._spare.setVisible(tried is not None)
        if tried is None:
            return
        self.drop.show_image(tried.image, f"{tried.name} is asked about.")
        self.name.set_text(tried.name)
        self._remember(tried)
        self.show_square(None)

    def show_square(self, opened: Opened | None) -> None:
        """Show the square that the model sees; none as long as it is not known."""
        if opened is None:
            self.model_view.hide()
            self.model_words.setText("What the model sees is shown with the first answer.")
            return
        self.model_view.show()
        self.model_view.setPixmap(boxed(image_of(opened.square), _MODEL_SIDE, self.devicePixelRatioF()))
        size = f"{opened.square.width} x {opened.square.height} pixels"
        self.model_words.setText(f"What the model sees: {_TRANSFORMS[opened.transform]}, {size}.")

    def _remember(self, tried: Tried) -> None:
        self.shelf.blockSignals(True)
        item = next((item for known, item in self._tried if known is tried), None)
        if item is None:
            item = self.shelf.put(tried.image, "", tried.name, 0)
            self._tried.insert(0, (tried, item))
            for _, old in self._tried[MOST:]:
                self.shelf.takeItem(self.shelf.row(old))
            del self._tried[MOST:]
        self.shelf.setCurrentItem(item)
        self.shelf.blockSignals(False)
        self._shelf_box.setVisible(len(self._tried) > 1)

    def _go_back(self, now: QListWidgetItem | None) -> None:
        found = next((tried for tried, item in self._tried if item is now), None)
        if found is not None:
            self.gone_back.emit(found)

    def _lay_out(self) -> None:
        self.model_view.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.model_view.setFixedSize(_MODEL_SIDE, _MODEL_SIDE)
        self.model_view.setAccessibleName("The picture as the model sees it")
        self.model_words.setWordWrap(True)
        self.shelf.setAccessibleName("Pictures tried before")
        self.shelf.setToolTip("Pictures tried before; choose one to see it again")
        seen = QHBoxLayout()
        seen.setSpacing(12)
        seen.addWidget(self.model_view)
        seen.addWidget(self.model_words, 1, Qt.AlignmentFlag.AlignTop)
        before = QLabel("Tried before")
        for label in (self.name, self.model_words, before):
            label.setProperty("role", "muted")
        self._shelf_box = QWidget()
        shelf = QVBoxLayout(self._shelf_box)
        shelf.setContentsMargins(0, 8, 0, 0)
        shelf.setSpacing(4)
        shelf.addWidget(before)
        shelf.addWidget(self.shelf)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.drop, 1000)
        column.addWidget(self.name)
        column.addLayout(seen)
        column.addWidget(self._shelf_box)
        self._spare = QWidget()
        column.addWidget(self._spare, 1)
