"""What stands where an answer comes: that the model is being loaded, or that a run must first finish a task."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget


class Waiting(QFrame):
    """A card with a line of words, and a bar while something is done."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Loading the model")
        self.bar.setToolTip("The first answer takes longer; the model then stays at hand for some minutes")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.words)
        column.addWidget(self.bar)

    def show_busy(self, seconds: float) -> None:
        """Show for how long the model has been loading."""
        self.words.setText(f"Loading the model… {seconds:.0f} s")
        self.bar.show()

    def show_words(self, words: str) -> None:
        """Show why nothing comes yet."""
        self.words.setText(words)
        self.bar.hide()
