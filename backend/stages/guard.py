"""Watches the losses of a training loop: one that is not a number, or far worse than guessing, stops it at once."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from backend.errors import TrainingError

WINDOW: Final = 20
"""Steps after which losses are read from the device at the latest, and over which they are averaged."""
ENOUGH: Final = 5
"""One bad batch may be chance; so many steps are not."""
EXPLODED: Final = 10.0
"""Times the loss of guessing, or of the first step where that was worse."""

Batch = tuple[Tensor, ...]


class Guard:
    """One for each loop.

    Args:
        where: words for messages, such as "adapt of task 3".
        classes: how many classes the loss is over; guessing costs log(classes).
    """

    def __init__(self, where: str, classes: int) -> None:
        self._where, self._guessing = where, math.log(max(2, classes))
        self._first: float | None = None
        self._unread: list[tuple[int, Batch, Tensor]] = []
        self._read: deque[float] = deque(maxlen=WINDOW)
        self._suspect: tuple[int, Batch] | None = None
        """The first of the newest steps that are all bad."""

    def watch(self, step: int, batch: Batch, loss: Tensor) -> None:
        """Take the loss of a step, still on its device.

        Raises:
            TrainingError: see `check`.
        """
        self._unread.append((step, batch, loss.detach()))
        if len(self._unread) >= WINDOW:
            self.check()

    def check(self, parameters: Sequence[Tensor] = ()) -> None:
        """Read the losses since the last time.

        Args:
            parameters: are looked at too, where given.

        Raises:
            TrainingError: a loss is not a number, losses explode, or a parameter is not a number; has `.evidence`.
        """
        if not self._unread:
            return
        values = torch.stack([loss for _, _, loss in self._unread]).float().tolist()
        for (step, batch, _), value in zip(self._unread, values, strict=True):
            self._take(step, batch, value)
        step, batch, _ = self._unread[-1]
        self._unread.clear()
        if not all(bool(torch.isfinite(parameter).all()) for parameter in parameters):
            raise self._error("A weight is not a number any more", step, batch)

    def _take(self, step: int, batch: Batch, value: float) -> None:
        self._read.append(value)
        if not math.isfinite(value):
            raise self._error("The loss is not a number any more", step, batch)
        self._first = value if self._first is None else self._first
        limit = EXPLODED * max(self._first, self._guessing)
        self._suspect = (self._suspect or (step, batch)) if value > limit else None
        if self._suspect and len(self._read) >= ENOUGH and sum(self._read) / len(self._read) > limit:
            what = f"The loss explodes: {value:.3g}, where guessing costs {self._guessing:.3g}"
            raise self._error(what, *self._suspect)

    def _error(self, what: str, step: int, batch: Batch) -> TrainingError:
        hint = (
            "Use these settings again with a lower learning rate, or precision fp32. Everything up to the last save "
            "is kept; failed-batch.json in the run folder names the pictures of this step."
        )
        error = TrainingError(f"{what} (step {step}, {self._where}).", hint)
        error.evidence = {"step": step, "where": self._where, "losses": list(self._read), "batch": batch}
        return error
