"""Runs side by side: those that differ only in the seed as one group, and paired differences between groups.

```
runs, left_out = read_runs(folders)
comparison = compare(runs)                      groups, the last task that all have finished, what forbids comparing
comparison.differences(baseline, anyway=False)  group -> metric -> what the seeds that both have say
```

Groups may only be compared where their numbers depend on the same data set, split, weights and prompt: a split hash
is compared seed by seed, since a seed may also draw the class order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from backend.compared_run import UNKNOWN, ComparedRun, read_compared, setting_words
from backend.errors import RunFolderError
from backend.paired import Paired, Spread, paired, spread

_MOST_NAMED: Final = 3
_PLACES: Final = ("Data set", "Scored on", "Tasks")
"""Where these differ, nobody needs to be told that the split hash does."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A column of the table: `low` is better for forgetting, `high` for all others."""

    id: str
    label: str
    best: Literal["high", "low"]


METRICS: Final = (
    Metric("average", "Avg", "high"),
    Metric("last", "Last", "high"),
    Metric("forgetting", "Forgetting", "low"),
    Metric("bwt", "BWT", "high"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that differ only in the seed.

    Attributes:
        key: the same for the same settings, however often they are read.
        label: what tells it from the other groups.
        runs: one a seed, by seed; each has finished a task.
        repeats: other runs of these seeds, which no mean takes in.
    """

    key: str
    label: str
    runs: tuple[ComparedRun, ...]
    repeats: tuple[ComparedRun, ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that are averaged over."""
        return tuple(run.seed for run in self.runs)

    def metric(self, name: str, tasks: int) -> Spread:
        """Return a metric over seeds after so many tasks."""
        return spread([run.metric(name, tasks) for run in self.runs])

    def curve(self) -> list[Spread]:
        """Return A_t after each task over the seeds that have finished it."""
        longest = max(len(run.scores) for run in self.runs)
        return [spread([run.accuracy[t] for run in self.runs if len(run.scores) > t]) for t in range(longest)]

    def final_row(self, tasks: int) -> list[Spread | None]:
        """Return the accuracy on each task after `tasks` of them; None where there are no test pictures of it."""
        rows = [run.scores[tasks - 1].row for run in self.runs]
        known = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
        return [spread(values) if values else None for values in known]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something in which groups must agree before their numbers may be compared, and do not.

    Attributes:
        what: such as `Weights`.
        sides: value -> labels of the groups that have it.
    """

    what: str
    sides: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        """Return who differs in what, in a line."""
        sides = (f"{value} ({', '.join(who)})" for value, who in self.sides.items())
        return f"{self.what}: {'; '.join(sides)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A group's metric minus the baseline's, over the seeds that both have; `why` tells why there is none."""

    seeds: tuple[int, ...] = ()
    result: Paired | None = None
    why: str = ""

    def __str__(self) -> str:
        """Return the difference in a few words, or why there is none."""
        return str(self.result) if self.result else self.why


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups side by side.

    Attributes:
        groups: in the order in which their first runs were given.
        tasks: all metrics are taken after so many tasks, the last that every run has finished; 0 without groups.
        unscored: runs that have not finished a task.
    """

    groups: tuple[Group, ...]
    tasks: int
    unscored: tuple[ComparedRun, ...] = ()

    @property
    def runs(self) -> tuple[ComparedRun, ...]:
        """All runs that are averaged."""
        return tuple(run for group in self.groups for run in group.runs)

    @property
    def behind(self) -> tuple[ComparedRun, ...]:
        """The runs for whose sake the others are looked at before their end."""
        shortest = [run for run in self.runs if len(run.scores) == self.tasks]
        return tuple(shortest) if any(len(run.scores) > self.tasks for run in self.runs) else ()

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What forbids comparing some of the groups."""
        return obstacles(self.groups)

    def group(self, key: str) -> Group | None:
        """Return a group."""
        return next((group for group in self.groups if group.key == key), None)

    def best(self, metric: Metric, *, anyway: bool = False) -> frozenset[str]:
        """Return the keys of the groups with the best mean; none where they may not be compared, or share no seed."""
        if len(self.groups) < 2 or (self.obstacles and not anyway):
            return frozenset()
        if not set.intersection(*(set(group.seeds) for group in self.groups)):
            return frozenset()
        means = {group.key: group.metric(metric.id, self.tasks).mean for group in self.groups}
        top = max(means.values()) if metric.best == "high" else min(means.values())
        return frozenset(key for key, mean in means.items() if mean == top)

    def differences(self, baseline: str, *, anyway: bool = False) -> dict[str, dict[str, Difference]]:
        """Return for every group but the baseline each metric's difference from the baseline.

        Args:
            baseline: key of a group.
            anyway: compare also what may not be compared; whoever shows it must say so.
        """
        base = self.group(baseline)
        if base is None:
            return {}
        others = [group for group in self.groups if group.key != baseline]
        return {
            group.key: {m.id: difference(group, base, m.id, self.tasks, anyway=anyway) for m in METRICS}
            for group in others
        }


def read_runs(folders: Iterable[Path]) -> tuple[list[ComparedRun], dict[Path, RunFolderError]]:
    """Read runs; a damaged one is left out, with what is wrong with it."""
    runs: list[ComparedRun] = []
    left_out: dict[Path, RunFolderError] = {}
    for folder in dict.fromkeys(folders):
        try:
            runs.append(read_compared(folder))
        except RunFolderError as error:
            left_out[folder] = error
    return runs, left_out


def compare(runs: Sequence[ComparedRun]) -> Comparison:
    """Group runs that differ only in the seed."""
    sets: dict[str, list[ComparedRun]] = {}
    for run in runs:
        if run.scores:
            sets.setdefault(_key(run), []).append(run)
    labels = _labels([members[0] for members in sets.values()])
    groups = tuple(_group(key, label, members) for (key, members), label in zip(sets.items(), labels, strict=True))
    tasks = min((len(run.scores) for group in groups for run in group.runs), default=0)
    return Comparison(groups, tasks, tuple(run for run in runs if not run.scores))


def obstacles(groups: Sequence[Group]) -> tuple[Obstacle, ...]:
    """Return what forbids comparing these groups, in which each differs from another."""
    titles = dict.fromkeys(title for group in groups for title in group.runs[0].protocol)
    facts: dict[str, list[tuple[str, str]]] = {
        title: [(group.runs[0].protocol.get(title, UNKNOWN), group.label) for group in groups] for title in titles
    }
    facts["Weights file"] = [(run.weights_hash, group.label) for group in groups for run in group.runs]
    found = [Obstacle(title, sides) for title, pairs in facts.items() if len(sides := _sides(pairs)) > 1]
    if {obstacle.what for obstacle in found}.isdisjoint(_PLACES):
        found += _split_obstacles(groups)
    return tuple(found)


def difference(ours: Group, theirs: Group, metric: str, tasks: int, *, anyway: bool = False) -> Difference:
    """Return a metric of one group minus that of another, seed by seed."""
    if not anyway and (found := obstacles((ours, theirs))):
        return Difference(why=f"not comparable: {', '.join(dict.fromkeys(o.what.lower() for o in found))} differ")
    seeds = tuple(seed for seed in ours.seeds if seed in theirs.seeds)
    if not seeds:
        return Difference(why="no shared seed: no paired test")
    pairs = [[run.metric(metric, tasks) for run in group.runs if run.seed in seeds] for group in (ours, theirs)]
    return Difference(seeds, paired(*pairs))


def settings_table(groups: Sequence[Group]) -> dict[str, tuple[str, ...]]:
    """Return every setting -> what it is in each group; one that varies inside a group is told in full."""
    keys = dict.fromkeys(key for group in groups for run in group.runs for key in run.settings)
    table: dict[str, tuple[str, ...]] = {}
    for key in keys:
        told = [dict.fromkeys(setting_words(run.settings.get(key, "")) for run in group.runs) for group in groups]
        table[key] = tuple(" / ".join(words) for words in told)
    return table


def _key(run: ComparedRun) -> str:
    return json.dumps([run.deciding, run.protocol], sort_keys=True)


def _group(key: str, label: str, members: Sequence[ComparedRun]) -> Group:
    """Take for each seed the run that went furthest, and of equals the first."""
    chosen: dict[int, ComparedRun] = {}
    for run in sorted(members, key=lambda run: -len(run.scores)):
        chosen.setdefault(run.seed, run)
    taken = sorted(chosen.values(), key=lambda run: run.seed)
    return Group(key, label, tuple(taken), tuple(run for run in members if run not in taken))


def _labels(runs: Sequence[ComparedRun]) -> list[str]:
    """Return for one run of each group its method, and where several have the same, what tells them apart."""
    rivals: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        rivals.setdefault(run.method, []).append(_facts(run))
    told = {method: iter(_told_apart(facts)) for method, facts in rivals.items()}
    labels = [f"{run.method}{next(told[run.method])}" for run in runs]
    again, seen = Counter(labels), Counter[str]()
    for place, label in enumerate(labels):
        seen[label] += 1
        if again[label] > 1:
            labels[place] = f"{label} ({seen[label]})"
    return labels


def _told_apart(rivals: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return for each of several groups as few differing facts as tell it from the others, but not too many."""
    keys = dict.fromkeys(key for facts in rivals for key in facts)
    telling = [key for key in keys if any(facts.get(key) != rivals[0].get(key) for facts in rivals)]
    words = [""] * len(rivals)
    for count in range(1, min(len(telling), _MOST_NAMED) + 1):
        words = ["".join(f", {_named(key)} {setting_words(f.get(key))}" for key in telling[:count]) for f in rivals]
        if len(set(words)) == len(rivals):
            break
    return words


def _named(key: str) -> str:
    return key.rpartition(".")[2].replace("_", " ")


def _facts(run: ComparedRun) -> dict[str, Any]:
    return {**run.deciding, **{title.lower(): words for title, words in run.protocol.items()}}


def _split_obstacles(groups: Sequence[Group]) -> list[Obstacle]:
    found: list[Obstacle] = []
    for seed in sorted({seed for group in groups for seed in group.seeds}):
        hashes = [(r.split_hash or UNKNOWN, group.label) for group in groups for r in group.runs if r.seed == seed]
        sides = _sides(hashes)
        if len(sides) > 1:
            found.append(Obstacle(f"Split hash of seed {seed}", sides))
    return found


def _sides(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return each value that somebody knows -> who has it."""
    sides: dict[str, dict[str, None]] = {}
    for value, who in pairs:
        if value:
            sides.setdefault(value, {})[who] = None
    return {value: tuple(names) for value, names in sides.items()}
