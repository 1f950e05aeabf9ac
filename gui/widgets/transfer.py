"""How far a download or an unpacking is, with a button that cancels it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from backend.api import Transfer, size
from gui.state.log import clock

_FINE = 1000
"""Steps of the bar; bytes would not fit into Qt's whole numbers."""
_PHASES = {"download": "Downloading", "check": "Checking", "unpack": "Unpacking"}


class TransferView(QWidget):
    """A bar, and beside it bytes, rate and the time that is left."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = QLabel()
        self.words.setAccessibleName("Progress in words")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Stop; what was downloaded is kept, and the next try goes on with it")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.words)

    def begin(self) -> None:
        """Show that something starts of which nothing is known yet."""
        self.bar.setRange(0, 0)
        self.words.setText("Starting…")
        self.cancel_button.setEnabled(True)

    def show_transfer(self, transfer: Transfer) -> None:
        """Show how far it is."""
        if transfer.total:
            self.bar.setRange(0, _FINE)
            self.bar.setValue(round(_FINE * min(1.0, transfer.done / transfer.total)))
        else:
            self.bar.setRange(0, 0)
        if self.cancel_button.isEnabled():
            self.words.setText(transfer_words(transfer))

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.words.setText("Cancelling…")
        self.cancel_requested.emit()


def transfer_words(transfer: Transfer) -> str:
    """Return phase, bytes, rate and time left on one line."""
    done = size(transfer.done)
    parts = [_PHASES[transfer.phase], f"{done} of {size(transfer.total)}" if transfer.total else done]
    if transfer.rate > 0:
        parts.append(f"{size(transfer.rate)}/s")
        if transfer.total > transfer.done:
            parts.append(f"{clock((transfer.total - transfer.done) / transfer.rate)} left")
    return " · ".join(parts)
