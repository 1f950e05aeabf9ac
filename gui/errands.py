"""Work in the pool that takes minutes: it tells how far it is, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from backend.api import Gate, Stopped
from gui.background import submit

Tell: TypeAlias = Callable[[Any], None]
Work: TypeAlias = Callable[[Tell, Gate], Any]


class Errand(QObject):
    """One piece of work; signals arrive in the GUI thread, and exactly one of the last three at the end."""

    told = Signal(object)
    """Whatever the work tells on its way."""
    done = Signal(object)
    failed = Signal(object)
    """A StudioError."""
    cancelled = Signal()
    _arrived = Signal(object)

    def __init__(self, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._gate = Gate()
        self._arrived.connect(self.told, Qt.ConnectionType.QueuedConnection)
        self._work = work

    def start(self) -> None:
        """Put the work into the pool."""
        submit(self, self._run, self._finish, self._fail)

    def cancel(self) -> None:
        """End the work at its next look at the gate."""
        self._gate.stop()

    def _run(self) -> tuple[bool, Any]:
        try:
            return True, self._work(self._tell, self._gate)
        except Stopped:
            return False, None

    def _tell(self, item: Any) -> None:  # noqa: ANN401
        if shiboken6.isValid(self):
            self._arrived.emit(item)

    def _finish(self, answer: tuple[bool, Any]) -> None:
        finished, value = answer
        if finished:
            self.done.emit(value)
        else:
            self.cancelled.emit()
        self.deleteLater()

    def _fail(self, error: object) -> None:
        self.failed.emit(error)
        self.deleteLater()


def cancel_all(parent: QObject) -> None:
    """Cancel every errand of an object and its children, before it is destroyed."""
    for errand in parent.findChildren(Errand):
        errand.cancel()
