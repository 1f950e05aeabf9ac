"""Long work in the status bar: what is done now, for how long, and a button that cancels it."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from gui.errands import Errand
from gui.state.log import clock
from gui.widgets.elided import ElidedLabel

_BAR, _WORDS = 72, 320
_SECOND_MS = 1000


class WorkBar(QWidget):
    """Hidden while there is nothing to do; of several errands it shows the newest, and how many more there are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._errands: dict[Errand, tuple[str, float]] = {}
        self.words = ElidedLabel()
        self.words.setFixedWidth(_WORDS)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(_BAR)
        self.bar.setMaximumHeight(12)
        self.bar.setAccessibleName("Work is on")
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAccessibleName("Cancel this work")
        self.cancel_button.setToolTip("Stop after this step; what is half written is removed")
        self.cancel_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.cancel_button.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        for widget in (self.words, self.bar, self.cancel_button):
            row.addWidget(widget)
        self._timer = QTimer(self, interval=_SECOND_MS)
        self._timer.timeout.connect(self._show)
        self.hide()

    def watch(self, errand: Errand, title: str) -> None:
        """Show an errand until it has ended."""
        self._errands[errand] = (title, time.monotonic())
        errand.told.connect(lambda words: self._told(errand, f"{title}: {words}"))
        for over in (errand.done, errand.failed, errand.cancelled):
            over.connect(lambda *_: self._over(errand))
        self.cancel_button.setEnabled(True)
        self._timer.start()
        self._show()

    def _told(self, errand: Errand, words: str) -> None:
        if errand in self._errands:
            self._errands[errand] = (words, self._errands[errand][1])
            self._show()

    def _over(self, errand: Errand) -> None:
        self._errands.pop(errand, None)
        self.cancel_button.setEnabled(True)
        self._show()

    def _cancel(self) -> None:
        if self._errands:
            self.cancel_button.setEnabled(False)
            next(reversed(self._errands)).cancel()

    def _show(self) -> None:
        self.setVisible(bool(self._errands))
        if not self._errands:
            self._timer.stop()
            return
        words, begun = next(reversed(self._errands.values()))
        more = f" (+{len(self._errands) - 1})" if len(self._errands) > 1 else ""
        self.words.set_text(f"{clock(time.monotonic() - begun)}  {words}{more}")
