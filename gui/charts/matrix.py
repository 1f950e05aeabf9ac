"""The accuracy matrix: what is still known of each task, after each task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.charts.base import Cell, Chart
from gui.charts.entries import add_entry
from gui.charts.grid import COMING, Grid
from gui.charts.heatmap import HeatMap
from gui.state.curves import Curves, percent, task_name
from gui.theme import Theme

_MOST_NAMES = 12


class MatrixChart(Chart):
    """A row is filled when a task is scored; the diagonal is what was just learned."""

    id = "matrix"
    title = "Accuracy matrix"
    help = (
        "Row: after which task. Column: on whose test pictures. In percent, without telling the model the task. "
        "Click a cell, or press Enter on it, to see its confusion matrix and the pictures that flipped."
    )
    rank = 20
    metrics = ("task_accuracy", "last", "forgetting")

    cell_opened = Signal(int, int)
    """After which task, and of which task the pictures are."""
    confusion_requested = Signal()
    """The user wants the confusion matrix of all classes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map = HeatMap(self.title, self.theme)
        self._map.opened.connect(self.cell_opened)
        self._filled: tuple[object, int, NDArray[np.float64]] | None = None
        self._menu.addSeparator()
        self._change = add_entry(self._menu, "Show change since learned")
        self._change.setCheckable(True)
        self._change.setToolTip("Show how many points each task gained or lost since it was learned")
        self._change.toggled.connect(self._redraw)
        self._confusion = add_entry(self._menu, "Confusion of all classes…", self.confusion_requested.emit)
        self._confusion.setToolTip("Show which classes are taken for which, after any task")
        self._confusion.setEnabled(False)
        self.set_body(self._map)
        self.setFocusProxy(self._map)

    def stamp(self, curves: Curves) -> object:
        """Return how many tasks there are and how many are scored."""
        return curves.tasks, len(curves.scores)

    def draw(self, curves: Curves) -> None:
        """Show rows so far and outlines of those to come."""
        size, done = len(curves.tasks), len(curves.scores)
        names = [task_name(task) for task in range(size)]
        change = self._change.isChecked()
        values = self._values(curves)
        with np.errstate(invalid="ignore"):
            shown = np.where(values == COMING, COMING, values - values.diagonal()) if change else values
        reach = max(1.0, float(np.abs(shown[np.isfinite(shown)]).max(initial=0.0))) if change else 100.0
        self._map.show_grid(
            Grid(
                values=shown,
                rows=names,
                columns=names,
                row_title="After task",
                column_title="Change of accuracy on task since it was learned" if change else "Accuracy on task",
                low=-reach if change else 0.0,
                top=reach,
                number="{:+.0f}" if change else "{:.0f}",
                unit="points" if change else "%",
                diverging=change,
                describe=self._describe,
                opens=lambda row, column: column <= row < done,
            ),
            self.theme,
        )
        self._confusion.setEnabled(done > 0)
        self.set_summary(f"{done} of {size} tasks" if done < size else f"Last {curves.last:.1f} %")

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return the matrix with headings on both sides."""
        head: list[Sequence[Cell]] = [["after", *(f"on {task_name(task)}" for task in range(len(curves.tasks)))]]
        return head + [[task_name(score.task), *score.row] for score in curves.scores]

    def restyle(self, theme: Theme) -> None:
        """Colour the map."""
        self._map.set_theme(theme)

    def _values(self, curves: Curves) -> NDArray[np.float64]:
        """Return the matrix; only rows that are new are read, since a run may have a thousand."""
        size = len(curves.tasks)
        key = id(curves), curves.revision, size
        if self._filled is None or self._filled[0] != key:
            self._filled = key, 0, np.full((size, size), COMING)
        _, filled, values = self._filled
        values = values.copy()
        for score in curves.scores[filled:]:
            values[score.task, : len(score.row)] = np.array(score.row, np.float64)
        self._filled = key, len(curves.scores), values
        return values

    def _redraw(self) -> None:
        self._drawn = None
        if self.curves is not None:
            self.show_curves(self.curves)

    def _describe(self, row: int, column: int) -> str:
        if self.curves is None or column >= len(self.curves.tasks):
            return ""
        classes = self.curves.tasks[column]
        names = ", ".join(classes[:_MOST_NAMES]) + (" …" if len(classes) > _MOST_NAMES else "")
        if column > row:
            return f"{task_name(column)} is learned after {task_name(row)}: {names}"
        if row >= len(self.curves.scores):
            return f"After {task_name(row)}, on {task_name(column)}: still to come\n{names}"
        now, learned = self.curves.scores[row].row[column], self.curves.scores[column].row[column]
        words = f"After {task_name(row)}, on {task_name(column)}: {percent(now)}"
        if now is not None and learned is not None and row > column:
            words += f", {now - learned:+.1f} since it was learned".replace("-", "\N{MINUS SIGN}")
        return f"{words}\n{names}\nClick or Enter: confusion and flipped pictures"
