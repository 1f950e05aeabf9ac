"""The one place where a run meets Qt: chooses what carries it, drains its events, pauses, stops and lets go of it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from backend.api import (
    Event,
    Gate,
    Paused,
    Resumed,
    RunConfig,
    RunEnded,
    RunStarted,
    WorkerCommand,
    resume,
    run,
    worker_command,
)
from gui.carriers.carrier import Carrier, Item, Over, Put, Rewound, Where
from gui.carriers.follow import FollowCarrier
from gui.carriers.process import ProcessCarrier
from gui.carriers.thread import ThreadCarrier

Emit: TypeAlias = Callable[[Event], None]
Runner: TypeAlias = Callable[[RunConfig, Path, Emit, Gate], RunEnded]
Resumer: TypeAlias = Callable[[Path, Emit, Gate], RunEnded]

DRAIN_MS = 33
"""30 Hz: as often as a chart is worth redrawing."""
BATCH = 500
"""Events handled in one slot; more wait for the next one."""
ANSWER_SECONDS = 10
"""How long a run may take to stop before the user is told."""


class Session(QObject):
    """At most one run at a time: in a thread, in a worker process, or in a process that this window only follows.

    Args:
        parent: its owner.
        runner: starts a run in this process.
        resumer: goes on with one in this process.
        command: makes the argument list of a worker process.
        answer_seconds: how long a run may take to stop before `unanswered`, and between two of these.
    """

    began = Signal(object)
    """The run folder, when a run starts."""
    events = Signal(list)
    """New events in order, at most 30 times a second."""
    rewound = Signal()
    """What was told so far is void: the run is told again from its beginning."""
    unanswered = Signal(float)
    """The run was asked to stop so many seconds ago and has not ended."""
    ended = Signal(object)
    """The RunEnded, once whatever carried the run is gone."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        runner: Runner = run,
        resumer: Resumer = resume,
        command: WorkerCommand = worker_command,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        super().__init__(parent)
        self._runner, self._resumer = runner, resumer
        self.command = command
        """Makes the argument list of a worker process."""
        self.where: Where = "thread"
        """Where the next run is trained, unless said otherwise."""
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._carrier: Carrier | None = None
        self._folder: Path | None = None
        self._paused = self._stopping = self._died = False
        self._in_window = True
        self._asked = 0
        """How often the run was waited for since it was asked to stop."""
        self._timer = QTimer(self, interval=DRAIN_MS)
        self._timer.timeout.connect(self._drain)
        self._answer = QTimer(self, interval=round(1000 * answer_seconds))
        self._answer.timeout.connect(self._tell_unanswered)

    @property
    def running(self) -> bool:
        """Whether a run is on, paused or stopping included."""
        return self._carrier is not None

    @property
    def paused(self) -> bool:
        """Whether the user holds the run."""
        return self.running and self._paused

    @property
    def stopping(self) -> bool:
        """Whether the run was asked to stop and has not ended yet."""
        return self.running and self._stopping

    @property
    def outlives(self) -> bool:
        """Whether the run that is on can go on without this window."""
        return self._carrier is not None and self._carrier.outlives

    @property
    def killable(self) -> bool:
        """Whether the run that is on can be killed when it does not answer."""
        return self._carrier is not None and self._carrier.killable

    @property
    def following(self) -> bool:
        """Whether the run that is on was started by somebody else."""
        return isinstance(self._carrier, FollowCarrier)

    @property
    def busy(self) -> bool:
        """Whether a run is on that this window started: another one has to wait for it."""
        return self.running and not self.following

    @property
    def in_window(self) -> bool:
        """Whether the run that is on, or the last one, is trained in this process."""
        return self._in_window

    @property
    def died(self) -> bool:
        """Whether the last run ended without saying so: on disk it is interrupted."""
        return self._died

    @property
    def folder(self) -> Path | None:
        """The folder of the run that is on, or of the last one."""
        return self._folder

    def start(self, config: RunConfig, folder: Path) -> None:
        """Begin a new run in `folder`."""
        if self.where == "process":
            self._begin(folder, lambda put: ProcessCarrier(folder, config, self.command, put))
        else:
            work = self._runner
            self._begin(folder, lambda put: ThreadCarrier(lambda emit, gate: work(config, folder, emit, gate), put))

    def resume(self, folder: Path, where: Where | None = None) -> None:
        """Go on with a stopped or interrupted run where it was saved last."""
        if (where or self.where) == "process":
            self._begin(folder, lambda put: ProcessCarrier(folder, None, self.command, put))
        else:
            work = self._resumer
            self._begin(folder, lambda put: ThreadCarrier(lambda emit, gate: work(folder, emit, gate), put))

    def follow(self, folder: Path) -> None:
        """Watch and steer a run that another process trains; its events come from the first one on."""
        self._begin(folder, lambda put: FollowCarrier(folder, put))

    def pause(self) -> None:
        """Hold the run after the step it is in.

        Raises:
            StorageError: a run that is followed cannot be told.
        """
        if self._carrier is not None:
            self._carrier.pause()
            self._paused = True

    def resume_run(self) -> None:
        """Let a held run go on.

        Raises:
            StorageError: a run that is followed cannot be told.
        """
        if self._carrier is not None:
            self._carrier.resume()
            self._paused = False

    def stop(self) -> None:
        """End the run after the step it is in; everything so far is kept.

        Raises:
            StorageError: a run that is followed cannot be told.
        """
        if self._carrier is not None:
            self._carrier.stop()
            self._paused, self._stopping = False, True
            self._asked = 0
            self._answer.start()

    def kill(self) -> None:
        """End a run that does not answer; what it saved is kept, and it can be resumed. Where `killable`."""
        if self._carrier is not None:
            self._carrier.kill()

    def leave(self) -> None:
        """Let the run go on without this window. Where `outlives`."""
        if self._carrier is not None:
            self._carrier.leave()
            self._forget()

    def _begin(self, folder: Path, make: Callable[[Put], Carrier]) -> None:
        if self.running:
            msg = "a run is on already"
            raise RuntimeError(msg)
        self._folder, self._queue = folder, queue.SimpleQueue()
        self._paused = self._stopping = self._died = False
        self._carrier = make(self._queue.put)
        self._in_window = isinstance(self._carrier, ThreadCarrier)
        self._carrier.start()
        self._timer.start()
        self.began.emit(folder)

    def _drain(self) -> None:
        batch: list[Event] = []
        over: Over | None = None
        while over is None and len(batch) < BATCH:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, Over):
                over = item
            elif isinstance(item, Rewound):
                self._tell(batch)
                batch = []
                self.rewound.emit()
            else:
                batch.append(item)
        self._tell(batch)
        if over is not None:
            self._finish(over)

    def _tell(self, batch: list[Event]) -> None:
        for event in batch:
            # Somebody else may steer the run too. One that waits by itself, for a disk, is not the user's to let go on.
            if isinstance(event, RunStarted | Resumed) or (isinstance(event, Paused) and not event.reason):
                self._paused = isinstance(event, Paused)
        if batch:
            self.events.emit(batch)

    def _tell_unanswered(self) -> None:
        self._asked += 1
        self.unanswered.emit(self._asked * self._answer.interval() / 1000)

    def _finish(self, over: Over) -> None:
        if self._carrier is None:  # a listener let go of the run
            return
        self._carrier.close()
        self._died = over.died
        self._forget()
        self.ended.emit(over.ended)

    def _forget(self) -> None:
        self._timer.stop()
        self._answer.stop()
        self._carrier = None
