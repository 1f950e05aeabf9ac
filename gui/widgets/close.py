"""The question that closing the window asks while a run is on."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget


class CloseQuestion(QMessageBox):
    """Stop and save, or go back; `accepted` means the former."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.NoIcon)
        self.setWindowTitle("A run is on")
        self.setText("A run is on.")
        self.setInformativeText(
            "It can be stopped after the step it is in. Finished tasks are saved, and it can be resumed later."
        )
        self.stop_button = self.addButton("Stop and save", QMessageBox.ButtonRole.AcceptRole)
        self.stop_button.setToolTip("Stop the run, then close the window")
        self.cancel_button = self.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        self.cancel_button.setToolTip("Keep the window open and the run going (Esc)")
        self.setDefaultButton(self.stop_button)
        self.setEscapeButton(self.cancel_button)
        self.finished.connect(self.deleteLater)
