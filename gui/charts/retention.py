"""What is lost of old tasks: forgetting and backward transfer, after each task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QWidget

from gui.charts.accuracy import task_range, task_tick
from gui.charts.axes import Axes
from gui.charts.base import Cell
from gui.charts.frame import Titles
from gui.charts.line_chart import LineChart
from gui.charts.lines import Line
from gui.state.curves import Curves, task_name
from gui.state.decimate import Series

_NEVER = "Only one task was learned: nothing could be forgotten."
_CROWD = 100
"""From so many tasks on, points have no dots."""


class RetentionChart(LineChart):
    """Two lines, and zero between them: forgetting is a loss above it, BWT one below it."""

    id = "retention"
    title = "Forgetting and BWT"
    help = (
        "Forgetting: how far old tasks have fallen from their best. "
        "BWT: how they changed since they were learned. Both in percent points, over all old tasks."
    )
    rank = 50
    optional = True
    metrics = ("forgetting", "bwt")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        titles = Titles("Points", "After task", task_tick)
        self.set_axes(Axes(self.title, titles, lambda x: f"After {task_name(round(x) - 1)}"))

    def stamp(self, curves: Curves) -> object:
        """Return how many tasks are scored, and whether more may come."""
        return curves.tasks, len(curves.scores), curves.running

    def waiting(self, curves: Curves) -> str:
        """Tell why there is nothing yet."""
        if len(curves.scores) > 1:
            return ""
        if len(curves.tasks) == 1:
            return "One task only: there is nothing to forget."
        return "Forgetting begins with task 2: until then there are no old tasks." if curves.running else _NEVER

    def draw(self, curves: Curves) -> None:
        """Draw both lines."""
        theme, old = self.theme, curves.scores[1:]
        x = np.arange(2.0, len(old) + 2)
        transfer = np.array([np.nan if value is None else value for value in curves.bwt[1:]])
        dots = 5.0 if len(old) < _CROWD else 0.0
        lines = [
            self._line("Forgetting", Series(x, [score.forgetting for score in old]), 1, dots),
            self._line("BWT", Series(x, transfer), 0, dots),
        ]
        span = task_range(len(curves.tasks))
        zero = Line("Zero", Series(span, (0.0, 0.0)), theme.muted, width=1.0, quiet=True)
        self.axes[0].show_lines([zero, *lines], span)
        self.show_keys(lines)
        forgotten, bwt = (line.value for line in lines)
        self.set_summary(f"Forgetting {forgotten}   BWT {bwt}", f"F {forgotten}   BWT {bwt}")

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return both, a row an after-task."""
        head: list[Sequence[Cell]] = [["after", "forgetting", "BWT"]]
        pairs = zip(curves.scores, curves.bwt, strict=True)
        return head + [[task_name(score.task), score.forgetting, bwt] for score, bwt in pairs]

    def _line(self, name: str, points: Series, style: int, dots: float) -> Line:
        colour, dash = self.theme.style(style)
        last = float(points.y[-1])
        value = "\N{EN DASH}" if np.isnan(last) else f"{last:.1f}".replace("-", "\N{MINUS SIGN}")
        return Line(name, points, colour, dash, 2.0, value, dots)
