"""The one place where a run meets Qt: starts the run thread, drains its events, pauses and stops it."""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal

from backend.api import Event, Gate, RunConfig, RunEnded, resume, run

Emit: TypeAlias = Callable[[Event], None]
Runner: TypeAlias = Callable[[RunConfig, Path, Emit, Gate], RunEnded]
Resumer: TypeAlias = Callable[[Path, Emit, Gate], RunEnded]

DRAIN_MS = 33
"""30 Hz: as often as a chart is worth redrawing."""
SWITCH_INTERVAL = 0.0005
"""Ten times shorter than Python's own, so that the window gets the interpreter lock in time for a frame."""
BATCH = 500
"""Events handled in one slot; more wait for the next one."""


@dataclass(frozen=True, slots=True)
class _Over:
    """What the run thread leaves in the queue when it is through."""

    ended: RunEnded | None
    details: str


class Session(QObject):
    """At most one run at a time, in a background thread."""

    began = Signal(object)
    """The run folder, when a run starts."""
    events = Signal(list)
    """New events in order, at most 30 times a second."""
    ended = Signal(object)
    """The RunEnded, once the thread is gone."""

    def __init__(self, parent: QObject | None = None, *, runner: Runner = run, resumer: Resumer = resume) -> None:
        super().__init__(parent)
        self._runner, self._resumer = runner, resumer
        self._gate = Gate()
        self._queue: queue.SimpleQueue[Event | _Over] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._folder: Path | None = None
        self._interval = sys.getswitchinterval()
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_MS)
        self._timer.timeout.connect(self._drain)

    @property
    def running(self) -> bool:
        """Whether a run is on, paused or stopping included."""
        return self._thread is not None

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return self.running and self._gate.paused

    @property
    def stopping(self) -> bool:
        """Whether the run was asked to stop and has not ended yet."""
        return self.running and self._gate.stopping

    @property
    def folder(self) -> Path | None:
        """The folder of the run that is on, or of the last one."""
        return self._folder

    def start(self, config: RunConfig, folder: Path) -> None:
        """Begin a new run in `folder`."""
        self._begin(folder, lambda gate: self._runner(config, folder, self._queue.put, gate))

    def resume(self, folder: Path) -> None:
        """Go on with a stopped or interrupted run at its last checkpoint."""
        self._begin(folder, lambda gate: self._resumer(folder, self._queue.put, gate))

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        self._gate.pause()

    def resume_run(self) -> None:
        """Let a held run go on."""
        self._gate.resume()

    def stop(self) -> None:
        """End the run after the step it is in; everything so far is kept."""
        self._gate.stop()

    def _begin(self, folder: Path, work: Callable[[Gate], RunEnded]) -> None:
        if self.running:
            msg = "a run is on already"
            raise RuntimeError(msg)
        # Waiting threads of torch's pool would otherwise spin on the core that the window needs; read when torch loads.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self._gate, self._folder = Gate(), folder
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._thread = threading.Thread(target=self._work, args=(work, self._gate), name="run", daemon=False)
        self._thread.start()
        self._timer.start()
        self.began.emit(folder)

    def _work(self, work: Callable[[Gate], RunEnded], gate: Gate) -> None:
        ended: RunEnded | None = None
        try:
            ended = work(gate)
        finally:
            # `run` never raises; should its import fail, the window must still learn that the run is over.
            self._queue.put(_Over(ended, "" if ended else traceback.format_exc()))

    def _drain(self) -> None:
        batch: list[Event] = []
        over: _Over | None = None
        while over is None and len(batch) < BATCH:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if isinstance(item, _Over):
                over = item
            else:
                batch.append(item)
        if over is not None and over.ended is None:
            batch.append(_lost(over.details))
        if batch:
            self.events.emit(batch)
        if over is not None:
            self._finish(over)

    def _finish(self, over: _Over) -> None:
        self._timer.stop()
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        sys.setswitchinterval(self._interval)
        self.ended.emit(over.ended or _lost(over.details))


def _lost(details: str) -> RunEnded:
    return RunEnded(
        outcome="failed",
        seconds=0.0,
        message="The run could not be started.",
        hint="The installation may be incomplete; `dmc-studio doctor` looks.",
        details=details,
    )
