"""A run waits for a disk that is full, read-only, slow or gone, instead of dying of it.

```
patience = Patience(gate, tell, append)
path, size = patience.insist(lambda: checkpoint.save(...))     returns when the disk took it
```
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from backend.errors import StorageError
from backend.events import Event, Paused, Resumed
from backend.gate import Gate, Stopped

T = TypeVar("T")

EVERY: Final = 2.0
"""Seconds between two tries."""
_TICK: Final = 0.1
"""Seconds after which a stop is seen at the latest."""
_GOES_ON: Final = "The run goes on by itself as soon as the disk takes it; Stop keeps everything up to the last save."


class Patience:
    """Insists on the writes of a run.

    Args:
        gate: a stop ends the wait.
        tell: is told `Paused` and `Resumed` when they happen; must not write.
        append: writes an event to the run folder; gets both once the disk takes them.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        gate: Gate,
        tell: Callable[[Event], None],
        append: Callable[[Event], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gate, self._tell, self._append, self._sleep = gate, tell, append, sleep

    def insist(self, write: Callable[[], T]) -> T:
        """Return what `write` returns, however often it has to be tried.

        Args:
            write: writes something of the run folder; called again after a `StorageError`.

        Raises:
            StorageError: of a kind that no waiting ends.
            Stopped: `gate.stop` was called and the disk does not take it; the `StorageError` is its cause.
        """
        told: list[Event] = []
        reason = ""
        while True:
            try:
                written = write()
                break
            except StorageError as error:
                if not error.passing:
                    raise
                if error.sentence != reason:
                    reason = error.sentence
                    told.append(Paused(at=time.time(), reason=reason, hint=f"{error.hint} {_GOES_ON}".lstrip()))
                    self._tell(told[-1])
                self._wait(error)
        if told:
            told.append(Resumed(at=time.time()))
            self._tell(told[-1])
        for event in told:
            self.insist(lambda event=event: self._append(event))
        return written

    def _wait(self, error: StorageError) -> None:
        for _ in range(round(EVERY / _TICK)):
            if self._gate.stopping:
                raise Stopped from error
            self._sleep(_TICK)
