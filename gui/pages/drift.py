"""Shows where stored class means lie before and after stage 1 and after calibration, and the plan that moved them."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout

from gui.pages.base import Page
from gui.theme import Theme


class DriftPage(Page):
    """Shows where stored class means lie before and after stage 1 and after calibration, and the plan that moved them."""

    title = "Drift"
    help = "Shows where stored class means lie before and after stage 1 and after calibration, and the plan that moved them."

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
