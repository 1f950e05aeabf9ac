"""What the table of a comparison says, in words; made in the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from backend.api import COMPARED, Comparison, Difference, Group, p_words

STAR: Final = "\N{BLACK STAR}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows: text, a note below it, and all of it in the tooltip."""

    text: str
    note: str = ""
    tip: str = ""
    best: bool = False


Row: TypeAlias = tuple[Cell, ...]
Differences: TypeAlias = Mapping[str, Mapping[str, Difference]]


def minus(text: str) -> str:
    """Return a number with a minus sign instead of a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def cells(comparison: Comparison, baseline: str, differences: Differences, *, anyway: bool) -> tuple[Row, ...]:
    """Return a row a group: its name, then every metric."""
    best = {metric.id: comparison.best(metric, anyway=anyway) for metric in COMPARED}
    base = comparison.group(baseline) if len(comparison.groups) > 1 else None
    rows: list[Row] = []
    for group in comparison.groups:
        told = differences.get(group.key, {})
        row = [_name(group, is_base=group is base)]
        for metric in (m.id for m in COMPARED):
            note, more = _noted(told[metric], base.label) if base and metric in told else ("", "")
            row.append(_cell(group, metric, comparison.tasks, note, more, best=group.key in best[metric]))
        rows.append(tuple(row))
    return tuple(rows)


def _name(group: Group, *, is_base: bool) -> Cell:
    seeds = _listed(group.seeds)
    short = [run for run in group.runs if len(run.scores) < run.tasks]
    parts = [
        "baseline" if is_base else "",
        f"{'seed' if len(group.seeds) == 1 else 'seeds'} {seeds}",
        f"{len(short)} unfinished" if short else "",
        f"{len(group.repeats)} repeated" if group.repeats else "",
    ]
    note = " · ".join(part for part in parts if part)
    runs = "\n".join(f"{run.name}: {run.state}, {len(run.scores)} of {run.tasks} tasks" for run in group.runs)
    again = "\n".join(f"{run.name}: its seed is there already, so it is left out" for run in group.repeats)
    return Cell(group.label, note, f"{group.label}\n{note}\n{runs}\n{again}".rstrip())


def _listed(seeds: Sequence[int]) -> str:
    """Return 0-2 for 0, 1, 2 (with a dash), and any others one by one."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}\N{EN DASH}{ordered[-1]}"
    return ", ".join(map(str, ordered))


def _cell(group: Group, metric: str, tasks: int, note: str, more: str, *, best: bool) -> Cell:
    each = minus("\n".join(f"seed {run.seed}: {run.metric(metric, tasks):.1f}" for run in group.runs))
    text = f"{f'{STAR} ' if best else ''}{minus(str(group.metric(metric, tasks)))}"
    return Cell(text, note, f"{each}\n{more}".rstrip(), best)


def _noted(told: Difference, base: str) -> tuple[str, str]:
    """Return a difference in a few words and in many."""
    return minus(str(told.result)) if told.result else told.why.partition(":")[0], _explained(told, base)


def _explained(told: Difference, base: str) -> str:
    result = told.result
    if result is None:
        return f"Against {base}: {told.why}"
    lines = [f"{minus(f'{result.mean:+.2f}')} against {base}, over seeds {', '.join(map(str, told.seeds))}"]
    if result.p is None or result.low is None or result.high is None:
        return "\n".join([*lines, result.why])
    lines.append(f"95 % confidence interval: {minus(f'{result.low:+.2f} to {result.high:+.2f}')}")
    lines.append(f"paired t-test: p {_equals(result.p)}, n = {result.n}")
    ranks = f"p {_equals(result.rank_p)}" if result.rank_p is not None else "needs 6 seeds that differ"
    lines.append(f"Wilcoxon signed-rank test: {ranks}")
    return "\n".join([*lines, "A seed also draws the class order: both groups had the same. p is not corrected."])


def _equals(p: float) -> str:
    words = p_words(p)
    return words if words.startswith("<") else f"= {words}"
