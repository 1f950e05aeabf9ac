"""Work of more than 4 ms goes to the thread pool; its answer comes back to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from backend.api import StudioError


class Job(QObject):
    """One piece of work in the pool. `done` or `failed` is emitted in the GUI thread, unless the parent is gone."""

    done = Signal(object)
    failed = Signal(object)
    """A StudioError."""
    _arrived = Signal(object, object)

    def __init__(self, work: Callable[[], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._work = work
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Put the work into the pool."""
        QThreadPool.globalInstance().start(self._run)

    def _run(self) -> None:
        value: Any = None
        error: StudioError | None = StudioError(
            "Something went wrong that should not have.", "This is a fault of DMC Studio: the terminal has the details."
        )
        try:
            value = self._work()
            error = None
        except StudioError as raised:
            error = raised
        except OSError as raised:
            error = StudioError(
                f"{raised.strerror or raised}: {raised.filename}", "Check the place and its permissions."
            )
        finally:
            # Anything else goes on its way to the terminal, but whoever waits for the answer is told.
            if shiboken6.isValid(self):
                self._arrived.emit(value, error)

    def _deliver(self, value: Any, error: StudioError | None) -> None:  # noqa: ANN401
        if error is None:
            self.done.emit(value)
        else:
            self.failed.emit(error)
        self.deleteLater()


def submit(
    parent: QObject,
    work: Callable[[], Any],
    done: Callable[[Any], None],
    failed: Callable[[StudioError], None],
) -> None:
    """Run `work` in the pool and call `done` or `failed` in the GUI thread."""
    job = Job(work, parent)
    job.done.connect(done)
    job.failed.connect(failed)
    job.start()


def wait() -> None:
    """Wait until the pool is idle; before the objects that its answers go to are destroyed."""
    QThreadPool.globalInstance().waitForDone()
