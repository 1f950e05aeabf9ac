"""One line of the campaign's tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was done to a run or a file, how often, and how often the promise held.

    A campaign is a function `campaign(count: int, seed: int, folder: Path) -> Iterator[Row]` in a file of this folder;
    `count` scales it (the short form in the test suite takes a small one), `folder` is empty and its own.
    """

    promise: int
    """1 exact resume, 2 nothing lost, 3 the window outlives the run, 4 files are only data, 5 future data."""
    fault: str
    tried: int
    kept: int
    seconds: float
    note: str = ""
    failures: tuple[str, ...] = ()
    """What did not hold, each reproducible from the seed."""
