"""How large the caches are, and buttons that clear and check them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from backend.api import CacheInfo, StudioError, cache_sizes, clear_caches, count, size, verify_caches
from gui.background import submit

_KINDS = {"pixels": "Decoded pictures", "features": "Features of frozen towers"}


class CachesBox(QWidget):
    """What it shows and does is read and done in the pool; a cache is made again when a run needs it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sizes = {kind: QLabel("…") for kind in _KINDS}
        self.state = QLabel()
        self.state.setProperty("role", "muted")
        self.state.setWordWrap(True)
        self.state.setAccessibleName("What was done with the caches")
        self.state.hide()
        self.clear_button = _button("Clear", "Delete all caches; what a run writes just now stays")
        self.check_button = _button("Check", "Read all caches and delete what is damaged; gigabytes take a while")
        self.clear_button.clicked.connect(self.clear)
        self.check_button.clicked.connect(self.check)
        self._lay_out()
        self.look()

    def look(self) -> None:
        """Measure the caches."""
        submit(self, cache_sizes, self._measured, self._refused)

    def clear(self) -> None:
        """Delete them."""
        self._begin("Clearing…")
        submit(self, clear_caches, lambda freed: self._done(f"{size(freed)} freed."), self._refused)

    def check(self) -> None:
        """Delete what is damaged."""
        self._begin("Checking…")
        submit(self, verify_caches, self._checked, self._refused)

    def _measured(self, found: tuple[CacheInfo, ...]) -> None:
        for info in found:
            self.sizes[info.kind].setText(
                f"{size(info.bytes)} in {count(info.files, 'file')}" if info.files else "empty"
            )

    def _checked(self, damaged: tuple[Path, ...]) -> None:
        found = f"{count(len(damaged), 'damaged array')} deleted." if damaged else "Nothing is damaged."
        self._done(f"Checked. {found}")

    def _begin(self, words: str) -> None:
        self._say(words, busy=True)

    def _done(self, words: str) -> None:
        self._say(words, busy=False)
        self.look()

    def _refused(self, error: StudioError) -> None:
        self._say(str(error), busy=False)

    def _say(self, words: str, *, busy: bool) -> None:
        self.state.setText(words)
        self.state.show()
        for button in (self.clear_button, self.check_button):
            button.setEnabled(not busy)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (kind, title) in enumerate(_KINDS.items()):
            grid.addWidget(QLabel(title), row, 0)
            grid.addWidget(self.sizes[kind], row, 1)
            self.sizes[kind].setAccessibleName(f"Size of: {title}")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.clear_button)
        buttons.addWidget(self.check_button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addLayout(buttons)
        column.addWidget(self.state)


def _button(text: str, help_text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(f"{text} the caches")
    button.setToolTip(help_text)
    button.setAutoDefault(False)
    return button
