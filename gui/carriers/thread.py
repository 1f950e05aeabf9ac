"""A run in a background thread of the window's own process: the default."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TypeAlias

from backend.api import Gate, RunEnded
from gui.carriers.carrier import Over, Put

Work: TypeAlias = Callable[[Put, Gate], RunEnded]

SWITCH_INTERVAL = 0.0005
"""Ten times shorter than Python's own, so that the window gets the interpreter lock in time for a frame."""


class ThreadCarrier:
    """Runs `work`; it ends only by itself or at its gate, and not without this process."""

    outlives = False
    killable = False

    def __init__(self, work: Work, put: Put) -> None:
        self._work, self._put = work, put
        self._gate = Gate()
        self._interval = sys.getswitchinterval()
        self._thread = threading.Thread(target=self._run, name="run", daemon=False)

    def start(self) -> None:
        """Begin the run."""
        # Waiting threads of torch's pool would otherwise spin on the core that the window needs; read when torch loads.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._thread.start()

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        self._gate.pause()

    def resume(self) -> None:
        """Let a held run go on."""
        self._gate.resume()

    def stop(self) -> None:
        """End the run after the step it is in."""
        self._gate.stop()

    def kill(self) -> None:
        """Refuse: a thread cannot be killed without the window."""
        raise NotImplementedError

    def leave(self) -> None:
        """Refuse: a thread ends with the window."""
        raise NotImplementedError

    def close(self) -> None:
        """Wait for the thread's last breath."""
        self._thread.join()
        sys.setswitchinterval(self._interval)

    def _run(self) -> None:
        ended: RunEnded | None = None
        try:
            ended = self._work(self._put, self._gate)
        finally:
            # `run` never raises; should its import fail, the window must still learn that the run is over.
            if ended is None:
                ended = _lost(traceback.format_exc())
                self._put(ended)
            self._put(Over(ended))


def _lost(details: str) -> RunEnded:
    return RunEnded(
        outcome="failed",
        seconds=0.0,
        message="The run could not be started.",
        hint="The installation may be incomplete; `dmc-studio doctor` looks.",
        details=details,
    )
