"""Hears what the queue's workers say, a few times a second, and folds it into the queue's state."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from backend.api import RunStarted, TaskScored, Turn, WorkerCommand
from gui.carriers.carrier import Item, Over, Rewound
from gui.carriers.workers import Workers
from gui.state.queue import QueueState

HEAR_MS = 200
MOST = 400
"""Items handled in one slot, about 2 ms; more wait for the next one."""


class Hearing(QObject):
    """Starts, follows and stops runs, and says what became of them.

    Args:
        state: of the queue.
        command: makes the argument list of a worker.
        parent: its owner.
    """

    heard = Signal()
    """Whatever was said is in the state now; also where nothing was."""
    first_word = Signal(object)
    """The folder of a run that has begun to train."""
    scored = Signal()
    """A run has scored a task."""
    ended = Signal(object, object)
    """Folder and `Over` of a run that is over."""

    def __init__(self, state: QueueState, command: WorkerCommand, parent: QObject) -> None:
        super().__init__(parent)
        self._state = state
        self._workers = Workers(command)
        self._timer = QTimer(self, interval=HEAR_MS)
        self._timer.timeout.connect(self._hear)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The runs that are on."""
        return self._workers.folders

    @property
    def running(self) -> bool:
        """Whether a run is on."""
        return bool(self._workers.folders)

    def start(self, folder: Path) -> None:
        """Let a run have its turn."""
        self._note(folder)
        self._workers.start(folder)

    def adopt(self, folder: Path) -> None:
        """Follow a run that an earlier window began."""
        self._note(folder)
        self._workers.adopt(folder)

    def stop(self, folder: Path) -> None:
        """Stop a run after its step; kill one that was told so before.

        Raises:
            StorageError: a run that is followed cannot be told.
        """
        progress = self._state.progress(folder)
        if progress.stopping:
            self._workers.kill(folder)
        else:
            self._workers.stop(folder)
            progress.stopping = True

    def leave(self) -> None:
        """Let all runs go on without this window."""
        self._timer.stop()
        self._workers.leave()

    def _note(self, folder: Path) -> None:
        self._state.progress(folder).stopping = False
        self._state.lineup.tell(Turn(folder, "running"))
        self._timer.start()

    def _hear(self) -> None:
        for folder, item in self._workers.take(MOST):
            self._take(folder, item)
        if not self.running:
            self._timer.stop()
        self.heard.emit()

    def _take(self, folder: Path, item: Item) -> None:
        if isinstance(item, Over):
            self.ended.emit(folder, item)
        elif isinstance(item, Rewound):
            self._state.progress(folder, anew=True)
        else:
            self._state.progress(folder).add(item)
            if isinstance(item, RunStarted):
                self.first_word.emit(folder)
            elif isinstance(item, TaskScored):
                self.scored.emit()
