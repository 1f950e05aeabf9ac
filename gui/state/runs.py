"""The run list as plain data: what is on disk, with the numbers of the run that is on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from backend.api import RunConfig, RunEnded, RunSummary
from gui.state.curves import Curves
from gui.state.run_filter import RunFilter

RESUMABLE = frozenset({"queued", "interrupted", "stopped", "failed"})
"""States from which a run can go on, or begin."""


class RunList:
    """Runs newest first."""

    def __init__(self) -> None:
        self._runs: dict[Path, RunSummary] = {}
        self._live: RunSummary | None = None
        self.queued: frozenset[Path] = frozenset()
        """Runs that the queue takes care of: nobody else needs to offer to go on with them."""

    def __len__(self) -> int:
        """Return how many runs are known."""
        return len(self.rows())

    def rows(self) -> tuple[RunSummary, ...]:
        """Return all runs, the live one at its place, with what is written about it on the disk."""
        runs = dict(self._runs)
        live = self._live
        if live is not None:
            there = runs.get(live.folder, live)
            runs[live.folder] = replace(live, star=there.star, tags=there.tags, note=there.note)
        return tuple(sorted(runs.values(), key=lambda run: run.started, reverse=True))

    def replace(self, runs: Iterable[RunSummary]) -> bool:
        """Take what was found on disk; return whether anything is different."""
        before = self._runs
        # What is equal stays the same object, so that a thousand rows are compared at a glance.
        self._runs = {run.folder: before[run.folder] if before.get(run.folder) == run else run for run in runs}
        return len(before) != len(self._runs) or any(before.get(path) is not run for path, run in self._runs.items())

    def forget(self, folders: Iterable[Path]) -> None:
        """Leave out runs that were put away, until the list is read from disk again."""
        for folder in folders:
            self._runs.pop(folder, None)

    def begin(self, folder: Path, config: RunConfig | None, now: float) -> None:
        """Add the run that starts, or mark the one that goes on."""
        known = self._runs.get(folder)
        if known is not None:
            self._live = replace(known, state="running")
        elif config is not None:
            self._live = RunSummary(
                folder=folder,
                name=folder.name,
                method=config.method.name,
                dataset=config.data.name,
                seed=config.run.seed,
                state="running",
                tasks_done=0,
                tasks=0,
                average=None,
                last=None,
                forgetting=None,
                started=now,
            )

    def update(self, curves: Curves) -> bool:
        """Take the live run's numbers; return whether anything shown changed."""
        if self._live is None:
            return False
        scores = curves.task_accuracy
        updated = replace(
            self._live,
            tasks_done=len(scores),
            tasks=len(curves.tasks),
            average=curves.average if scores else None,
            last=scores[-1] if scores else None,
            forgetting=curves.forgetting if scores else None,
        )
        changed = updated != self._live
        self._live = updated
        return changed

    def end(self, ended: RunEnded) -> None:
        """Keep the live run with its outcome until the list is read from disk again."""
        if self._live is not None:
            self._runs[self._live.folder] = replace(self._live, state=ended.outcome)
            self._live = None

    def release(self) -> None:
        """Forget which run is live: it goes on without this window."""
        if self._live is not None:
            self._runs[self._live.folder] = self._live
            self._live = None

    def interrupted(self) -> RunSummary | None:
        """Return the newest run that was cut off, to offer going on with it."""
        return next((run for run in self.rows() if run.state == "interrupted" and run.folder not in self.queued), None)


def matches(run: RunSummary, text: str) -> bool:
    """Tell whether a run is one that a line of words keeps."""
    return RunFilter(text).keeps(run)
