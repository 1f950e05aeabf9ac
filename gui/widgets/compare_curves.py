"""A_t after each task: the mean over seeds as a line, the deviation as a band, single runs as thin lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QCheckBox, QWidget

from backend.api import Group
from gui.charts.base import Cell
from gui.charts.lines import Line
from gui.charts.scale import Range
from gui.state.curves import task_name
from gui.state.decimate import Series
from gui.widgets.compare_chart import CompareChart, Mark, short

_BOLD, _THIN, _DOT = 2.0, 1.0, 8.0


class CurvesChart(CompareChart):
    """One line and one band a group."""

    id = "compare"
    title = "Accuracy over tasks"
    help = (
        "A_t, accuracy over all classes seen, after every task: mean over seeds; "
        "band: plus and minus one sample standard deviation."
    )

    metrics = ("accuracy",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.single = QCheckBox("Single runs")
        self.single.setToolTip("Draw each run as a thin line beside the mean of its group")
        self.single.toggled.connect(self.redraw)
        self.header.insertWidget(2, self.single)
        self.controls.append(self.single)

    def like(self, other: CompareChart) -> None:
        """Show single runs where the other one does."""
        if isinstance(other, CurvesChart):
            self.single.setChecked(other.single.isChecked())
        super().like(other)

    def lines(self, group: Group, drawn: Mark, place: int) -> list[Line]:
        """Return the mean with its band, and each run, which belongs to the same line."""
        curve, name = self.view.lines[group.key], short(group.label)
        x = np.arange(1, len(curve) + 1, dtype=np.float64)
        mean = np.array([point.mean for point in curve])
        deviation = np.array([np.nan if point.std is None else point.std for point in curve])
        band = (mean - deviation, mean + deviation) if len(group.runs) > 1 else None
        runs = group.runs if self.single.isChecked() and len(group.runs) > 1 else ()
        return [
            *(
                Line(name, Series(x[: len(run.scores)], run.accuracy), drawn.colour, drawn.dash, _THIN, quiet=True)
                for run in runs
            ),
            Line(name, Series(x, mean), drawn.colour, drawn.dash, _BOLD, dots=_DOT, marker=drawn.marker, band=band),
        ]

    def across(self) -> Range:
        """Return all tasks, with room for the marks at both ends."""
        tasks = max(run.tasks for run in self.view.comparison.runs)
        margin = max(0.2, 0.03 * tasks)
        return Range(1 - margin, tasks + margin)

    def up(self) -> Range:
        """Return multiples of ten around all runs and bands."""
        groups = self.view.comparison.groups
        points = [point for group in groups for point in self.view.lines[group.key]]
        values = [value for group in groups for run in group.runs for value in run.accuracy]
        values += [point.mean + sign * (point.std or 0.0) for point in points for sign in (-1, 1)]
        return Range(max(0.0, 10 * ((min(values) - 1) // 10)), min(101.0, 10 * (-(-max(values) // 10)) + 1))

    def value(self, group: Group) -> str:
        """Return the newest mean."""
        return f"{self.view.lines[group.key][-1].mean:.1f}"

    def rows(self) -> list[Sequence[Cell]]:
        """Return mean, deviation and number of seeds of each group, and every run, a row an after-task."""
        head: list[Cell] = ["after"]
        columns: list[Sequence[Cell]] = []
        for group in self.view.comparison.groups:
            curve = self.view.lines[group.key]
            head += [f"{group.label} {what}" for what in ("mean", "std", "n")]
            columns += [[point.mean for point in curve], [point.std for point in curve], [point.n for point in curve]]
            head += [run.name for run in group.runs]
            columns += [run.accuracy for run in group.runs]
        longest = max(map(len, columns))
        filled = [[*column, *[None] * (longest - len(column))] for column in columns]
        return [head, *([task_name(t), *(column[t] for column in filled)] for t in range(longest))]
