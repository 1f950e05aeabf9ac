"""Which runs are laid side by side, and what they say together; no Qt, and read in the pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from backend.api import (
    ComparedRun,
    Comparison,
    Difference,
    Obstacle,
    RunFolderError,
    Spread,
    compare,
    read_compared,
    run_stamp,
    settings_table,
)
from gui.state.compare_words import Row, cells
from gui.state.curves import Curves

FACTS = ("Setting", "Weights", "Prompt", "Tasks")
"""What numbers depend on and no setting tells, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A run as it was read, and what its file looked like then."""

    stamp: tuple[int, int]
    run: ComparedRun | RunFolderError


Shelf: TypeAlias = Mapping[Path, Kept]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows.

    Attributes:
        shelf: all that was read.
        comparison: the groups.
        left_out: damaged runs and what is wrong with them.
        baseline: key of the group that the others are compared with; '' without groups.
        anyway: whether what is not comparable is compared nevertheless.
        differences: group -> metric -> difference from the baseline.
        settings: setting -> its value in each group.
        places: group -> the number of its colour, dash and marker.
        obstacles: what forbids comparing some of the groups.
        cells: the table, a row a group.
        lines: group -> A_t after each task.
        finals: group -> accuracy on each task after the last compared one.
        figures: run -> its Avg and Last after the last compared task.
        asked: the baseline that was asked for, and `anyway`.
    """

    shelf: Shelf = field(default_factory=dict[Path, Kept])
    comparison: Comparison = field(default_factory=lambda: Comparison((), 0))
    left_out: Mapping[Path, RunFolderError] = field(default_factory=dict[Path, RunFolderError])
    baseline: str = ""
    anyway: bool = False
    differences: Mapping[str, Mapping[str, Difference]] = field(default_factory=dict[str, Mapping[str, Difference]])
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    places: Mapping[str, int] = field(default_factory=dict[str, int])
    obstacles: tuple[Obstacle, ...] = ()
    cells: tuple[Row, ...] = ()
    lines: Mapping[str, tuple[Spread, ...]] = field(default_factory=dict[str, tuple[Spread, ...]])
    finals: Mapping[str, tuple[Spread | None, ...]] = field(default_factory=dict[str, tuple[Spread | None, ...]])
    figures: Mapping[Path, tuple[float, float]] = field(default_factory=dict[Path, tuple[float, float]])
    asked: tuple[str, bool] = ("", False)

    @property
    def curves(self) -> Curves:
        """Return the beginning of the first run: which tasks there are."""
        first = next((run.started for run in self.comparison.runs if run.started), None)
        return Curves([first] if first else [])


@dataclass(slots=True)
class Board:
    """What the user wants to see, in the order in which it was added."""

    folders: list[Path] = field(default_factory=list[Path])
    baseline: str = ""
    anyway: bool = False
    view: View = field(default_factory=View)

    def add(self, folders: Iterable[Path]) -> bool:
        """Add runs; return whether any is new."""
        new = [folder for folder in dict.fromkeys(folders) if folder not in self.folders]
        self.folders += new
        return bool(new)

    def remove(self, folders: Iterable[Path]) -> None:
        """Take runs away; without any, all is forgotten."""
        gone = set(folders)
        self.folders = [folder for folder in self.folders if folder not in gone]
        if not self.folders:
            self.baseline, self.anyway, self.view = "", False, View()


def look(folders: Iterable[Path], before: View, baseline: str, *, anyway: bool) -> View | None:
    """Read what has changed and compare; None where nothing has. Blocks: for the pool.

    Args:
        folders: runs, in order.
        before: what is on show: runs that have said nothing since are not read again, groups keep their colours.
        baseline: key of the group to compare with; where there is none of that key, the first with the most seeds.
        anyway: compare also what is not comparable.
    """
    shelf = {folder: _kept(folder, before.shelf.get(folder)) for folder in folders}
    if list(shelf.items()) == list(before.shelf.items()) and (baseline, anyway) == before.asked:
        return None
    comparison = compare([kept.run for kept in shelf.values() if isinstance(kept.run, ComparedRun)])
    keys = [group.key for group in comparison.groups]
    most = max(comparison.groups, key=lambda group: len(group.runs), default=None)
    base = baseline if baseline in keys or most is None else most.key
    differences = comparison.differences(base, anyway=anyway)
    return View(
        shelf=shelf,
        comparison=comparison,
        left_out={folder: kept.run for folder, kept in shelf.items() if isinstance(kept.run, RunFolderError)},
        baseline=base,
        anyway=anyway,
        differences=differences,
        settings=_settings(comparison),
        places=_places(keys, before.places),
        obstacles=comparison.obstacles,
        cells=cells(comparison, base, differences, anyway=anyway),
        lines={group.key: tuple(group.curve()) for group in comparison.groups},
        finals={group.key: tuple(group.final_row(comparison.tasks)) for group in comparison.groups},
        figures={
            run.folder: (run.metric("average", comparison.tasks), run.metric("last", comparison.tasks))
            for group in comparison.groups
            for run in (*group.runs, *group.repeats)
        },
        asked=(baseline, anyway),
    )


def _kept(folder: Path, before: Kept | None) -> Kept:
    stamp = run_stamp(folder)
    if before is not None and before.stamp == stamp:
        return before
    try:
        return Kept(stamp, read_compared(folder))
    except RunFolderError as error:
        return Kept(stamp, error)


def _settings(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """Return facts and settings; one that nobody has is left out."""
    groups = comparison.groups
    facts = {title: tuple(group.runs[0].protocol.get(title, "-") for group in groups) for title in FACTS}
    shared = set[int].intersection(*(set(group.seeds) for group in groups)) if groups else set[int]()
    hashes = [[run.split_hash or "unknown" for run in group.runs if run.seed in shared] for group in groups]
    facts["Split hash"] = tuple(" / ".join(told) or "-" for told in hashes)
    return {key: told for key, told in (facts | settings_table(groups)).items() if set(told) != {"-"}}


def _places(keys: Iterable[str], before: Mapping[str, int]) -> dict[str, int]:
    """Give every group the number that it had, or the lowest that is free."""
    places = {key: before[key] for key in keys if key in before}
    for key in keys:
        if key not in places:
            places[key] = next(i for i in range(len(places) + 1) if i not in places.values())
    return places
