"""Pause, resume and stop a run from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Stopped(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside a run at the first check after `Gate.stop`."""


class Gate:
    """The one thing that a run asks before each step; thread-safe.

    A run calls `check`; whoever watches it calls `pause`, `resume` and `stop`.
    """

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self._stopping = False

    def pause(self) -> None:
        """Hold the run at its next check."""
        self._open.clear()

    def resume(self) -> None:
        """Let a held run go on."""
        self._open.set()

    def stop(self) -> None:
        """End the run at its next check; a held run too."""
        self._stopping = True
        self._open.set()

    @property
    def paused(self) -> bool:
        """Whether a run is held, or will be at its next check."""
        return not self._open.is_set()

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    def check(self, held: Callable[[bool], None] | None = None) -> None:
        """Wait while paused; raise `Stopped` once `stop` was called.

        Args:
            held: told True when the run starts to wait and False when it goes on.
        """
        if self.paused:
            if held:
                held(True)
            self._open.wait()
            if held:
                held(False)
        if self._stopping:
            raise Stopped
