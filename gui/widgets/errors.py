"""A failure in words: one sentence, what to do, and the details for a report."""

from __future__ import annotations

import traceback
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
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
    """Tell what went wrong without blocking the window.

    Args:
        sentence: what went wrong.
        hint: what can be done.
        details: for a report, such as a traceback.
        parent: its owner.
        log: the file that has more; a button opens it, or its folder before anything is written there.
        folded: whether details are shown only when they are asked for.
    """

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        details: str = "",
        parent: QWidget | None = None,
        *,
        log: Path | None = None,
        folded: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("DMC Studio: that did not work")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._log = log
        self._report = "\n\n".join(part for part in (sentence, hint, details) if part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(_headline(sentence, hint))
        self.details = _details(details)
        self.details.setVisible(bool(details) and not folded)
        layout.addWidget(self.details, 1)
        self.remedy: QPushButton | None = None
        self._box = self._buttons()
        if details and folded:
            self._add_fold()
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
        if self._log is not None:
            self.log_button = QPushButton(icon("document"), "Open log")
            self.log_button.setToolTip(f"Open {self._log}")
            self.log_button.setAutoDefault(False)
            self.log_button.clicked.connect(self._open_log)
            buttons.addButton(self.log_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setToolTip("Close (Esc)")
        close.setDefault(True)
        close.setFocus()
        return buttons

    def _add_fold(self) -> None:
        self.fold_button = QPushButton("Details")
        self.fold_button.setCheckable(True)
        self.fold_button.setAutoDefault(False)
        self.fold_button.setToolTip("Show what the program knows of it")
        self.fold_button.toggled.connect(self._unfold)
        self._box.addButton(self.fold_button, QDialogButtonBox.ButtonRole.ActionRole)

    def _unfold(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.adjustSize()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)

    def _open_log(self) -> None:
        if self._log is not None:
            there = self._log if self._log.exists() else self._log.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(there)))


def show_error(parent: QWidget, error: StudioError, *, log: Path | None = None) -> ErrorDialog:
    """Open the dialog for one of the backend's errors."""
    folded = not isinstance(error, ConfigError)
    return _open(ErrorDialog(error.sentence, error.hint, details_of(error), parent, log=log, folded=folded))


def show_failure(
    parent: QWidget, ended: RunEnded, remedy: Offer | None = None, *, log: Path | None = None
) -> ErrorDialog:
    """Open the dialog for a run that failed, with what probably helps."""
    dialog = ErrorDialog(ended.message or "The run failed.", ended.hint, ended.details, parent, log=log)
    if remedy is not None:
        dialog.offer(remedy)
    return _open(dialog)


def _open(dialog: ErrorDialog) -> ErrorDialog:
    dialog.open()
    return dialog


def details_of(error: StudioError) -> str:
    """Return every wrong setting, or where the error came from."""
    if isinstance(error, ConfigError):
        return "\n".join(f"{p.key}: {p.sentence} {p.hint}".rstrip() for p in error.problems)
    return "".join(traceback.format_exception(error)).rstrip()


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
