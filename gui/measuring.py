"""Sees, in the pool, how many runs of the queue fit on this machine at once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import Capacity, RunConfig, capacity
from gui.background import submit
from gui.state.queue import QueueState
from gui.state.runs import RunList

AGAIN_SECONDS = 10.0
_RUNS = 64
"""So many of the queue are looked at."""
_EARLIER = 4
"""So many earlier runs that may be like one are asked what they took."""


class Measuring(QObject):
    """Keeps `state.capacity` up to date.

    Args:
        state: of the queue.
        runs: all runs that are known.
        parent: its owner.
    """

    changed = Signal()
    failed = Signal(object)
    """A StudioError."""

    def __init__(self, state: QueueState, runs: RunList, parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._runs = state, runs
        self._next = 0.0

    def measure(self) -> None:
        """Measure now."""
        self._next = time.monotonic() + AGAIN_SECONDS
        folders = islice(self._state.lineup.folders("running", "waiting"), _RUNS)
        wanted = [(config, self._like(config)) for folder in folders if (config := self._state.config(folder))]
        samples = self._state.samples()
        if wanted:
            submit(self, lambda: capacity(wanted, samples), self._measured, self.failed.emit)

    def measure_if_old(self) -> None:
        """Measure again where that was a while ago."""
        if time.monotonic() > self._next:
            self.measure()

    def _like(self, config: RunConfig) -> list[Path]:
        kind = (config.method.name, config.data.name)
        like: Iterable[Path] = (
            run.folder for run in self._runs.rows() if run.tasks_done and (run.method, run.dataset) == kind
        )
        return list(islice(like, _EARLIER))

    def _measured(self, found: Capacity | None) -> None:
        if found != self._state.capacity:
            self._state.capacity = found
            self.changed.emit()
