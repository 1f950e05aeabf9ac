"""A failure in words: one sentence, what to do, and the details for a report."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import ConfigError, RunEnded, StudioError
from gui.icons import icon
from gui.widgets.banner import Offer

_WIDTH = 560


class ErrorDialog(QDialog):
    """Tell what went wrong without blocking the window."""

    def __init__(self, sentence: str, hint: str = "", details: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("DMC Studio: that did not work")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._report = "\n\n".join(part for part in (sentence, hint, details) if part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(_headline(sentence, hint))
        if details:
            layout.addWidget(_details(details), 1)
        self.remedy: QPushButton | None = None
        self._box = self._buttons()
        layout.addWidget(self._box)

    def offer(self, remedy: Offer) -> None:
        """Add a button that closes the dialog and does something about it; Enter presses it."""
        self.remedy = self._box.addButton(remedy.text, QDialogButtonBox.ButtonRole.AcceptRole)
        self.remedy.setToolTip(remedy.help)
        self.remedy.setDefault(True)
        self.remedy.setFocus()
        self.accepted.connect(remedy.act)

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self.accept)
        self.copy_button = QPushButton(icon("copy"), "Copy details")
        self.copy_button.setToolTip("Copy this message with its details, for a report")
        self.copy_button.setAutoDefault(False)
        self.copy_button.clicked.connect(self._copy)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip("Close (Esc)")
        close.setDefault(True)
        close.setFocus()
        return buttons

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)


def show_error(parent: QWidget, error: StudioError, details: str = "") -> ErrorDialog:
    """Open the dialog for one of the backend's errors."""
    if isinstance(error, ConfigError):
        details = details or "\n".join(f"{p.key}: {p.sentence} {p.hint}".rstrip() for p in error.problems)
    return _open(ErrorDialog(error.sentence, error.hint, details, parent))


def show_failure(parent: QWidget, ended: RunEnded, remedy: Offer | None = None) -> ErrorDialog:
    """Open the dialog for a run that failed, with what probably helps."""
    dialog = ErrorDialog(ended.message or "The run failed.", ended.hint, ended.details, parent)
    if remedy is not None:
        dialog.offer(remedy)
    return _open(dialog)


def _open(dialog: ErrorDialog) -> ErrorDialog:
    dialog.open()
    return dialog


def _headline(sentence: str, hint: str) -> QHBoxLayout:
    mark = QLabel()
    mark.setPixmap(icon("error").pixmap(32, 32))
    title = QLabel(sentence)
    title.setWordWrap(True)
    title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    font = title.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() + 1)
    title.setFont(font)
    words = QVBoxLayout()
    words.setSpacing(8)
    words.addWidget(title)
    if hint:
        what = QLabel(hint)
        what.setWordWrap(True)
        what.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(what)
    row = QHBoxLayout()
    row.setSpacing(16)
    row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(words, 1)
    return row


def _details(details: str) -> QPlainTextEdit:
    box = QPlainTextEdit(details)
    box.setReadOnly(True)
    box.setAccessibleName("Details")
    box.setToolTip("Details of the failure")
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setMinimumHeight(160)
    return box
