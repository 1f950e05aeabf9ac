"""The queue as the window knows it: runs in their order, how far each is, and when the next one may begin. No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from backend.api import Capacity, DeviceSampled, Kept, Lineup, RunConfig
from gui.state.progress import Progress

Mood: TypeAlias = Literal["empty", "elsewhere", "idle", "pausing", "blocked", "working", "over"]
"""What the queue as a whole does; elsewhere: another window works it off; blocked: it lets the window's own run end."""


class QueueState:
    """Everything about the queue but the workers themselves.

    Attributes:
        lineup: the runs in their order.
        at_once: how many the user wants at once.
        beside: whether runs begin while the window itself trains one.
        held: whether no further run begins.
        owned: whether this window works it off, and no other one.
        capacity: how many fit; None as long as nothing is known.
    """

    def __init__(self) -> None:
        self.lineup = Lineup()
        self.at_once = 1
        self.beside = False
        self.held = True
        self.owned = True
        self.capacity: Capacity | None = None
        self._progress: dict[Path, Progress] = {}
        self._configs: dict[Path, RunConfig] = {}

    def restore(self, kept: Kept) -> None:
        """Take what was kept of an earlier window."""
        self.lineup.replace(kept.turns)
        self.at_once, self.beside, self.held = kept.at_once, kept.beside, True

    def kept(self) -> Kept:
        """Return what the next window must know."""
        return Kept(self.lineup.turns, self.at_once, self.beside)

    def know(self, folder: Path, config: RunConfig | None) -> None:
        """Remember what a run is."""
        if config is not None:
            self._configs[folder] = config

    def config(self, folder: Path) -> RunConfig | None:
        """Return what a run is, if that is known."""
        return self._configs.get(folder)

    def progress(self, folder: Path, *, anew: bool = False) -> Progress:
        """Return how far a run is; `anew` forgets what is known of that."""
        if anew or folder not in self._progress:
            self._progress[folder] = Progress()
        return self._progress[folder]

    def samples(self) -> list[DeviceSampled]:
        """Return what the runs that are on take."""
        found = (self.progress(folder).sample for folder in self.lineup.folders("running"))
        return [sample for sample in found if sample is not None]

    def due(self, *, busy: bool) -> tuple[Path, ...]:
        """Return the runs to begin now; `busy` while the window itself trains one."""
        if self.held or not self.owned or (busy and not self.beside):
            return ()
        return self.lineup.due(min(self.at_once, self.capacity.runs if self.capacity else 1))

    def mood(self, *, busy: bool) -> Mood:
        """Return what the queue does now."""
        waiting, running = bool(self.lineup.folders("waiting")), bool(self.lineup.folders("running"))
        if not self.owned:
            return "elsewhere"
        if not waiting:
            return "working" if running else "over" if self.lineup.turns else "empty"
        if self.held:
            return "pausing" if running else "idle"
        return "blocked" if busy and not self.beside and not running else "working"
