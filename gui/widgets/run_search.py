"""The field above the list of runs: words, `tag:`, `method:` and so on, with what there is to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from gui.icons import icon
from gui.state.run_filter import HELP


class RunSearch(QLineEdit):
    """A line of words; the last one is completed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Filter: words, star, tag:…, state:…")
        self.setClearButtonEnabled(True)
        self.setAccessibleName("Filter runs")
        self.setToolTip(HELP)
        self._mark = self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._terms = QStringListModel(self)
        self.setCompleter(_LastWord(self._terms, self))

    def offer(self, terms: Sequence[str]) -> None:
        """Complete words to these."""
        if self._terms.stringList() != list(terms):
            self._terms.setStringList(list(terms))

    def terms(self) -> list[str]:
        """Return what words are completed to."""
        return self._terms.stringList()

    def refresh_icons(self) -> None:
        """Draw the magnifying glass anew."""
        self._mark.setIcon(icon("search"))


class _LastWord(QCompleter):
    """Completes the last word of a line, and keeps those before it."""

    def __init__(self, terms: QStringListModel, field: QLineEdit) -> None:
        super().__init__(terms, field)
        self._field = field
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)

    def splitPath(self, path: str) -> list[str]:
        """Return what is to be completed; nothing where a word is over."""
        word = path.rpartition(" ")[2].lstrip("-")
        return [word or "\0"]  # an empty word would be completed to everything

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        """Return the line with its last word completed."""
        before, space, word = self._field.text().rpartition(" ")
        minus = "-" if word.startswith("-") else ""
        return f"{before}{space}{minus}{index.data()}"
