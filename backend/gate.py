"""Pause, resume and stop a run from another thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_LOOK: Final = 0.03
"""Seconds between two looks of a held run."""


class Stopped(Exception):  # noqa: N818 - not an error: the user asked for it
    """Raised inside a run at the first check after `Gate.stop`."""


class Gate:
    """The one thing that a run asks before each step; may be told from any thread, and from a signal's handler.

    A run calls `check`; whoever watches it calls `pause`, `resume` and `stop`.
    """

    # Plain flags: a handler that waited for a lock would wait for the very code that it interrupts.
    def __init__(self) -> None:
        self._held = self._stopping = False

    def pause(self) -> None:
        """Hold the run at its next check."""
        self._held = True

    def resume(self) -> None:
        """Let a held run go on."""
        self._held = False

    def stop(self) -> None:
        """End the run at its next check; a held run too."""
        self._stopping = True
        self._held = False

    @property
    def paused(self) -> bool:
        """Whether a run is held, or will be at its next check."""
        return self._held

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
            while self._held:
                time.sleep(_LOOK)
            if held:
                held(False)
        if self._stopping:
            raise Stopped
