"""What stands in for a data set that is not there: what is missing, and the ways to get it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from backend.api import DATASETS, DataReport
from gui.icons import icon
from gui.theme import Theme

_WIDTH = 560


class DataMissing(QWidget):
    """One sentence, a hint, and what can be done."""

    fetch_requested = Signal()
    import_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark = QLabel()
        self.problem, self.hint = QLabel(), QLabel()
        self.fetch_button = _button(
            "Get it…", "Download the data set, or see where it can be had", self.fetch_requested
        )
        self.import_button = _button(
            "Import archive…", "Unpack an archive that you have into the data folder", self.import_requested
        )
        self.folder_button = _button("Choose folder…", "Say where the data set lies", self.folder_requested)
        self._lay_out()

    def show_report(self, report: DataReport) -> None:
        """Show what is missing."""
        self.problem.setText(report.problem)
        self.hint.setText(report.hint)
        self.hint.setVisible(bool(report.hint))
        self.fetch_button.setVisible(not DATASETS[report.id].several)  # one's own pictures come from nowhere else

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons."""
        del theme
        self.mark.setPixmap(icon("folder").pixmap(48, 48))
        self.fetch_button.setIcon(icon("download"))
        self.import_button.setIcon(icon("archive"))
        self.folder_button.setIcon(icon("folder"))

    def _lay_out(self) -> None:
        self.problem.setProperty("role", "heading")
        self.hint.setProperty("role", "muted")
        for label in (self.problem, self.hint):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setFixedWidth(_WIDTH)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self.fetch_button, self.import_button, self.folder_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        for widget in (self.mark, self.problem, self.hint):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        column.addLayout(buttons)
        column.addStretch(3)


def _button(words: str, help: str, signal: object) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(help)
    button.setAutoDefault(False)
    button.clicked.connect(signal)
    return button
