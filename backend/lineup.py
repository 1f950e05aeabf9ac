"""The order in which runs have their turns, and how each fares: shared by the window's queue and the terminal's.

It starts nothing itself, and belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Fate: TypeAlias = Literal["waiting", "running", "finished", "failed", "stopped", "killed"]
"""killed: its worker ended without a word; the run can be resumed at what it saved last."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How a run of the queue fares: a sentence, and a hint where it did not go well."""

    folder: Path
    fate: Fate
    message: str = ""
    hint: str = ""


class Lineup:
    """Runs, each at most once, in the order in which they were added or put."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._turns: dict[Path, Turn] = {}
        self.replace(turns)

    def __contains__(self, folder: object) -> bool:
        """Tell whether a run is in it, over or not."""
        return folder in self._turns

    @property
    def turns(self) -> tuple[Turn, ...]:
        """How each run fares, in order."""
        return tuple(self._turns.values())

    def fate(self, folder: Path) -> Fate | None:
        """Return how a run fares; None for one that is not in it."""
        turn = self._turns.get(folder)
        return turn.fate if turn else None

    def folders(self, *fates: Fate) -> tuple[Path, ...]:
        """Return the runs that fare like this, in order."""
        return tuple(folder for folder, turn in self._turns.items() if turn.fate in fates)

    def due(self, at_once: int) -> tuple[Path, ...]:
        """Return the runs to begin now, so that `at_once` are on."""
        return self.folders("waiting")[: max(0, at_once - len(self.folders("running")))]

    def replace(self, turns: Iterable[Turn]) -> None:
        """Forget all runs and take these."""
        self._turns = {turn.folder: turn for turn in turns}

    def add(self, folders: Iterable[Path]) -> None:
        """Let runs wait at the end; those that are over come again, and those that wait or are on stay as they are."""
        for folder in folders:
            if self.fate(folder) not in {"waiting", "running"}:
                self._turns.pop(folder, None)
                self._turns[folder] = Turn(folder, "waiting")

    def tell(self, turn: Turn) -> None:
        """Say how a run of the queue fares now."""
        if turn.folder in self._turns:
            self._turns[turn.folder] = turn

    def remove(self, folders: Iterable[Path]) -> tuple[Path, ...]:
        """Take runs out, and return which; one that is on stays."""
        gone = tuple(folder for folder in folders if self.fate(folder) not in {None, "running"})
        for folder in gone:
            del self._turns[folder]
        return gone

    def put(self, folders: Iterable[Path], place: int) -> None:
        """Move waiting runs together before the one that is now at `place` among those that wait."""
        waiting = self.folders("waiting")
        moved = [folder for folder in dict.fromkeys(folders) if folder in waiting]
        before = [folder for folder in waiting[: max(0, place)] if folder not in moved]
        after = [folder for folder in waiting[max(0, place) :] if folder not in moved]
        order = iter([*before, *moved, *after])
        turns = [self._turns[next(order)] if turn.fate == "waiting" else turn for turn in self._turns.values()]
        self._turns = {turn.folder: turn for turn in turns}
