"""How long the run that is on has said nothing: it may be stuck, and nobody would know."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from gui.state.curves import Curves

LIMIT_SECONDS: Final = 60.0
"""A run says something several times a second, except in a very long step."""
_LISTENING_SECONDS: Final = 10.0
"""Between two ticks; in a longer gap the machine slept or the window hung, and nobody listened."""


class Silence:
    """Counts the seconds since the run's last word.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since = self._ticked = clock()

    def end(self) -> None:
        """The run said something, or another one is on: count from now."""
        self._since = self._ticked = self._clock()

    def tick(self, *, held: bool) -> float | None:
        """Return the seconds without a word, once they are too many; to be called every second.

        Args:
            held: the run is paused or waits for its disk, and says nothing until it goes on.
        """
        now = self._clock()
        gap, self._ticked = now - self._ticked, now
        if held:
            self._since = now
        elif gap > _LISTENING_SECONDS:
            self._since += gap
        silent = now - self._since
        return silent if silent >= LIMIT_SECONDS else None


def words(seconds: float, curves: Curves) -> str:
    """Return a sentence that says for how long, and what the run said last."""
    minutes = int(seconds // 60)
    long = f"{minutes} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"
    return f"No word from the run for {long} (last: {_last(curves)})"


def _last(curves: Curves) -> str:
    if curves.started is None:
        return "it was starting"
    parts = [curves.stage or "between stages", f"task {curves.task + 1}"]
    return ", ".join([*parts, f"step {curves.step:,}"] if curves.steps else parts)
