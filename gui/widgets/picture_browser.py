"""The pictures of a part of a data set as a grid, and one of them in full."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from backend.api import DataReport, DataSettings, Part, Pictures, StudioError, open_pictures
from gui.background import submit
from gui.theme import Theme
from gui.widgets.image_viewer import ImageViewer
from gui.widgets.segments import segment, segment_style
from gui.widgets.thumbnail_grid import ThumbnailGrid

PARTS: Final[tuple[tuple[Part, str], ...]] = (("train", "Train"), ("validation", "Validation"), ("test", "Test"))


class PictureBrowser(QWidget):
    """Opens a part when it is asked for; shows the pictures of some classes or of all."""

    opened = Signal()
    """The part asked for last is open, or could not be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = ThumbnailGrid()
        self.viewer = ImageViewer(self)
        self.count = QLabel()
        self.message = QLabel()
        self.buttons: dict[Part, QPushButton] = {part: segment(words, f"{words} pictures") for part, words in PARTS}
        self._settings: DataSettings | None = None
        self._names: tuple[str, ...] = ()
        self._classes: NDArray[np.int64] = np.zeros(0, np.int64)
        self._pictures: Pictures | None = None
        self._wanted: tuple[DataSettings, Part] | None = None
        self._lay_out()
        self.grid.opened.connect(self._view)
        self.viewer.finished.connect(lambda: self.grid.set_current(self.viewer.place))

    @property
    def part(self) -> Part:
        """The part that is chosen."""
        return next(part for part, button in self.buttons.items() if button.isChecked())

    def show_data(self, settings: DataSettings, report: DataReport) -> None:
        """Show the pictures of a data set that was found."""
        self._settings, self._names = settings, report.class_names
        self._classes = np.arange(len(report.class_names))
        for part, words in PARTS:
            count = sum(report.counts[part])
            self.buttons[part].setToolTip(f"{words} pictures: {count:,}")
            self.buttons[part].setEnabled(count > 0)
        if not self.buttons[self.part].isEnabled():
            self.buttons["train"].setChecked(True)
        self._open()

    def show_classes(self, classes: NDArray[np.int64]) -> None:
        """Show the pictures of these classes only."""
        self._classes = classes
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.grid.set_theme(theme)
        self.viewer.set_theme(theme)
        for button in self.buttons.values():
            button.setStyleSheet(segment_style(theme))

    def _open(self) -> None:
        """Open the chosen part off the GUI thread; an answer to an older question is not shown."""
        if self._settings is None:
            return
        settings, part = self._wanted = (self._settings, self.part)
        self.viewer.close()

        def done(pictures: Pictures) -> None:
            if self._wanted == (settings, part):
                self._pictures = pictures
                self.grid.show_pictures(pictures, self._names)
                self._show()
                self.opened.emit()

        def failed(error: StudioError) -> None:
            if self._wanted == (settings, part):
                self._pictures = None
                self.grid.show_pictures(None)
                self._say(f"{error.sentence}\n{error.hint}".rstrip())
                self.opened.emit()

        submit(self, lambda: open_pictures(settings, part), done, failed)

    def _show(self) -> None:
        if self._pictures is None:
            return
        shown = np.flatnonzero(np.isin(self._pictures.labels, self._classes))
        self.grid.show_only(shown)
        pictures = "1 picture" if len(shown) == 1 else f"{len(shown):,} pictures"
        every = len(self._classes) == len(self._names)
        of = "" if every else " of 1 class" if len(self._classes) == 1 else f" of {len(self._classes)} classes"
        self.count.setText(pictures + of)
        if len(shown):
            self._stack.setCurrentWidget(self.grid)
        else:
            self._say("No class matches the search." if not len(self._classes) else "There are no pictures here.")

    def _say(self, words: str) -> None:
        self.message.setText(words)
        self._stack.setCurrentWidget(self.message)

    def _view(self, place: int) -> None:
        if self._pictures is not None:
            self.viewer.open()
            self.viewer.show_picture(self._pictures, self.grid.shown, self._names, place)

    def _lay_out(self) -> None:
        group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(4)
        for button in self.buttons.values():
            group.addButton(button)
            head.addWidget(button)
        self.buttons["train"].setChecked(True)
        group.buttonToggled.connect(lambda _, checked: self._open() if checked else None)
        head.addStretch(1)
        head.addWidget(self.count)
        self.count.setProperty("role", "muted")
        self.message.setProperty("role", "muted")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.message)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
