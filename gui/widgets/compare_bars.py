"""What is left of each task at the end: a bar a group and task, with the deviation over seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backend.api import Group, Spread
from gui.charts.base import Cell
from gui.charts.lines import Line
from gui.charts.scale import Range
from gui.state.curves import task_name
from gui.state.decimate import Series
from gui.widgets.compare_chart import CompareChart, Mark, short

_ROOM = 0.8
"""Share of a task's room that its bars take."""
_CROWD = 60
"""With more bars than this, marks would hide them."""


class BarsChart(CompareChart):
    """Bars of one task stand side by side."""

    id = "compare_tasks"
    title = "Accuracy on each task"
    help = (
        "Accuracy on the test pictures of each task, after the last task that all runs have finished; "
        "whiskers: plus and minus one sample standard deviation."
    )
    metrics = ("task_accuracy",)
    bottom = "On task"
    heading = "On {}"

    def lines(self, group: Group, drawn: Mark, place: int) -> list[Line]:
        """Return the bars of a group."""
        comparison = self.view.comparison
        row, groups = self.view.finals[group.key], len(comparison.groups)
        mean = np.array([point.mean if point else np.nan for point in row])
        deviation = np.array([np.nan if point is None or point.std is None else point.std for point in row])
        crowded = groups * comparison.tasks > _CROWD
        return [
            Line(
                short(group.label),
                Series(np.arange(1, len(row) + 1, dtype=np.float64), mean),
                drawn.colour,
                dots=0.0 if crowded else 6.0,
                marker=drawn.marker,
                band=(mean - deviation, mean + deviation),
                bars=0.9 * _ROOM / groups,
                shift=_ROOM * ((place + 0.5) / groups - 0.5),
            )
        ]

    def across(self) -> Range:
        """Return the room of all tasks."""
        return Range(0.5, self.view.comparison.tasks + 0.5)

    def up(self) -> Range:
        """Return 0 to 100 percent, and what sticks out."""
        points = (point for row in self.view.finals.values() for point in row if point)
        return Range(0.0, 1 + max([100.0, *(point.mean + (point.std or 0.0) for point in points)]))

    def value(self, group: Group) -> str:
        """Return nothing: a bar has as many values as there are tasks."""
        return ""

    def rows(self) -> list[Sequence[Cell]]:
        """Return mean, deviation and number of seeds, a row a task."""
        groups, tasks = self.view.comparison.groups, self.view.comparison.tasks
        head: list[Cell] = ["task", *(f"{g.label} {what}" for g in groups for what in ("mean", "std", "n"))]
        told = [self.view.finals[group.key] for group in groups]
        rows = [[cell for row in told for cell in _cells(row[task])] for task in range(tasks)]
        return [head, *([task_name(task), *row] for task, row in enumerate(rows))]


def _cells(point: Spread | None) -> list[Cell]:
    return [point.mean, point.std, point.n] if point else [None, None, None]
