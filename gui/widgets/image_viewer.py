"""One picture of a data set in full, with what is known of it; the arrow keys go on to the next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from backend.api import Pictures, StudioError
from gui.background import submit
from gui.icons import icon
from gui.models.pictures import to_image
from gui.theme import Theme
from gui.widgets.canvas import Canvas
from gui.widgets.elided import ElidedLabel

_SIZE = QSize(900, 720)


class ImageViewer(QDialog):
    """Left and Right: previous and next; 1: actual size; 0: fit; plus, minus, wheel: zoom; Esc: close."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = Canvas()
        self.problem = QLabel()
        self.heading = ElidedLabel()
        self.file = ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self.facts = QLabel()
        self.previous_button = _button("Previous picture", "←", lambda: self.step(-1))
        self.next_button = _button("Next picture", "→", lambda: self.step(1))
        self.actual_button = _button("Actual size, or fit to the window", "1", self.canvas.toggle_actual)
        self._pictures: Pictures | None = None
        self._shown: NDArray[np.int64] = np.zeros(0, np.int64)
        self._names: tuple[str, ...] = ()
        self._about: Callable[[int], str] | None = None
        self._place = 0
        self._pixels = ""
        self._loading: tuple[Pictures, int] | None = None
        self._lay_out()
        self._add_keys()
        self.canvas.scaled.connect(self._tell)

    @property
    def place(self) -> int:
        """Place of the picture among those that were shown beside it."""
        return self._place

    def show_picture(
        self,
        pictures: Pictures,
        shown: NDArray[np.int64],
        names: tuple[str, ...],
        place: int,
        about: Callable[[int], str] | None = None,
    ) -> None:
        """Show the picture at `place` of `shown`, indices into `pictures`; `names` are the data set's classes.

        `about` tells more of a picture, by its place.
        """
        self._pictures, self._shown, self._names, self._about = pictures, shown, names, about
        self._go(place)

    def step(self, by: int) -> None:
        """Go on, or back where `by` is negative; stops at both ends."""
        self._go(min(max(self._place + by, 0), len(self._shown) - 1))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons."""
        del theme
        self.previous_button.setIcon(icon("previous"))
        self.next_button.setIcon(icon("next"))
        self.actual_button.setIcon(icon("actual"))

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep no large picture while nobody looks."""
        super().hideEvent(event)
        self.canvas.show_image(None)

    def _go(self, place: int) -> None:
        if self._pictures is None or not len(self._shown):
            return
        self._place = place
        index = int(self._shown[place])
        name = self._names[int(self._pictures.labels[index])]
        self.setWindowTitle(name)
        self.heading.set_text(f"{name}  ·  {self._about(place)}" if self._about else name)
        self.file.set_text(self._pictures.names[index])
        self.previous_button.setEnabled(place > 0)
        self.next_button.setEnabled(place < len(self._shown) - 1)
        self._pixels = "loading…"
        self._tell()
        self._load()

    def _load(self) -> None:
        """Load the picture wanted last, one at a time."""
        if self._loading is not None or self._pictures is None:
            return
        pictures, index = self._pictures, int(self._shown[self._place])
        self._loading = (pictures, index)
        submit(self, lambda: to_image(pictures.load(index)), self._show, self._fail)

    def _arrived(self) -> bool:
        """Tell whether what was loaded is still wanted; if not, load what is."""
        loaded, self._loading = self._loading, None
        wanted = (self._pictures, int(self._shown[self._place]))
        if loaded != wanted:
            self._load()
        return loaded == wanted

    def _show(self, image: QImage) -> None:
        if self._arrived() and self.isVisible():
            self._pixels = f"{image.width()} x {image.height()} pixels"
            self._stack.setCurrentWidget(self.canvas)
            self.canvas.show_image(image)

    def _fail(self, error: StudioError) -> None:
        if self._arrived():
            self._pixels = "unreadable"
            self.canvas.show_image(None)
            self.problem.setText(f"{error.sentence}\n{error.hint}".rstrip())
            self._stack.setCurrentWidget(self.problem)

    def _tell(self) -> None:
        scale = f"  ·  {100 * self.canvas.scale:.0f} %" if self.canvas.scale else ""
        self.facts.setText(f"{self._place + 1:,} of {len(self._shown):,}  ·  {self._pixels}{scale}")

    def _lay_out(self) -> None:
        self.resize(_SIZE)
        self.setAccessibleName("Picture viewer")
        self.heading.setProperty("role", "heading")
        for label in (self.file, self.facts):
            label.setProperty("role", "muted")
        self.problem.setWordWrap(True)
        self.problem.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.problem.setContentsMargins(48, 24, 48, 24)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self.problem)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.heading)
        words.addWidget(self.file)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 10)
        foot.setSpacing(8)
        foot.addLayout(words, 1)
        foot.addWidget(self.facts)
        for button in (self.actual_button, self.previous_button, self.next_button):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)

    def _add_keys(self) -> None:
        key = Qt.Key
        acts: tuple[tuple[tuple[Qt.Key, ...], Callable[[], None]], ...] = (
            ((key.Key_Left, key.Key_Up, key.Key_PageUp), lambda: self.step(-1)),
            ((key.Key_Right, key.Key_Down, key.Key_PageDown), lambda: self.step(1)),
            ((key.Key_Home,), lambda: self.step(-len(self._shown))),
            ((key.Key_End,), lambda: self.step(len(self._shown))),
            ((key.Key_1,), self.canvas.toggle_actual),
            ((key.Key_0,), self.canvas.fit),
            ((key.Key_Plus, key.Key_Equal), lambda: self.canvas.zoom(1)),
            ((key.Key_Minus,), lambda: self.canvas.zoom(-1)),
        )
        for keys, act in acts:
            for one in keys:
                QShortcut(QKeySequence(one), self, act)


def _button(help: str, keys: str, act: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(help)
    button.setToolTip(f"{help} ({keys})")
    button.setAutoRaise(True)
    button.setIconSize(QSize(20, 20))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda: act())
    return button
