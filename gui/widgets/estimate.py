"""One line below the form: how long the run will probably take, and how much memory."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QToolButton, QWidget

from backend.api import Estimate, size
from gui.icons import icon
from gui.widgets.elided import ElidedLabel

_HELP = (
    "An estimate: what there is to do, times how fast this machine was measured for this model. "
    "Pictures are decoded once before, and weights downloaded where they are missing; neither is in it."
)


class EstimateLine(QWidget):
    """Says the estimate, that it is being measured, or offers to measure."""

    measure_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = ElidedLabel()
        self.words.setProperty("role", "muted")
        self.words.setAccessibleName("Estimate of time and memory")
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(56, 6)
        self.bar.setAccessibleName("Measuring")
        self.button = QToolButton()
        self.button.setProperty("role", "quiet")
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.clicked.connect(self._press)
        self._measuring = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.bar)
        row.addWidget(self.button)
        self.clear()

    @property
    def text(self) -> str:
        """What it says, in full."""
        return self.words.whole

    def clear(self) -> None:
        """Say nothing: there is nothing to judge."""
        self._show("", "", measuring=False)

    def show_estimate(self, found: Estimate) -> None:
        """Say how long a run takes."""
        self._show(f"Estimate: {found.span}, {size(found.memory)}", "Measure again", measuring=False)
        self.button.setToolTip("Measure again, for example when other programs have ended")
        self.setToolTip(f"{self.text} ({found.on})\n\n{_HELP}")

    def show_measuring(self) -> None:
        """Say that the machine is being measured."""
        self._show("Estimate: measuring this machine…", "Cancel", measuring=True)
        self.setToolTip("Some training steps are timed in a process beside the window; this takes seconds.")
        self.button.setToolTip("Do without an estimate")

    def show_unknown(self) -> None:
        """Offer to measure."""
        self._show("Estimate: not measured yet", "Measure", measuring=False)
        self.setToolTip(_HELP)
        self.button.setToolTip("Time some training steps of this model on this machine; takes seconds")

    def show_problem(self, sentence: str) -> None:
        """Say why there is no estimate."""
        self._show(sentence, "", measuring=False)
        self.setToolTip(sentence)

    def _show(self, words: str, button: str, *, measuring: bool) -> None:
        self._measuring = measuring
        self.words.set_text(words)
        self.bar.setVisible(measuring)
        again = button == "Measure again"
        self.button.setIcon(icon("reset") if again else QIcon())
        self.button.setText("" if again else button)
        self.button.setAccessibleName(f"{button}: estimate" if button else "Estimate")
        self.button.setVisible(bool(button))

    def _press(self) -> None:
        (self.cancel_requested if self._measuring else self.measure_requested).emit()
