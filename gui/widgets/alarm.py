"""One line that says that something may be wrong, with a sign before it; hidden while nothing is."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.icons import icon
from gui.theme import Theme, current
from gui.widgets.elided import ElidedLabel


class Alarm(QWidget):
    """Hidden until it is given a text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = QLabel()
        self.text = ElidedLabel()
        self.text.setProperty("role", "warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._mark)
        row.addWidget(self.text, 1)
        self.set_theme(current())
        self.hide()

    def show_text(self, text: str, help: str = "") -> None:
        """Show a sentence, and on a hover what can be done; none hides the line."""
        if text == self.text.whole:
            return
        self.text.set_text(text)
        self.setToolTip(help)
        self.setVisible(bool(text))

    def set_theme(self, theme: Theme) -> None:
        """Draw the sign in the theme's colours."""
        self._mark.setPixmap(icon("warning").pixmap(16, 16))
