"""The run as it goes: tasks and time left above the charts."""

from __future__ import annotations

import time
from collections.abc import Collection
from functools import partial
from importlib import import_module

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.background import submit
from gui.charts.base import Chart, all_charts
from gui.charts.loss import LossChart
from gui.paint import after_first_paint
from gui.state.activity import activity
from gui.state.curves import Curves
from gui.state.log import STAGES, clock
from gui.state.smoothing import STRONGEST
from gui.theme import Theme
from gui.widgets.alarm import Alarm
from gui.widgets.chart_grid import ChartChoice, ChartGrid
from gui.widgets.task_strip import TaskStrip

_FRAME_MS = 33
_SLOT_SECONDS = 0.004
_CHOSEN, _SMOOTHING = "live/charts", "live/smoothing"
_SHARES = {
    "prepare": (0.0, 0.05),
    "adapt": (0.05, 0.5),
    "calibrate": (0.55, 0.05),
    "align": (0.6, 0.35),
    "evaluate": (0.95, 0.05),
}
"""Stage -> where it begins within a task, and how much of the task it is, for the strip; roughly as in the demo."""


class LivePage(QWidget):
    """Charts are redrawn in turns, so that a slot stays short however many there are."""

    title = "Live"
    help = "The run as it goes: tasks and time left above the charts."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves = Curves()
        self.strip = TaskStrip()
        self.headline = QLabel()
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        # As wide as the longest of its texts, so that the strip beside it stays where it is.
        self.headline.setMinimumWidth(max(map(self.headline.fontMetrics().horizontalAdvance, STAGES.values())))
        self.eta = QLabel()
        self.eta.setToolTip("Time that is probably left, judged by the tasks and steps so far")
        self.eta.setAccessibleName("Time left")
        self.alarm = Alarm()
        self.charts: tuple[Chart, ...] = tuple(chart() for chart in all_charts())
        self.grid = ChartGrid(self.charts)
        self.choice = ChartChoice(self.charts)
        self.choice.chosen.connect(self._show_chosen)
        self._settings: QSettings | None = None
        self._stale: list[Chart] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._draw_next)
        self._lay_out()
        self.show_curves(self._curves)
        self.draw_now()
        after_first_paint(self, self._fetch_plots)

    def show_curves(self, curves: Curves) -> None:
        """Show a run; the charts follow in the next frames."""
        self._curves = curves
        self.tick()
        # A chart already waiting keeps its place; otherwise a fast run would only ever redraw the first one.
        self._stale.extend(chart for chart in self._chosen() if chart not in self._stale)
        if not self._timer.isActive():
            self._timer.start()

    def draw_now(self) -> None:
        """Draw all charts at once, for a picture of the window."""
        for chart in self._chosen():
            chart.show_curves(self._curves)
        self._stale = []

    def tick(self) -> None:
        """Update what depends on the time of day."""
        curves = self._curves
        self.strip.set_progress(curves.tasks, _shares(curves))
        self.strip.setVisible(bool(curves.tasks))
        self.headline.setText(_headline(curves))
        left = curves.eta_seconds(time.time())
        self.eta.setText(f"ETA {clock(left)}" if left is not None else "")
        self.eta.setVisible(left is not None)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.strip.set_theme(theme)
        self.alarm.set_theme(theme)
        self.choice.refresh_icons()
        for chart in self.charts:
            chart.set_theme(theme)

    def remember_in(self, settings: QSettings) -> None:
        """Show the charts that were chosen last, and write down what is chosen from now on."""
        chosen = settings.value(_CHOSEN)
        if isinstance(chosen, str):
            self.choice.choose(chosen.split())
        for chart in self.charts:
            if isinstance(chart, LossChart):
                chart.set_smoothing(_share(settings.value(_SMOOTHING), chart.smoothing))
                chart.smoothing_chosen.connect(lambda share: settings.setValue(_SMOOTHING, share))
        self._settings = settings

    def _chosen(self) -> list[Chart]:
        return [chart for chart in self.charts if chart.id in self.choice.ids]

    def _show_chosen(self, ids: Collection[str]) -> None:
        self.grid.show_only(ids)
        self.show_curves(self._curves)
        if self._settings is not None:
            self._settings.setValue(_CHOSEN, " ".join(ids))

    def _fetch_plots(self) -> None:
        """Import what draws lines, so that the first run need not wait for it; if that fails, its first line tells."""
        submit(self, partial(import_module, "gui.plots.plot"), lambda _: None, lambda _: None)

    def _draw_next(self) -> None:
        begun = time.perf_counter()
        while self._stale and time.perf_counter() - begun < _SLOT_SECONDS:
            self._stale.pop(0).show_curves(self._curves)
        if not self._stale:
            self._timer.stop()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(self.headline)
        top.addWidget(self.strip, 1)
        top.addStretch()
        top.addWidget(self.eta)
        top.addWidget(self.choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.alarm)
        layout.addWidget(self.grid, 1)


def _headline(curves: Curves) -> str:
    if curves.started is None:
        return "No run is shown"
    if curves.ended is not None:
        return curves.ended.outcome.capitalize()
    return activity(curves)


def _shares(curves: Curves) -> tuple[float, ...]:
    """Return the share of each task that is done."""
    done = [1.0] * len(curves.scores)
    if curves.task >= len(done) and curves.task < len(curves.tasks) and curves.stage is not None:
        begin, part = _SHARES.get(curves.stage, (0.0, 0.0))
        done.append(begin + part * (curves.step / curves.steps if curves.steps else 0.0))
    return tuple(done + [0.0] * (len(curves.tasks) - len(done)))


def _share(written: object, usual: float) -> float:
    """Return a share as settings keep it; the usual one where somebody wrote something else."""
    try:
        share = float(str(written))
    except ValueError:
        return usual
    return share if 0 <= share <= STRONGEST else usual
