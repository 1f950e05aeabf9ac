"""The accuracy matrix: what is still known of each task, after each task."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

from PySide6.QtWidgets import QWidget

from gui.charts.base import Cell, Chart
from gui.charts.grid import Grid
from gui.charts.heatmap import HeatMap
from gui.state.curves import Curves, percent, task_name
from gui.theme import Theme

_MOST_NAMES = 12


class MatrixChart(Chart):
    """A row is filled when a task is scored; the diagonal is what was just learned."""

    id = "matrix"
    title = "Accuracy matrix"
    help = "Row: after which task. Column: on whose test pictures. In percent, without telling the model the task."
    rank = 20

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map = HeatMap(self.title, self.theme)
        self.set_body(self._map)

    def stamp(self, curves: Curves) -> object:
        """Return how many tasks there are and how many are scored."""
        return curves.tasks, len(curves.scores)

    def draw(self, curves: Curves) -> None:
        """Show rows so far and outlines of those to come."""
        size = len(curves.tasks)
        rows = [
            [*(nan if value is None else value for value in score.row), *([None] * (size - len(score.row)))]
            for score in curves.scores
        ]
        names = [task_name(task) for task in range(size)]
        self._map.show_grid(
            Grid(
                values=[*rows, *([[None] * size] * (size - len(rows)))],
                rows=names,
                columns=names,
                row_title="After task",
                column_title="Accuracy on task (%)",
                top=100,
                number="{:.0f}",
                describe=self._describe,
            ),
            self.theme,
        )
        done = len(curves.scores)
        self.set_summary(f"{done} of {size} tasks" if done < size else f"Last {curves.last:.1f} %")

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return the matrix with headings on both sides."""
        head: list[Sequence[Cell]] = [["after", *(f"on {task_name(task)}" for task in range(len(curves.tasks)))]]
        return head + [[task_name(score.task), *score.row] for score in curves.scores]

    def restyle(self, theme: Theme) -> None:
        """Nothing to keep: the map takes the theme with each grid."""

    def _describe(self, row: int, column: int) -> str:
        if self.curves is None or column >= len(self.curves.tasks):
            return ""
        classes = self.curves.tasks[column]
        names = ", ".join(classes[:_MOST_NAMES]) + (" …" if len(classes) > _MOST_NAMES else "")
        if column > row:
            return f"{task_name(column)} is learned after {task_name(row)}: {names}"
        if row >= len(self.curves.scores):
            return f"After {task_name(row)}, on {task_name(column)}: still to come\n{names}"
        value = self.curves.scores[row].row[column]
        return f"After {task_name(row)}, on {task_name(column)}: {percent(value)}\n{names}"
