"""Menus that are searched as one types: by any part of a name or of its explanation, not by its first letter only."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QCompleter, QListView


class SearchedList(QListView):
    """The list of a closed menu; typing goes to the first entry that says what was typed, on screen or closed."""

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._last = 0.0

    def keyboardSearch(self, search: str) -> None:
        """Go to the next entry with the letters typed so far; a name that begins with them comes first."""
        now = time.monotonic()
        rested = 1000 * (now - self._last) > QApplication.keyboardInputInterval()
        self._typed, self._last = (search if rested else self._typed + search), now
        row = first_match(self._typed, self._words())
        if row >= 0:
            self.setCurrentIndex(self.model().index(row, 0))

    def _words(self) -> list[tuple[str, str]]:
        model, tip = self.model(), Qt.ItemDataRole.ToolTipRole
        indices = (model.index(row, 0) for row in range(model.rowCount()))
        return [(str(index.data()), str(index.data(tip) or "")) for index in indices]


def first_match(typed: str, entries: Sequence[tuple[str, str]]) -> int:
    """Return the row that fits best what was typed, or -1: name begins with it, name has it, explanation has it."""
    wanted = typed.casefold().strip()
    tests = (
        lambda name, _: name.startswith(wanted),
        lambda name, _: wanted in name,
        lambda _, help_text: wanted in help_text,
    )
    folded = [(name.casefold(), help_text.casefold()) for name, help_text in entries]
    found = (row for test in tests for row, entry in enumerate(folded) if test(*entry))
    return next(found, -1) if wanted else -1


def offer_matches(box: QComboBox) -> None:
    """Let an open menu list what contains the letters typed, without changing them until one is picked."""
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    box.setCompleter(completer)
