"""How many runs of the queue are on at once, how many fit, and whether they wait for the window's own run."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSpinBox, QWidget

from backend.api import MOST_AT_ONCE
from gui.state.queue import QueueState
from gui.state.queue_words import allowance
from gui.widgets.elided import ElidedLabel

_BESIDE = "Also while this window trains a run"


class QueueLimits(QWidget):
    """Says what the user wants; shows what holds."""

    at_once_requested = Signal(int)
    beside_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.at_once = QSpinBox()
        self.at_once.setRange(1, MOST_AT_ONCE)
        self.at_once.setAccessibleName("Runs at once")
        self.at_once.valueChanged.connect(self.at_once_requested)
        self.allowed = ElidedLabel()
        self.allowed.setProperty("role", "muted")
        self.beside = QCheckBox(_BESIDE)
        self.beside.setToolTip("Otherwise the queue begins no run until the window's own run is over")
        self.beside.setAccessibleName(_BESIDE)
        self.beside.toggled.connect(self.beside_requested)
        name = QLabel("At once")
        name.setBuddy(self.at_once)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.setColumnStretch(2, 1)
        grid.addWidget(name, 0, 0)
        grid.addWidget(self.at_once, 0, 1)
        grid.addWidget(self.allowed, 0, 2)
        grid.addWidget(self.beside, 1, 0, 1, 3)

    def show_state(self, state: QueueState) -> None:
        """Show what holds, without asking for it again."""
        text, why = allowance(state.capacity)
        with QSignalBlocker(self.at_once), QSignalBlocker(self.beside):
            self.at_once.setValue(state.at_once)
            self.beside.setChecked(state.beside)
        self.allowed.set_text(f"({text})" if text else "")
        self.allowed.setToolTip(why)
        self.at_once.setToolTip(f"How many runs are on at the same time. {why}".rstrip())
