"""Drift, held-out error and chosen strength over the tasks of a run; a line marks the task that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from backend.api import Calibrated
from gui.charts.axes import Axes
from gui.charts.base import Cell
from gui.charts.frame import Titles
from gui.charts.lines import Line
from gui.charts.pens import line_pen, small_font
from gui.charts.scale import Range
from gui.state.curves import Curves, task_name
from gui.state.decimate import Series
from gui.state.drift import DriftState
from gui.theme import Dash, Theme
from gui.widgets.drift_keys import Key, Keys, line_sample
from gui.widgets.drift_panel import DriftPanel

_BEFORE: Final[Dash] = (4, 3)
_BOLD, _THIN, _DOTS = 2.0, 1.2, 5.0


class TaskAxes(Axes):
    """Axes over tasks, on which one task is marked."""

    def __init__(self, name: str) -> None:
        super().__init__(name, Titles(tick=lambda task: task_name(task - 1)), _heading, "{:.3f}")
        self._task: int | None = None

    def mark(self, task: int) -> None:
        """Mark a task, counted from 0."""
        if task != self._task:
            self._task = task
            self._renew()

    def _paint(self, painter: QPainter) -> None:
        super()._paint(painter)
        if self._task is None:
            return
        area, pixel = self.plan.area, self.plan.across.at(self._task + 1)
        painter.setPen(line_pen(self._theme.warn, 1.5, (3, 2)))
        if area.left() <= pixel <= area.right():
            painter.drawLine(QPointF(pixel, area.top()), QPointF(pixel, area.bottom()))


class OverTasks(DriftPanel):
    """Two plots side by side over one axis of tasks."""

    id = "drift-over-tasks"
    title = "Over tasks"
    help = (
        "Left: mean distance of stored class means from the true ones, before and after calibration. Right: error of "
        "each candidate on current classes that were left out (1: as stale as uncalibrated), and the strength that "
        "was chosen by it, 0 (leave as is) to 1. Click, or Enter at the crosshair, goes to a task."
    )

    task_chosen = Signal(int)
    """A task was picked; it may be one without a calibration."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drift, self.heldout = TaskAxes("Drift over tasks"), TaskAxes("Held-out error over tasks")
        self.keys = Keys(self.theme)
        self._titles = QLabel(), QLabel()
        self._thin: str | None = None
        for axes in (self.drift, self.heldout):
            axes.picked.connect(lambda x: self.task_chosen.emit(round(x) - 1))
        self.set_body(self._make_body())

    def stamp(self, curves: Curves) -> object:
        """Return how many calibrations there are, and whose drift is drawn beside the mean."""
        selected = self.state.selected if self.state else None
        return tuple(event.at for event in curves.calibrations), curves.tasks, selected

    def show_state(self, state: DriftState, curves: Curves) -> None:
        """Draw what is new, and move the mark to the task on show."""
        super().show_state(state, curves)
        if state.event is not None:
            for axes in (self.drift, self.heldout):
                axes.mark(state.event.task)

    def draw(self, curves: Curves) -> None:
        """Draw all lines anew: there is one point a task."""
        events, theme = curves.calibrations, self.theme
        drift, heldout = self._drift_lines(events), _heldout_lines(events, theme)
        across = Range(1.6, max(len(curves.tasks), 2) + 0.4)
        self.drift.show_lines([*drift, *self._class_lines(events)], across, Range(0.0, 1.08 * _highest(events)))
        errors = [line.points.y for line in heldout]
        worst = float(np.nanmax(np.concatenate(errors), initial=1.0)) if errors else 1.0
        self.heldout.show_lines(heldout, across, Range(0.0, 1.08 * worst))
        self._titles[0].setText("Drift" if drift else "Drift (not measured)")
        self._titles[1].setText("Held-out error" if heldout else "Held-out error (none)")
        self.keys.show_keys(
            [Key(line.name, line_sample(line.colour, line.width, line.dash)) for line in (*drift, *heldout)], theme
        )
        self.set_summary("1 calibration" if len(events) == 1 else f"{len(events)} calibrations")

    def highlight(self, name: str | None) -> None:
        """Add the drift of one class, thin."""
        if self.curves is not None and name != self._thin:
            self._thin = name
            self.show_curves(self.curves)

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return a row a calibration."""
        names = candidates(curves.calibrations)
        head: list[Sequence[Cell]] = [["task", "calibrator", "drift before", "drift after", "strength", *names]]
        return head + [
            [task_name(e.task), e.calibrator, e.drift_before, e.drift_after, e.strength]
            + [e.heldout_error.get(name) for name in names]
            for e in curves.calibrations
        ]

    def restyle(self, theme: Theme) -> None:
        """Colour axes; lines are coloured as they are drawn."""
        for axes in (self.drift, self.heldout):
            axes.set_theme(theme)
        for title in self._titles:
            title.setFont(small_font())

    def set_paper(self, paper: bool) -> None:
        """Put away, or take out, what is for the hand."""
        super().set_paper(paper)
        for axes in (self.drift, self.heldout):
            axes.set_paper(paper)

    def _drift_lines(self, events: Sequence[Calibrated]) -> list[Line]:
        return _lines(
            _line("drift before", ((e.task, e.drift_before) for e in events), self.theme.muted, _BEFORE, hollow=True),
            _line("drift after", ((e.task, e.drift_after) for e in events), self.theme.accent),
        )

    def _class_lines(self, events: Sequence[Calibrated]) -> list[Line]:
        """Return the drift of the selected class."""
        name = self.state.selected if self.state else None
        if self.state is None or name is None:
            return []
        task = next((task for task, names in enumerate(self.state.tasks) if name in names), 0)
        thin = partial(_line, colour=self.theme.style(task)[0], width=_THIN)
        return _lines(
            thin(f"{name}, before", ((e.task, _of(name, e, e.class_drift_before)) for e in events), dash=_BEFORE),
            thin(f"{name}, after", ((e.task, _of(name, e, e.class_drift_after)) for e in events)),
        )

    def _make_body(self) -> QWidget:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for column, (title, axes) in enumerate(zip(self._titles, (self.drift, self.heldout), strict=True)):
            title.setProperty("role", "muted")
            title.setAlignment(Qt.AlignmentFlag.AlignCenter)
            grid.addWidget(title, 0, column)
            grid.addWidget(axes, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        grid.addWidget(self.keys, 2, 0, 1, 2)
        return body


def candidates(events: Sequence[Calibrated]) -> list[str]:
    """Return the candidates that any calibration chose among, in the order in which they were told."""
    return list(dict.fromkeys(name for event in events for name in event.heldout_error))


def _heldout_lines(events: Sequence[Calibrated], theme: Theme) -> list[Line]:
    """Return a line a candidate, and one for the chosen strength."""
    made: list[Line | None] = []
    for index, name in enumerate(candidates(events)):
        colour, dash = theme.style(index + 1)
        made.append(_line(name, ((e.task, e.heldout_error.get(name)) for e in events), colour, dash))
    strengths = ((e.task, e.strength) for e in events)
    return _lines(*made, _line("chosen strength", strengths, theme.text, hollow=True, marker="square"))


def _line(
    name: str,
    points: Iterable[tuple[int, float | None]],
    colour: str,
    dash: Dash = (),
    *,
    width: float = _BOLD,
    hollow: bool = False,
    marker: str = "circle",
) -> Line | None:
    """Return a line with a dot a task and gaps where nothing is known; none where nothing is known at all."""
    known = [(task + 1.0, np.nan if value is None else value) for task, value in points]
    if all(np.isnan(value) for _, value in known):
        return None
    series = Series([x for x, _ in known], [y for _, y in known])
    return Line(name, series, colour, dash, width, dots=_DOTS, hollow=hollow, marker=marker)


def _lines(*lines: Line | None) -> list[Line]:
    return [line for line in lines if line is not None]


def _heading(x: float) -> str:
    return f"Task {round(x)}"


def _of(name: str, event: Calibrated, drift: Sequence[float | None]) -> float | None:
    """Return a class's own number, if there is one."""
    index = event.old_classes.index(name) if name in event.old_classes else len(drift)
    return drift[index] if index < len(drift) else None


def _highest(events: Sequence[Calibrated]) -> float:
    """Return the top of the axis of drift: the worst class counts, since it may be selected."""
    means = [value for e in events for value in (e.drift_before, e.drift_after) if value is not None]
    classes = [v for e in events for v in (*e.class_drift_before, *e.class_drift_after) if v is not None]
    return max([*means, *classes], default=0.0) or 1.0
