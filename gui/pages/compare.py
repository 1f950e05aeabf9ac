"""Lays runs side by side: curves with the deviation over seeds, and a table of differences with a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QLabel, QVBoxLayout

from gui.pages.base import Page
from gui.theme import Theme


class ComparePage(Page):
    """Lays runs side by side: curves with the deviation over seeds, and a table of differences with a paired test."""

    title = "Compare"
    help = (
        "Lays runs side by side: curves with the deviation over seeds, and a table of differences with a paired test."
    )

    def show_folders(self, folders: Sequence[Path]) -> None:
        """Compare these runs."""

    def build(self) -> None:
        """Make the widgets."""
        self._empty = QLabel(self.help)
        self._empty.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(self._empty)

    def draw(self) -> None:
        """Nothing yet."""

    def dress(self, theme: Theme) -> None:
        """Nothing yet."""
