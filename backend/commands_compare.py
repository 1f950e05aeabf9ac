"""The command `compare`: runs side by side, grouped over seeds, with paired differences."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend import api
from backend.console import AddCommand, complain, plain, table


def add_commands(command: AddCommand) -> None:
    """Add the command of this file."""
    text = "Compare runs: those that differ only in the seed are one group; differences are paired by seed."
    compare = command("compare", _compare, text)
    compare.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="run folders; the first is the baseline")
    forms = compare.add_mutually_exclusive_group()
    for kind in ("csv", "latex"):
        forms.add_argument(f"--{kind}", dest="kind", action="store_const", const=kind, help=f"print {kind} instead")
    anyway = "give differences also of groups that are not comparable; the table says so"
    compare.add_argument("--anyway", action="store_true", help=anyway)


def _compare(given: argparse.Namespace) -> int:
    runs, left_out = api.read_runs(folder.resolve() for folder in given.folders)
    for error in left_out.values():
        complain(f"Left out: {error.sentence}", error.hint)
    comparison = api.compare(runs)
    for run in comparison.unscored:
        complain(f"Left out: {run.name} has not finished a task.", "Wait, or resume it.")
    if not comparison.groups:
        complain("There is nothing to compare.", "Give folders of runs that have finished a task.")
        return 1
    baseline = comparison.groups[0].key
    if given.kind:
        sys.stdout.write(api.comparison_text(comparison, baseline, given.kind, anyway=given.anyway).decode())
        return 0
    for obstacle in comparison.obstacles:
        complain(f"Not comparable: {obstacle}", "" if given.anyway else "--anyway gives differences nevertheless.")
    console = Console()
    console.print(_means(comparison, anyway=given.anyway))
    if len(comparison.groups) > 1:
        console.print(_differences(comparison, baseline, anyway=given.anyway))
        plain().print(
            "* best mean; in brackets p of the paired t-test over n seeds, not corrected for several tests. --csv and "
            "--latex have intervals and split hashes."
        )
    return 0


def _empty(title: str) -> Table:
    """Return a table in which labels are broken, and numbers are not."""
    made = table(title, "group", "n", *(metric.label for metric in api.COMPARED))
    for place, column in enumerate(made.columns):
        column.no_wrap, column.overflow = place > 0, "fold"
    return made


def _means(comparison: api.Comparison, *, anyway: bool) -> Table:
    title = f"after task {comparison.tasks}, percent, mean ± standard deviation over n seeds"
    shown = _empty(title)
    best = {metric.id: comparison.best(metric, anyway=anyway) for metric in api.COMPARED}
    for group in comparison.groups:
        means = [
            f"{group.metric(metric.id, comparison.tasks)}{'*' if group.key in best[metric.id] else ''}"
            for metric in api.COMPARED
        ]
        shown.add_row(*(Text(cell) for cell in (group.label, str(len(group.runs)), *means)))
    return shown


def _differences(comparison: api.Comparison, baseline: str, *, anyway: bool) -> Table:
    first = comparison.groups[0]
    shown = _empty(f"minus {first.label}")
    for key, told in comparison.differences(baseline, anyway=anyway).items():
        group, some = comparison.group(key), next(iter(told.values()))
        cells = [_difference(told[metric.id]) for metric in api.COMPARED]
        shown.add_row(*(Text(cell) for cell in (group.label if group else key, str(len(some.seeds)), *cells)))
    return shown


def _difference(told: api.Difference) -> str:
    if told.result is None:
        return told.why
    return f"{told.result.mean:+.1f}" + (f" ({api.p_words(told.result.p)})" if told.result.p is not None else "")
