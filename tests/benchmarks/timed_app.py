"""An application that notes how long the window's thread was busy with each thing that it was told."""

from __future__ import annotations

import time
from collections import defaultdict

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication


class TimedApplication(QApplication):
    """Measures the thread's own work: what other threads and processes took meanwhile does not count."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.seconds: dict[str, list[float]] = defaultdict(list)
        """What was done -> the seconds it took, each time."""
        self._inside = False

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Deliver an event; what is delivered meanwhile belongs to it."""
        if self._inside:
            return super().notify(receiver, event)
        what = _name(receiver, event)
        self._inside = True
        begun = time.thread_time()
        try:
            return super().notify(receiver, event)
        finally:
            self.seconds[what].append(time.thread_time() - begun)
            self._inside = False


def _name(receiver: QObject, event: QEvent) -> str:
    kind = QEvent.Type(event.type()).name
    if not isinstance(receiver, QTimer):
        return f"{type(receiver).__name__}: {kind}"
    owner = receiver.parent()
    names = [name for name, value in vars(owner).items() if value is receiver] if owner is not None else []
    return f"{type(owner).__name__}.{names[0] if names else 'timer'}"
