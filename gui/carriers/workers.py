"""Several runs at once, each in a worker of its own; what they say comes together in one place."""

from __future__ import annotations

import queue
from functools import partial
from pathlib import Path
from typing import TypeAlias

from backend.api import WorkerCommand
from gui.carriers.carrier import Carrier, Item, Over
from gui.carriers.follow import FollowCarrier
from gui.carriers.process import ProcessCarrier

Said: TypeAlias = tuple[Path, Item]


class Workers:
    """Starts workers, or follows those that an earlier window left. All methods return at once.

    Args:
        command: makes the argument list of a worker.
    """

    def __init__(self, command: WorkerCommand) -> None:
        self._command = command
        self._carriers: dict[Path, Carrier] = {}
        self._said: queue.SimpleQueue[Said] = queue.SimpleQueue()

    @property
    def folders(self) -> tuple[Path, ...]:
        """The runs that are on."""
        return tuple(self._carriers)

    def start(self, folder: Path) -> None:
        """Start the worker of a prepared run, or of one that goes on."""
        self._carry(folder, ProcessCarrier(folder, None, self._command, self._put_of(folder)))

    def adopt(self, folder: Path) -> None:
        """Follow a run that a worker trains already; it is told from its first event on."""
        self._carry(folder, FollowCarrier(folder, self._put_of(folder)))

    def stop(self, folder: Path) -> None:
        """End a run after the step it is in.

        Raises:
            StorageError: a run that is followed cannot be told.
        """
        if folder in self._carriers:
            self._carriers[folder].stop()

    def kill(self, folder: Path) -> None:
        """End a run now; what it saved is kept."""
        carrier = self._carriers.get(folder)
        if carrier is not None and carrier.killable:
            carrier.kill()

    def leave(self) -> None:
        """Let all runs go on without this window; nothing more is told."""
        for carrier in self._carriers.values():
            carrier.leave()
        self._carriers.clear()

    def take(self, most: int) -> list[Said]:
        """Return what was said since the last call, in order and at most so many items; `Over` is a run's last."""
        taken: list[Said] = []
        while len(taken) < most:
            try:
                folder, item = self._said.get_nowait()
            except queue.Empty:
                break
            if folder not in self._carriers:
                continue  # said by one that was left meanwhile
            if isinstance(item, Over):
                self._carriers.pop(folder).close()
            taken.append((folder, item))
        return taken

    def _carry(self, folder: Path, carrier: Carrier) -> None:
        if folder in self._carriers:
            msg = f"'{folder}' is carried already"
            raise RuntimeError(msg)
        self._carriers[folder] = carrier
        carrier.start()

    def _put_of(self, folder: Path) -> partial[None]:
        return partial(self._put, folder)

    def _put(self, folder: Path, item: Item) -> None:
        self._said.put((folder, item))
