"""The nearest training pictures: small, with class and similarity; or how far the search is, or why there are none."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from backend.api import Nearest, Working
from gui.state.answers import Answered
from gui.state.log import clock
from gui.widgets.pixels import image_of
from gui.widgets.shelf import Shelf

_SIDE: Final = 72
_SEARCHING: Final = "Comparing with the training pictures; later pictures find them compared."


class Neighbours(QWidget):
    """Shows what is known of the nearest pictures."""

    search_requested = Signal()
    """Look for them, however long it takes."""
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures = Shelf(_SIDE, lines=2)
        self.pictures.setAccessibleName("Nearest training pictures")
        self.pictures.setToolTip("Training pictures, the most similar one first")
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Training pictures compared")
        self.bar.setToolTip("Training pictures compared")
        self.button = QPushButton()
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._press)
        self._searching = False
        self._shown: Nearest | None = None
        self._lay_out()

    def show_answer(self, answered: Answered, *, wanted: bool) -> None:
        """Show what is known; `wanted` is False where the user cancelled the search."""
        working = answered.working if answered.working and answered.working.doing == "nearest" else None
        self._searching = working is not None
        self.bar.setVisible(self._searching)
        if working is not None:
            self.bar.setRange(0, working.total)
            self.bar.setValue(working.done)
            self.bar.setFormat(_progress(working))
        self.words.setText(_SEARCHING if working else _state(answered, wanted=wanted))
        search = answered.costly is not None or (not wanted and answered.nearest is None)
        self.button.setVisible(self._searching or search)
        self.button.setText("Cancel" if self._searching else "Find them")
        tip = "Stop; what was compared is kept" if self._searching else "Compare with the training pictures now"
        self.button.setToolTip(tip)
        self._show(answered.nearest)

    def _press(self) -> None:
        (self.cancel_requested if self._searching else self.search_requested).emit()

    def _show(self, nearest: Nearest | None) -> None:
        self.pictures.setVisible(nearest is not None)
        if nearest is None or nearest is self._shown:
            return
        self._shown = nearest
        self.pictures.clear()
        for near in nearest.pictures:
            words = f"{near.class_name}\n{near.similarity:.2f}"
            tip = f"{near.class_name}, similarity {near.similarity:.2f}\n{near.name}"
            self.pictures.put(image_of(near.small), words, tip)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.pictures)


def _progress(working: Working) -> str:
    left = "" if working.seconds_left is None else f", {clock(working.seconds_left)} left"
    return f"{working.done:,} of {working.total:,}{left}"


def _state(answered: Answered, *, wanted: bool) -> str:
    if answered.nearest is not None:
        near = answered.nearest
        return f"Most similar of {near.searched:,} training pictures, at most {near.most} a class, in the model's eyes."
    if answered.no_nearest is not None:
        return f"{answered.no_nearest.sentence} {answered.no_nearest.hint}".strip()
    if answered.costly is not None:
        cost = answered.costly
        return f"Comparing with {cost.pictures:,} training pictures takes about {clock(cost.seconds)} here, once."
    return "After the answers above…" if wanted else "Not searched."
