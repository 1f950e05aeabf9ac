"""A run in a worker process: whatever happens to it, the window stays, and it can outlive the window."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import TypeAlias

from backend.api import (
    Command,
    Event,
    RunConfig,
    RunEnded,
    StudioError,
    WorkerCommand,
    command_line_of,
    prepare_run,
    start_worker,
    worker_death,
)
from gui.carriers.carrier import Over, Put, event_of, killed

Worker: TypeAlias = Popen[bytes]

FAREWELL_SECONDS = 10.0
"""How long a worker may take to leave after its last word."""


class ProcessCarrier:
    """Starts a worker, hears its events on a pipe and tells it commands on another.

    Args:
        folder: the run folder; it is made first where a configuration is given, otherwise its run goes on.
        config: what a new run is.
        command: makes the worker's argument list.
        put: takes what the run says.
    """

    outlives = True
    killable = True

    def __init__(self, folder: Path, config: RunConfig | None, command: WorkerCommand, put: Put) -> None:
        self._folder, self._config, self._command, self._put = folder, config, command, put
        self._worker: Worker | None = None
        self._unsaid: list[bytes] = []
        """Commands from before there was a worker."""
        self._killed = self._left = False
        self._lock = threading.Lock()
        # It waits for the worker's words: a window that leaves a worker behind must not wait with it.
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin the run."""
        self._thread.start()

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        self._say("pause")

    def resume(self) -> None:
        """Let a held run go on."""
        self._say("resume")

    def stop(self) -> None:
        """End the run after the step it is in."""
        self._say("stop")

    def kill(self) -> None:
        """End the worker now; what it saved is kept."""
        with self._lock:
            self._killed = True
            if self._worker is not None:
                self._worker.kill()

    def leave(self) -> None:
        """Let the worker go on without this window."""
        with self._lock:
            self._left = True
            if self._worker is not None:
                _close_input(self._worker)

    def close(self) -> None:
        """Wait for the thread's last breath."""
        self._thread.join()

    def _say(self, do: Command) -> None:
        with self._lock:
            self._unsaid.append(command_line_of(do))
            self._flush()

    def _flush(self) -> None:
        if self._worker is None or self._worker.stdin is None:
            return
        # A worker that has just ended hears nothing any more; that it ended is told by its other pipe.
        with contextlib.suppress(BrokenPipeError):
            self._worker.stdin.write(b"".join(self._unsaid))
            self._worker.stdin.flush()
        self._unsaid.clear()

    def _run(self) -> None:
        try:
            over = self._watch(self._launch())
        except StudioError as error:
            over = Over(RunEnded(outcome="failed", seconds=0.0, message=error.sentence, hint=error.hint))
            self._tell(over.ended)
        if not self._left:
            self._put(over)

    def _launch(self) -> Worker:
        if self._config is not None:
            prepare_run(self._config, self._folder)
        worker = start_worker(self._folder, self._command)
        with self._lock:
            self._worker = worker
            self._flush()
            if self._killed:
                worker.kill()
            if self._left:
                _close_input(worker)
        return worker

    def _watch(self, worker: Worker) -> Over:
        """Pass on what the worker says until it is gone."""
        last: Event | None = None
        for line in worker.stdout or ():
            last = event_of(line)
            self._tell(last)
        code = _wait(worker, FAREWELL_SECONDS if isinstance(last, RunEnded) else None)
        with self._lock:
            _close_input(worker)
        if worker.stdout is not None:
            worker.stdout.close()
        if isinstance(last, RunEnded):
            return Over(last)
        ended = killed() if self._killed else worker_death(code, self._folder)
        self._tell(ended)
        return Over(ended, died=True)

    def _tell(self, event: Event) -> None:
        if not self._left:
            self._put(event)


def _wait(worker: Worker, seconds: float | None) -> int:
    """Wait until a worker is gone; one that has said its last word is not waited for much longer."""
    try:
        return worker.wait(seconds)
    except TimeoutExpired:
        worker.kill()
        return worker.wait()


def _close_input(worker: Worker) -> None:
    if worker.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()
