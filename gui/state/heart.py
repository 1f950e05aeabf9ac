"""Judges whether the window still comes round: a heart that beats in its thread, and somebody who looks at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LIMIT_SECONDS: Final = 0.25
"""A window that does not come round for so long is felt to hang."""


@dataclass(frozen=True, slots=True)
class Stall:
    """The window did not come round for so many seconds so far, or altogether once it is `over`."""

    seconds: float
    over: bool
    told: bool = False
    """Whether it was told before; otherwise it is over, and nobody could look in what the window hung."""


class Heart:
    """`beat` belongs to the thread that is watched, `look` to the one that watches.

    Args:
        clock: seconds that only grow.
        work: seconds that this process has computed. A process that neither comes round nor works was not let: the
            machine slept, or had no core to spare.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, work: Callable[[], float] = time.process_time
    ) -> None:
        self._clock, self._work = clock, work
        self._beaten: float | None = None
        self._known: float | None = None
        """The beat that was seen last; none before the first."""
        self._looked, self._worked = clock(), work()
        self._away = 0.0
        """Seconds since that beat in which this process was not let."""
        self._stalled = False

    def beat(self) -> None:
        """Tell that the thread came round."""
        self._beaten = self._clock()

    def look(self) -> Stall | None:
        """Return a stall when it has begun, and again when it is over; to be called several times a second."""
        now, worked, beaten = self._clock(), self._work(), self._beaten
        slept = now - self._looked
        # A thread that kept Python to itself makes the one that looks oversleep as well, but it works meanwhile.
        if slept > LIMIT_SECONDS and worked - self._worked < slept / 2:
            self._away += slept
        self._looked, self._worked = now, worked
        if self._known is None or beaten is None:
            self._known = beaten
            return None
        seconds = (now if beaten == self._known else beaten) - self._known - self._away
        if beaten == self._known:
            return None if self._stalled else self._judge(seconds)
        was, self._stalled = self._stalled, False
        self._known, self._away = beaten, 0.0
        return Stall(seconds, over=True, told=was) if was or seconds > LIMIT_SECONDS else None

    def _judge(self, seconds: float) -> Stall | None:
        self._stalled = seconds > LIMIT_SECONDS
        return Stall(seconds, over=False) if self._stalled else None
