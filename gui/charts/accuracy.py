"""Accuracy on each task and over all classes seen, after each task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from backend.api import Scores, TaskScored
from gui.charts.axes import Axes
from gui.charts.base import Cell
from gui.charts.frame import Titles
from gui.charts.line_chart import LineChart
from gui.charts.lines import Line
from gui.charts.scale import Range
from gui.state.curves import Curves, task_name
from gui.state.decimate import Series

_ALL, _AVERAGE = "All seen", "Avg so far"
_MOST_TASKS = 24
"""Of more tasks, so many are drawn, at even distances; a table, the matrix and the file have all of them."""
_CROWD = 12
"""With more tasks than this, dots are small."""
_BOLD, _THIN = 3.0, 1.5


class AccuracyChart(LineChart):
    """One line a task, with colour and dash, a bold one for A_t, and a faint one for its mean so far."""

    id = "accuracy"
    title = "Accuracy per task"
    help = "Accuracy on the test pictures of each task, after every task; bold: A_t, over all classes seen so far."
    rank = 10
    metrics = ("accuracy", "average", "last", "forgetting", "task_accuracy")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = Columns()
        self.set_axes(Axes(self.title, Titles("Accuracy (%)", "After task", task_tick), self._where))

    def stamp(self, curves: Curves) -> object:
        """Return how many tasks there are and how many are scored."""
        return curves.tasks, len(curves.scores)

    def waiting(self, curves: Curves) -> str:
        """Tell when the first point comes."""
        if curves.scores:
            return ""
        return "No task was finished." if curves.ended else "The first point comes when task 1 is learned."

    def draw(self, curves: Curves) -> None:
        """Draw all lines; only the points of new tasks are looked up."""
        tasks, theme = len(curves.tasks), self.theme
        shown = shown_tasks(len(curves.scores))
        self._columns.follow(curves, shown)
        size = 0 if len(shown) < len(curves.scores) else 3.0 if tasks > _CROWD else 5.0
        lines: list[Line] = []
        for place, (task, points) in enumerate(zip(shown, self._columns.tasks, strict=True)):
            colour, dash = theme.style(place)
            value = _whole(float(points.y[-1]))
            lines.append(Line(task_name(task), points, colour, dash, _THIN, value, size))
        average = Line(_AVERAGE, self._columns.average, theme.muted, (2, 3), _THIN, f"{curves.average:.0f}")
        whole = Line(
            _ALL, self._columns.seen, theme.text, (), _BOLD, f"{curves.last:.0f}", size and size + 2, above=True
        )
        lowest = min(line.points.lowest for line in (*lines, whole))
        self.axes[0].show_lines([whole, average, *lines], task_range(tasks), Range(_floor(lowest), 101))
        self.show_keys([whole, average, *lines])
        figures = f"Avg {curves.average:.1f}   Last {curves.last:.1f}"
        some = f"   {len(shown)} of {len(curves.scores):,} tasks drawn" if len(shown) < len(curves.scores) else ""
        forgotten = f"{curves.forgetting:.1f}"
        self.set_summary(f"{figures}   Forgetting {forgotten}{some}", f"Last {curves.last:.1f}  F {forgotten}")

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return A_t and the accuracy on each task, a row an after-task."""
        names = [task_name(task) for task in range(len(curves.tasks))]
        head: list[Sequence[Cell]] = [["after", "classes seen", *names]]
        return head + [[task_name(s.task), s.accuracy, *s.row] for s in curves.scores]

    def _where(self, x: float) -> str:
        """Name the task, and say why a line has no value."""
        task = round(x) - 1
        words = f"After {task_name(task)}"
        scores: list[TaskScored] = self.curves.scores if self.curves else []
        if task < len(scores) and None in scores[task].row:
            words += "\n\N{EN DASH} no test pictures on this machine"
        return words


class Columns:
    """The points of each line, which grow by one with each task."""

    def __init__(self) -> None:
        self._clear()
        self._of: object = None

    def follow(self, curves: Curves, tasks: range) -> None:
        """Add what was scored since; begin anew with another run, or with other tasks to show."""
        of = (curves, curves.revision, tasks.step)
        if of != self._of:
            self._of = of
            self._clear()
        self.tasks.extend(Series() for _ in range(len(tasks) - len(self.tasks)))
        for score in curves.scores[len(self.seen) :]:
            after = score.task + 1.0
            self.seen.append(after, score.accuracy)
            self.average.append(after, score.average)
            for task, points in zip(tasks, self.tasks, strict=True):
                if task < len(score.row):
                    points.append(after, _number(score.row, task))

    def _clear(self) -> None:
        self.tasks: list[Series] = []
        self.seen, self.average = Series(), Series()


def shown_tasks(count: int) -> range:
    """Return the tasks that are drawn of so many: all, or every second, fourth, eighth .. of them."""
    every = 1
    while count > every * _MOST_TASKS:
        every *= 2
    return range(0, count, every)


def task_range(tasks: int) -> Range:
    """Return the axis of so many tasks, with a little room at both ends."""
    margin = max(0.25, 0.04 * tasks)
    return Range(1 - margin, tasks + margin)


def task_tick(number: int) -> str:
    """Return the name of a whole number on an axis of tasks."""
    return task_name(number - 1) if number >= 1 else ""


def _number(row: Scores, task: int) -> float:
    value = row[task]
    return np.nan if value is None else value


def _whole(value: float) -> str:
    return "\N{EN DASH}" if np.isnan(value) else f"{value:.0f}"


def _floor(lowest: float) -> float:
    """Return the multiple of ten below every point."""
    return max(0.0, 10 * (lowest // 10) - (10 if lowest % 10 < 2 else 0))
