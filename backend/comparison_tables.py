"""A comparison as a table: CSV, and LaTeX for a paper. Both say what the numbers depend on, and what forbids them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from backend.compare import METRICS, Comparison, Difference, Group, Metric
from backend.compared_run import ComparedRun
from backend.disk import write_atomic
from backend.latex import escape, tabular
from backend.paired import Spread, p_words

NO_CORRECTION: Final = "p values are not corrected for the number of comparisons"
_TESTED: Final = (
    "paired by seed, same split hash: paired t-test with 95 % confidence interval of the mean difference; rank p: "
    "Wilcoxon signed-rank test, exact, from 6 seeds on"
)


def as_csv(comparison: Comparison, baseline: str, *, anyway: bool = False) -> bytes:
    """Return a row a group, with each metric and its difference from the baseline's."""
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in header(comparison, baseline, anyway=anyway))
    table = csv.writer(text, lineterminator="\n")
    parts = ("mean", "std", "difference", "low", "high", "p", "rank_p", "pairs", "why_none")
    table.writerow(["group", "n", "seeds", *(f"{m.id}_{part}" for m in METRICS for part in parts)])
    differences = comparison.differences(baseline, anyway=anyway)
    for group in comparison.groups:
        mine = differences.get(group.key, {})
        cells = [cell for m in METRICS for cell in _numbers(comparison, group, m, mine.get(m.id, Difference()))]
        table.writerow([group.label, len(group.runs), " ".join(map(str, group.seeds)), *cells])
    return text.getvalue().encode()


def as_latex(comparison: Comparison, baseline: str, *, anyway: bool = False) -> bytes:
    """Return two tables: mean and deviation of each metric, best in bold; and the differences from the baseline."""
    best = {m.id: comparison.best(m, anyway=anyway) for m in METRICS}
    labels = [m.label for m in METRICS]
    rows: list[list[str]] = []
    for group in comparison.groups:
        cells = [_mean(group.metric(m.id, comparison.tasks), bold=group.key in best[m.id]) for m in METRICS]
        rows.append([escape(group.label), str(len(group.runs)), *cells])
    lines = [*(f"% {line}" for line in header(comparison, baseline, anyway=anyway)), *tabular(["", "n", *labels], rows)]
    differences = comparison.differences(baseline, anyway=anyway)
    if base := comparison.group(baseline):
        told = [
            [escape(group.label), *(_difference(differences[group.key][m.id]) for m in METRICS)]
            for group in comparison.groups
            if group.key in differences
        ]
        lines += ["", f"% differences from {base.label}", *tabular([f"$-$ {escape(base.label)}", *labels], told)]
    return ("\n".join(lines) + "\n").encode()


FORMATS: Final[Mapping[str, Callable[..., bytes]]] = {"csv": as_csv, "latex": as_latex}


def comparison_text(comparison: Comparison, baseline: str, kind: str, *, anyway: bool = False) -> bytes:
    """Return a comparison as `csv` or `latex`; `anyway` also compares what may not be compared, and says so."""
    return FORMATS[kind](comparison, baseline, anyway=anyway)


def export_comparison(comparison: Comparison, baseline: str, kind: str, to: Path, *, anyway: bool = False) -> Path:
    """Write a comparison as `csv` or `latex`; return the file.

    Raises:
        StorageError: the place cannot be written; what lay there is as it was.
    """
    write_atomic(to, comparison_text(comparison, baseline, kind, anyway=anyway))
    return to


def header(comparison: Comparison, baseline: str, *, anyway: bool = False) -> list[str]:
    """Return what a comparison must say about itself."""
    base = comparison.group(baseline)
    found = comparison.obstacles
    shown = "compared anyway" if anyway else "no differences are given where groups are not comparable"
    warnings = [f"WARNING, not comparable: {obstacle}" for obstacle in found] + ([f"WARNING: {shown}"] if found else [])
    lines = [
        *warnings,
        *(line for group in comparison.groups for line in _about(group)),
        f"after task {comparison.tasks}, in percent, mean and sample standard deviation over seeds",
        *(f"unfinished: {run.name} has {len(run.scores)} of {run.tasks} tasks" for run in _unfinished(comparison)),
        f"differences from {base.label}: {_TESTED}" if base else "no differences",
        NO_CORRECTION,
    ]
    return [" ".join(line.split()) for line in lines]  # a prompt may hold what ends a comment


def _unfinished(comparison: Comparison) -> list[ComparedRun]:
    """Return the runs that have tasks to learn yet."""
    return [run for run in comparison.runs if len(run.scores) < run.tasks]


def _about(group: Group) -> list[str]:
    hashes = ", ".join(f"seed {run.seed}: {run.split_hash or 'unknown'}" for run in group.runs)
    facts = ", ".join(f"{title.lower()}: {words}" for title, words in group.runs[0].protocol.items())
    files = sorted({run.weights_hash for run in group.runs if run.weights_hash})
    weights = f", weights file: {' / '.join(files)}" if files else ""
    return [f"{group.label}: n = {len(group.runs)}, {facts}{weights}", f"{group.label}: split hash of {hashes}"]


def _numbers(comparison: Comparison, group: Group, metric: Metric, told: Difference) -> list[str]:
    found, result = group.metric(metric.id, comparison.tasks), told.result
    values = (found.mean, found.std, *((result.mean, result.low, result.high) if result else (None,) * 3))
    chances = (result.p, result.rank_p) if result else (None, None)
    return [
        *("" if value is None else f"{value:.4f}" for value in values),
        *("" if value is None else f"{value:.3g}" for value in chances),
        str(result.n) if result else "",
        told.why or (result.why if result else ""),
    ]


def _mean(value: Spread, *, bold: bool) -> str:
    words = f"{value.mean:.1f}" if value.std is None else f"{value.mean:.1f} \\pm {value.std:.1f}"
    return f"$\\mathbf{{{words}}}$" if bold else f"${words}$"


def _difference(told: Difference) -> str:
    result = told.result
    if result is None:
        return "--"
    if result.p is None or result.low is None or result.high is None:
        return f"${result.mean:+.1f}$ (n = {result.n})"
    return f"${result.mean:+.1f}$ $[{result.low:.1f}, {result.high:.1f}]$ (p = {p_words(result.p)}, n = {result.n})"
