"""A path that is typed or chosen, with room for what is wrong with it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget


class PathField(QWidget):
    """A path with a heading above, buttons beside and a sentence below it."""

    def __init__(self, title: str, help_text: str) -> None:
        super().__init__()
        self._help = help_text
        self.edit = QLineEdit()
        self.edit.setAccessibleName(title)
        self.edit.setToolTip(help_text)
        self.words = QLabel()
        self.words.setWordWrap(True)
        heading = QLabel(title)
        heading.setBuddy(self.edit)
        heading.setProperty("role", "heading")
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self.edit, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(heading)
        column.addLayout(self._row)
        column.addWidget(self.words)
        self.say("")

    @property
    def text(self) -> str:
        """What was typed or chosen."""
        return self.edit.text().strip()

    def add_button(self, text: str, help_text: str) -> QPushButton:
        """Add a button at the right."""
        button = QPushButton(text)
        button.setToolTip(help_text)
        button.setAutoDefault(False)
        self._row.addWidget(button)
        return button

    def say(self, sentence: str, role: str = "muted") -> None:
        """Show a sentence below the path; without one, what belongs there."""
        self.words.setText(sentence or self._help)
        self.words.setProperty("role", role)
        self.words.style().polish(self.words)
        self.edit.setAccessibleDescription(self.words.text())
