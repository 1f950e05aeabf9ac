"""When the device's memory runs out: fewer items at once, the same result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import torch

from backend.devices import free

T = TypeVar("T")

_SAYS: Final = (
    "DefaultCPUAllocator",
    "can't allocate memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
"""How libraries say it that have no exception of their own for it."""


def out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that a device, or the machine, has no memory left."""
    own = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return own or (isinstance(error, RuntimeError) and any(words in str(error) for words in _SAYS))


class Ladder:
    """How many items go through a device at once: halved, and kept, each time its memory runs out.

    Args:
        say: told one sentence for each step down.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._most: int | None = None

    def climb_down(self, items: int, work: Callable[[int], T]) -> T:
        """Return `work(n)` for the largest n up to `items` that the memory lets pass.

        Args:
            items: how many there are.
            work: does all of them, at most n at once; must be fit to begin again.

        Raises:
            torch.OutOfMemoryError: not even one item fits (or MemoryError, or RuntimeError: see `out_of_memory`).
        """
        while True:
            at_once = min(items, self._most or items)
            try:
                return work(at_once)
            except (RuntimeError, MemoryError) as error:
                if at_once <= 1 or not out_of_memory(error):
                    raise
            # Out here nothing holds on to the tensors of the failed try any more.
            self._most = at_once // 2
            free()
            self._say(f"The device has no memory for {at_once} at once: from now on {self._most} at a time.")
