"""The pictures behind a confusion matrix: those that flipped between two tasks, and those of one cell."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from backend.api import Cases, Pictures
from gui.state.curves import task_name
from gui.theme import Theme
from gui.widgets.elided import ElidedLabel
from gui.widgets.flip_grid import FlipGrid
from gui.widgets.image_viewer import ImageViewer
from gui.widgets.segments import segment, segment_style

Kind: TypeAlias = Literal["lost", "gained", "cell"]
_KINDS: Final[tuple[tuple[Kind, str], ...]] = (("lost", "Lost"), ("gained", "Gained"), ("cell", "Cell"))
_CHANGED: Final = "The pictures of this data set are no longer those that the run was scored on."


class FlipBrowser(QWidget):
    """Lost: right then, wrong now. Gained: wrong then, right now. Cell: those of the cell that was opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = FlipGrid()
        self.viewer = ImageViewer(self)
        self.message = QLabel()
        self.caption = ElidedLabel()
        self.buttons: dict[Kind, QPushButton] = {kind: segment(words, words) for kind, words in _KINDS}
        self._cases: dict[Kind, Cases] = {}
        self._captions: dict[Kind, str] = {}
        self._none: dict[Kind, str] = {}
        self._classes: tuple[str, ...] = ()
        self._pictures: Pictures | None = None
        self._names: tuple[str, ...] = ()
        self._why = ""
        self._lay_out()
        self.grid.opened.connect(self._view)
        self.viewer.finished.connect(lambda: self.grid.set_current(self.viewer.place))

    @property
    def kind(self) -> Kind:
        """What is on show."""
        return next(kind for kind, button in self.buttons.items() if button.isChecked())

    def show_pictures(self, pictures: Pictures | None, names: tuple[str, ...], why: str = "") -> None:
        """Take the pictures that answers point into, and the classes of their labels; or why there are none."""
        self._pictures, self._names, self._why = pictures, names, why
        self.grid.show_pictures(pictures, names)
        self._show()

    def show_flips(self, cases: Cases, classes: tuple[str, ...], before: int, after: int, *, compared: bool) -> None:
        """Show what flipped.

        Args:
            cases: pictures answered after both tasks.
            classes: all of the run, in class order.
            before: the one task.
            after: the other one.
            compared: whether the answers before are known.
        """
        then, now = task_name(before), task_name(after)
        self._classes = classes
        self._cases = {"lost": cases.lost, "gained": cases.gained}
        self._captions = {
            "lost": f"Right after {then}, wrong after {now}. Then: after {then}; now: after {now}.",
            "gained": f"Wrong after {then}, right after {now}. Then: after {then}; now: after {now}.",
        }
        self._none = {
            "lost": f"Nothing was lost: what was right after {then} is right after {now}.",
            "gained": f"Nothing was gained: what is right after {now} was right after {then}.",
            "cell": "Click a cell of the matrix, or press Enter on it, to see its pictures.",
        }
        if not compared:
            words = f"The answers after {then} were not kept, so nobody knows what flipped since."
            self._none |= {"lost": words, "gained": words}
        elif before == after:
            words = f"Both are the answers after {now}. Choose another task to compare with."
            self._none |= {"lost": words, "gained": words}
        self._label()
        self._choose("lost" if len(cases.lost) or not len(cases.gained) else "gained")

    def show_cell(self, cases: Cases, words: str) -> None:
        """Show the pictures of a cell."""
        self._cases["cell"], self._captions["cell"] = cases, words
        self._label()
        self._choose("cell")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.grid.set_theme(theme)
        self.viewer.set_theme(theme)
        for button in self.buttons.values():
            button.setStyleSheet(segment_style(theme))

    def _choose(self, kind: Kind) -> None:
        self.buttons[kind].setChecked(True)
        self._show()

    def _label(self) -> None:
        for kind, words in _KINDS:
            cases = self._cases.get(kind)
            self.buttons[kind].setText(f"{words} {len(cases):,}" if cases is not None else words)
            self.buttons[kind].setToolTip(self._captions.get(kind) or self._none.get(kind, ""))

    def _show(self) -> None:
        cases = self._cases.get(self.kind)
        words = self._message(cases)
        self.caption.set_text(self._captions.get(self.kind, "") if cases is not None and len(cases) else "")
        if words or cases is None:
            self.message.setText(words)
            self._stack.setCurrentWidget(self.message)
            return
        self.grid.show_cases(cases, self._classes)
        self._stack.setCurrentWidget(self.grid)

    def _message(self, cases: Cases | None) -> str:
        """Return why there are no thumbnails, or ''."""
        if cases is None or not len(cases):
            return self._none.get(self.kind, "")
        if self._why:
            return self._why
        if self._pictures is None:
            return "Opening the pictures…"
        return "" if self._fits(self._pictures, cases) else _CHANGED

    def _fits(self, pictures: Pictures, cases: Cases) -> bool:
        """Tell whether these are the pictures that were answered, as far as their classes tell."""
        if int(cases.pictures.max(initial=-1)) >= len(pictures):
            return False
        own = np.array(self._names)[pictures.labels[cases.pictures]]
        return bool((own == np.array(self._classes)[cases.truth]).all())

    def _view(self, place: int) -> None:
        if self._pictures is not None:
            self.viewer.open()
            self.viewer.show_picture(self._pictures, self.grid.shown, self._names, place, self.grid.answers)

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(4)
        for button in self.buttons.values():
            group.addButton(button)
            head.addWidget(button)
        self.buttons["lost"].setChecked(True)
        group.buttonToggled.connect(lambda _, checked: self._show() if checked else None)
        head.addStretch(1)
        self.caption.setProperty("role", "muted")
        self.message.setProperty("role", "muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.message.setMargin(24)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.message)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.caption)
        column.addWidget(self._stack, 1)
