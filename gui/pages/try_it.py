"""Asks the run what a picture shows, now and at every earlier checkpoint."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout

from gui.pages.base import Page
from gui.theme import Theme


class TryItPage(Page):
    """Asks the run what a picture shows, now and at every earlier checkpoint."""

    title = "Try it"
    help = "Asks the run what a picture shows, now and at every earlier checkpoint."

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
