"""The question that closing the window asks while a run is on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMessageBox, QWidget

_STOP = "It can be stopped after the step it is in. Everything so far is saved, and it can be resumed later."
_KEEP = (
    "It can go on without the window; the next window finds it. "
    "Or it is stopped after the step it is in: everything so far is saved, and it can be resumed later."
)
_STOP_ALL = "They can be stopped after the steps they are in. Everything so far is saved, and they can go on later."
_KEEP_ALL = (
    "They can go on without the window; the next window finds them. "
    "Or they are stopped after the steps they are in: everything so far is saved, and they can go on later."
)


class CloseQuestion(QMessageBox):
    """Stop and save, or go back; where what is on `outlives` the window also: keep it running."""

    keep = Signal()
    stop = Signal()

    def __init__(self, parent: QWidget, *, outlives: bool, runs: int = 1) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.NoIcon)
        what = "A run is on" if runs == 1 else f"{runs} runs are on"
        self.setWindowTitle(what)
        self.setText(f"{what}.")
        stop, keep = (_STOP, _KEEP) if runs == 1 else (_STOP_ALL, _KEEP_ALL)
        self.setInformativeText(keep if outlives else stop)
        self.keep_button = self.addButton("Keep running", QMessageBox.ButtonRole.YesRole) if outlives else None
        self.stop_button = self.addButton("Stop and save", QMessageBox.ButtonRole.AcceptRole)
        self.stop_button.setToolTip("Stop the run, then close the window")
        self.stop_button.clicked.connect(self.stop)
        self.cancel_button = self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        self.cancel_button.setToolTip("Keep the window open and the run going (Esc)")
        self.setDefaultButton(self.stop_button)
        if self.keep_button is not None:
            self.keep_button.setToolTip("Close the window; the run goes on in its own process")
            self.keep_button.clicked.connect(self.keep)
            self.setDefaultButton(self.keep_button)
        self.setEscapeButton(self.cancel_button)
        self.finished.connect(self.deleteLater)
