"""The configuration as a file and as a command: what the window does can be done without it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import RunConfig, command_line, to_toml
from gui.icons import icon
from gui.theme import Theme, monospace


class ConfigPanel(QWidget):
    """TOML and the exact command line, of the form or of the shown run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: RunConfig | None = None
        self._shown: tuple[str, RunConfig] | None = None
        self.which = QComboBox()
        self.which.addItem("New run")
        self.which.setAccessibleName("Settings of")
        self.which.setToolTip("Whose settings: those of the form at the left, or of the shown run")
        self.which.currentIndexChanged.connect(self._refresh)
        self.command = QLineEdit()
        self.command.setReadOnly(True)
        self.command.setAccessibleName("Command line")
        self.command.setToolTip("This command runs the same thing without a window")
        self.toml = QPlainTextEdit()
        self.toml.setReadOnly(True)
        self.toml.setAccessibleName("run.toml")
        self.toml.setToolTip("All settings; save as run.toml for `dmc-studio run run.toml --out DIR`")
        self.copy_command = _copy("Copy command", "Copy the command line", self.command.text)
        self.copy_toml = _copy("Copy TOML", "Copy all settings as TOML", self.toml.toPlainText)
        self._lay_out()
        self.toml.setFont(monospace())
        self.command.setFont(monospace())
        self._refresh()

    def show_draft(self, config: RunConfig | None) -> None:
        """Take the form's settings; None while they are not valid."""
        self._draft = config
        self._refresh()

    def show_run(self, name: str, config: RunConfig) -> None:
        """Take a run's settings and show them."""
        self._shown = (name, config)
        if self.which.count() == 1:
            self.which.addItem("Shown run")
        self.which.setItemData(1, f"The settings of {name}", Qt.ItemDataRole.ToolTipRole)
        self.which.setCurrentIndex(1)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        for button in (self.copy_command, self.copy_toml):
            button.setIcon(icon("copy"))

    def _refresh(self) -> None:
        name, config = "my-run", self._draft
        if self.which.currentIndex() == 1 and self._shown is not None:
            name, config = self._shown
        self.command.setText(command_line(config, name) if config else "")
        self.command.setCursorPosition(0)
        self.toml.setPlainText(to_toml(config) if config else "# The form has a mistake; see the marked field.")
        for button in (self.copy_command, self.copy_toml):
            button.setEnabled(config is not None)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.which)
        top.addWidget(self.command, 1)
        top.addWidget(self.copy_command)
        top.addWidget(self.copy_toml)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.toml, 1)


def _copy(text: str, help_text: str, what: Callable[[], str]) -> QPushButton:
    button = QPushButton(icon("copy"), text)
    button.setIconSize(QSize(16, 16))
    button.setToolTip(help_text)
    button.clicked.connect(lambda: QGuiApplication.clipboard().setText(what()))
    return button
