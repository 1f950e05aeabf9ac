"""Calibration: how stale stored class means were before and after it, and the transport plan it used."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from backend.api import Calibrated
from gui.charts.axes import Axes
from gui.charts.base import Cell, Chart, Elided
from gui.charts.frame import Titles
from gui.charts.heatmap import HeatMap
from gui.charts.legend import Key, Legend
from gui.charts.lines import Line
from gui.charts.plan import plan_grid
from gui.charts.scale import Range
from gui.state.curves import Curves, task_name
from gui.state.decimate import Series
from gui.theme import Theme

_MOST_NAMED = 10
"""Up to this many old classes are labelled one by one, more of them by task."""
_BAR = 0.36


class DriftChart(Chart):
    """Bars a task, and old classes x current classes of one calibration."""

    id = "drift"
    title = "Drift and transport plan"
    help = (
        "How far stored class means lay from the true ones, before and after calibration, "
        "and which current classes told each old class where to go."
    )
    rank = 40
    metrics = ("drift", "strength", "heldout_error")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = _Bars(self.theme)
        self._map = HeatMap("Transport plan", self.theme)
        self._no_plan = QLabel("This calibrator has no transport plan.")
        self._no_plan.setProperty("role", "muted")
        self._no_plan.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._no_plan.setWordWrap(True)
        self._plan = QStackedWidget()
        self._plan.addWidget(self._map)
        self._plan.addWidget(self._no_plan)
        self._choice = self._make_choice()
        self._caption = Elided(Qt.AlignmentFlag.AlignLeft)
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        pictures.addWidget(self._bars, 2)
        pictures.addWidget(self._plan, 3)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(pictures, 1)
        column.addWidget(self._caption)
        self.set_body(body)
        self.restyle(self.theme)

    def stamp(self, curves: Curves) -> object:
        """Return how many calibrations there are, and whether more may come."""
        return len(curves.calibrations), curves.running, len(curves.scores) > 1

    def waiting(self, curves: Curves) -> str:
        """Tell why there is no calibration."""
        if curves.calibrations:
            return ""
        self._choice.hide()
        if len(curves.tasks) == 1:
            return "One task only: nothing grows stale."
        if curves.running and len(curves.scores) < 2:
            return "Calibration begins with task 2: until then there are no old classes."
        return "Nothing was calibrated in this run."

    def draw(self, curves: Curves) -> None:
        """Show all bars, and the newest calibration unless another was chosen."""
        self._bars.draw(curves.calibrations, self.theme)
        self._offer(curves.calibrations)
        self._show_chosen()

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return drift by class for every calibration."""
        rows: list[Sequence[Cell]] = [["after", "calibrator", "strength", "old class", "drift before", "drift after"]]
        for event in curves.calibrations:
            start = (task_name(event.task), event.calibrator, event.strength)
            rows.append([*start, "(mean)", event.drift_before, event.drift_after])
            classes = zip(event.old_classes, event.class_drift_before, event.class_drift_after, strict=False)
            rows.extend([*start, name, before, after] for name, before, after in classes)
        return rows

    def restyle(self, theme: Theme) -> None:
        """Colour the axes of the bars; the map takes the theme with each grid."""
        self._bars.axes.set_theme(theme)

    def set_paper(self, paper: bool) -> None:
        """Put away the crosshair too."""
        super().set_paper(paper)
        self._bars.axes.set_paper(paper)

    # --- which calibration ---

    def _make_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName("Calibration shown")
        choice.setToolTip("Of which task the transport plan is shown.")
        choice.setVisible(False)
        choice.activated.connect(self._show_chosen)
        self.header.add_control(choice)
        self.controls.append(choice)
        return choice

    def _offer(self, calibrations: Sequence[Calibrated]) -> None:
        """List all calibrations; the newest stays chosen while it was."""
        followed = self._choice.currentIndex() == self._choice.count() - 1
        wanted = [f"after {task_name(event.task)}" for event in calibrations]
        if wanted != [self._choice.itemText(i) for i in range(self._choice.count())]:
            kept = self._choice.currentIndex()
            self._choice.clear()
            self._choice.addItems(wanted)
            self._choice.setCurrentIndex(len(wanted) - 1 if followed else min(kept, len(wanted) - 1))
        self._choice.setVisible(len(wanted) > 1)

    def _show_chosen(self) -> None:
        if self.curves is None or not self.curves.calibrations:
            return
        event = self.curves.calibrations[self._choice.currentIndex()]
        self._show_plan(event, self.curves)
        self._caption.set_text(_caption(event))
        change = _change(event)
        self.set_summary(f"Drift {change}" if change else "", change)

    def _show_plan(self, event: Calibrated, curves: Curves) -> None:
        grid = plan_grid(event, curves.tasks, by_task=len(event.old_classes) > _MOST_NAMED)
        if grid is None:
            self._plan.setCurrentWidget(self._no_plan)
            return
        self._map.show_grid(grid, self.theme)
        self._plan.setCurrentWidget(self._map)


class _Bars(QWidget):
    """Two bars a calibration: before, after."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        titles = Titles("Drift of means", tick=lambda number: task_name(number - 1))
        self.axes = Axes("Drift of means", titles, lambda x: f"After {task_name(round(x) - 1)}", "{:.4f}")
        self.legend = Legend(theme, live=True, flat=True)
        self.legend.toggled.connect(self.axes.hide_lines)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.legend)
        column.addWidget(self.axes, 1)

    def draw(self, calibrations: Sequence[Calibrated], theme: Theme) -> None:
        measured = [c for c in calibrations if c.drift_before is not None and c.drift_after is not None]
        x = [c.task + 1.0 for c in measured]
        before = Series(x, [c.drift_before or 0.0 for c in measured])
        after = Series(x, [c.drift_after or 0.0 for c in measured])
        lines = [
            Line("before", before, theme.muted, bars=_BAR * 0.9, shift=-_BAR / 2, hollow=True),
            Line("after", after, theme.accent, bars=_BAR * 0.9, shift=_BAR / 2, width=5.0),
        ]
        tasks = [c.task for c in calibrations]
        tallest = max([*before.y.tolist(), *after.y.tolist()], default=1.0)
        span = Range(min(tasks) + 0.4, max(tasks) + 1.6)
        self.axes.set_note("" if measured else "Drift not measured")
        self.axes.show_lines(lines, span, Range(0.0, 1.1 * tallest or 1.0))
        self.legend.show_keys([Key(e.name, "", e.colour, (), e.width) for e in lines if measured], theme)


def _change(event: Calibrated) -> str:
    if not event.drift_before or event.drift_after is None:
        return ""
    return f"{100 * (event.drift_after / event.drift_before - 1):+.0f} %".replace("-", "\N{MINUS SIGN}")


def _caption(event: Calibrated) -> str:
    """Return what was chosen, and what held-out current classes said of each candidate, the best first."""
    words = f"After {task_name(event.task)}: {event.calibrator}"
    if event.strength is not None:
        words += f", strength {event.strength:.2f}"
    if not event.heldout_error:
        return words
    ranked = sorted(event.heldout_error.items(), key=lambda pair: pair[1])
    return f"{words}. Held-out error: " + ", ".join(f"{name} {error:.2f}" for name, error in ranked)
