"""Calibration: how stale stored class means were before and after it, and the transport plan it used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from backend.api import Calibrated
from gui.charts.base import Cell, Chart, Elided
from gui.charts.grid import Grid
from gui.charts.heatmap import HeatMap
from gui.charts.plots import add_plot, canvas, label_axes, on_hover, small_font, style_plot, task_ticks
from gui.state.curves import Curves, task_name
from gui.theme import Theme

_MOST_NAMED = 10
"""Up to this many old classes are labelled one by one, more of them by task."""
_BAR = 0.36
_MOST_TICKS = 4


class DriftChart(Chart):
    """Bars a task, and old classes x current classes of one calibration."""

    id = "drift"
    title = "Drift and transport plan"
    help = (
        "How far stored class means lay from the true ones, before and after calibration, "
        "and which current classes told each old class where to go."
    )
    rank = 40

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars = _Bars(self)
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
        pictures.addWidget(self._bars.panel, 2)
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
        self._bars.restyle(theme)

    # --- which calibration ---

    def _make_choice(self) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName("Calibration shown")
        choice.setToolTip("Of which task the transport plan is shown.")
        choice.setVisible(False)
        choice.activated.connect(self._show_chosen)
        self.header.insertWidget(self.header.count() - 1, choice)
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
        if not event.plan:
            self._plan.setCurrentWidget(self._no_plan)
            return
        plan = event.plan
        task_of = {name: task_name(task) for task, names in enumerate(curves.tasks) for name in names}
        few = len(event.old_classes) <= _MOST_NAMED

        def describe(row: int, column: int) -> str:
            old, new = event.old_classes[row], event.current_classes[column]
            return f"{old} ({task_of.get(old, '?')}) follows {new}: {100 * plan[row][column]:.1f} %"

        self._map.show_grid(
            Grid(
                values=plan,
                rows=event.old_classes if few else [task_of.get(name, "") for name in event.old_classes],
                columns=event.current_classes,
                row_title="Old classes",
                column_title=f"Current classes, 0 .. {100 * max(map(max, plan)):.0f} %",
                top=max(map(max, plan)),
                number="",
                describe=describe,
            ),
            self.theme,
        )
        self._plan.setCurrentWidget(self._map)


class _Bars:
    """Two bars a calibration: before, after."""

    def __init__(self, chart: Chart) -> None:
        self.sheet = canvas()
        self._keys = QLabel()
        self._keys.setFont(small_font())
        self._keys.setProperty("role", "muted")
        self._keys.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.panel = QWidget()
        column = QVBoxLayout(self.panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._keys)
        column.addWidget(self.sheet, 1)
        self._plot = add_plot(self.sheet)
        self._items: list[Any] = []
        self._calibrations: Sequence[Calibrated] = ()
        self._chart = chart
        on_hover(self.sheet, self._plot, self._describe)

    def restyle(self, theme: Theme) -> None:
        self.sheet.setBackground(theme.surface)
        style_plot(self._plot, theme)
        label_axes(self._plot, "Drift of means", "", theme)

    def draw(self, calibrations: Sequence[Calibrated], theme: Theme) -> None:
        self._calibrations = calibrations
        for item in self._items:
            self._plot.removeItem(item)
        self._items.clear()
        measured = [c for c in calibrations if c.drift_before is not None and c.drift_after is not None]
        keys = f'□ before &nbsp; <span style="color:{theme.accent}">■ after</span>'
        self._keys.setText(keys if measured else "Drift not measured")
        tasks = [c.task for c in calibrations]
        task_ticks(self._plot, [(task + 1, task) for task in tasks], most=_MOST_TICKS)
        self._plot.setXRange(min(tasks) + 0.4, max(tasks) + 1.6)
        if not measured:
            return
        tallest = max(max(c.drift_before or 0, c.drift_after or 0) for c in measured)
        self._plot.setYRange(0, 1.1 * tallest or 1.0)
        x = [c.task + 1 for c in measured]
        self._add([v - _BAR / 2 for v in x], [c.drift_before for c in measured], theme.surface, theme.muted)
        self._add([v + _BAR / 2 for v in x], [c.drift_after for c in measured], theme.accent, theme.accent)

    def _add(self, x: list[float], heights: list[float | None], fill: str, outline: str) -> None:
        bars = pg.BarGraphItem(x=x, height=heights, width=_BAR * 0.9, brush=fill, pen=pg.mkPen(outline, width=1.5))
        self._plot.addItem(bars)
        self._items.append(bars)

    def _describe(self, point: QPointF) -> str:
        task = round(point.x()) - 1
        found = next((c for c in self._calibrations if c.task == task), None)
        if found is None or found.drift_before is None or found.drift_after is None:
            return ""
        return f"{task_name(task)}\nBefore {found.drift_before:.4f}\nAfter {found.drift_after:.4f}"


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
