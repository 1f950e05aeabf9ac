"""Accuracy on each task and over all classes seen, after each task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from backend.api import Scores
from gui.charts.base import Cell, Chart
from gui.charts.legend import Key, Legend
from gui.charts.plots import add_plot, canvas, label_axes, line_pen, on_hover, style_plot, task_ticks
from gui.state.curves import Curves, percent, task_name
from gui.theme import Theme

_ALL = "All seen"
_CROWD = 12
"""With more lines than this, dots are small."""
_BOLD = 3.0
_THIN = 1.5


class AccuracyChart(Chart):
    """One line a task, with colour and dash, and a bold one for A_t."""

    id = "accuracy"
    title = "Accuracy per task"
    help = "Accuracy on the test pictures of each task, after every task; bold: A_t, over all classes seen so far."
    rank = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = canvas()
        self._plot = add_plot(self._sheet)
        self._lines: list[Any] = []
        self._dots = pg.ScatterPlotItem(pen=None, useCache=False)  # from its cache, dots are not drawn in SVG
        self._dots.setZValue(1)
        self._plot.addItem(self._dots)
        self._legend = Legend(self.theme)
        on_hover(self._sheet, self._plot, self._describe)
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._sheet, 1)
        row.addWidget(self._legend)
        self.set_body(body)
        self.restyle(self.theme)

    def stamp(self, curves: Curves) -> object:
        """Return how many tasks there are and how many are scored."""
        return curves.tasks, len(curves.scores)

    def waiting(self, curves: Curves) -> str:
        """Tell when the first point comes."""
        if curves.scores:
            return ""
        return "No task was finished." if curves.ended else "The first point comes when task 1 is learned."

    def draw(self, curves: Curves) -> None:
        """Draw all lines anew: there is one point a task."""
        tasks, matrix = len(curves.tasks), curves.matrix
        margin = max(0.25, 0.04 * tasks)
        self._plot.setXRange(1 - margin, tasks + margin)
        self._plot.setYRange(_floor(matrix), 101)
        task_ticks(self._plot, [(task + 1, task) for task in range(tasks)])
        self._set_lines(len(matrix) + 1)
        keys = [Key(_ALL, f"{curves.last:.0f}", self.theme.text, (), _BOLD)]
        lines = [self.theme.style(task) for task in range(len(matrix))]
        for task, (colour, dash) in enumerate(lines):
            points = [row[task] for row in matrix[task:]]
            self._draw_line(task, points, line_pen(colour, _THIN, dash))
            keys.append(Key(task_name(task), _whole(points[-1]), colour, dash))
        self._draw_line(len(matrix), curves.task_accuracy, line_pen(self.theme.text, _BOLD))
        self._draw_dots(curves, [colour for colour, _ in lines])
        self._legend.show_keys(keys, self.theme)
        figures = f"Avg {curves.average:.1f}   Last {curves.last:.1f}"
        self.set_summary(f"{figures}   Forgetting {curves.forgetting:.1f}", f"{figures}   F {curves.forgetting:.1f}")

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return A_t and the accuracy on each task, a row an after-task."""
        names = [task_name(task) for task in range(len(curves.tasks))]
        head: list[Sequence[Cell]] = [["after", "classes seen", *names]]
        return head + [[task_name(s.task), s.accuracy, *s.row] for s in curves.scores]

    def restyle(self, theme: Theme) -> None:
        """Colour axes; lines are coloured as they are drawn."""
        self._sheet.setBackground(theme.surface)
        style_plot(self._plot, theme)
        label_axes(self._plot, "Accuracy (%)", "After task", theme)

    def _set_lines(self, count: int) -> None:
        while len(self._lines) < count:
            self._lines.append(pg.PlotCurveItem())
            self._plot.addItem(self._lines[-1])
        while len(self._lines) > count:
            self._plot.removeItem(self._lines.pop())

    def _draw_line(self, index: int, points: Sequence[float | None], pen: QPen) -> None:
        """Draw a line that ends at the newest task, with gaps where nothing could be measured."""
        last = len(self._lines) - 1
        y = np.array([np.nan if value is None else value for value in points])
        self._lines[index].setVisible(len(points) > 1)
        self._lines[index].setData(np.arange(last - len(points), last) + 1.0, y, pen=pen, connect="finite")

    def _draw_dots(self, curves: Curves, colours: Sequence[str]) -> None:
        """Draw the dots of all lines at once: as items of their own they take most of the time."""
        rows = curves.matrix
        cells = [(i + 1, value, task) for i, row in enumerate(rows) for task, value in enumerate(row)]
        places = [(x, value, task) for x, value, task in cells if value is not None]
        brushes = [pg.mkBrush(colour) for colour in colours]
        small = 5 if len(rows) < _CROWD else 3
        self._dots.setData(
            x=[x for x, _, _ in places] + list(range(1, len(rows) + 1)),
            y=[y for _, y, _ in places] + curves.task_accuracy,
            size=[small] * len(places) + [small + 2] * len(rows),
            brush=[brushes[task] for _, _, task in places] + [pg.mkBrush(self.theme.text)] * len(rows),
        )

    def _describe(self, point: QPointF) -> str:
        """Return all accuracies after the task nearest to the mouse."""
        task = round(point.x()) - 1
        if self.curves is None or not 0 <= task < len(self.curves.scores):
            return ""
        score = self.curves.scores[task]
        each = "\n".join(f"{task_name(j)}: {percent(value)}" for j, value in enumerate(score.row))
        seen = f"{_ALL}, of the tasks with test pictures" if None in score.row else _ALL
        return f"After {task_name(task)}\n{seen}: {score.accuracy:.1f} %\n{each}"


def _whole(value: float | None) -> str:
    return "\N{EN DASH}" if value is None else f"{value:.0f}"


def _floor(matrix: Sequence[Scores]) -> float:
    """Return the multiple of ten below every point."""
    lowest = min(value for row in matrix for value in row if value is not None)
    return max(0.0, 10 * (lowest // 10) - (10 if lowest % 10 < 2 else 0))
