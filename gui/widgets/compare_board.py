"""A comparison on show: charts above, and below them the results, the settings and the runs."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QTabWidget, QVBoxLayout, QWidget

from gui.state.compare import View
from gui.theme import Theme
from gui.widgets.compare_bars import BarsChart
from gui.widgets.compare_chart import CompareChart
from gui.widgets.compare_curves import CurvesChart
from gui.widgets.compare_results import ResultsTable
from gui.widgets.compare_runs import RunsTree
from gui.widgets.compare_settings import SettingsTable


class Part(Protocol):
    """What shows a comparison."""

    def show_view(self, view: View) -> None:
        """Show it."""
        ...


class CompareBoard(QWidget):
    """Shows a `View`; asks for another baseline, and to take runs out."""

    baseline_chosen = Signal(str)
    removed = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts: tuple[CompareChart, ...] = (CurvesChart(), BarsChart())
        self.results, self.settings, self.runs = ResultsTable(), SettingsTable(), RunsTree()
        self.baseline = QComboBox()
        self.baseline.setToolTip("The group whose numbers are taken from those of the others")
        self.baseline.setAccessibleName("Baseline of the differences")
        self.baseline.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.baseline.setMinimumContentsLength(18)
        self.baseline.activated.connect(lambda place: self.baseline_chosen.emit(self.baseline.itemData(place)))
        self.results.baseline_chosen.connect(self.baseline_chosen)
        self.runs.removed.connect(self.removed)
        self._view = View()
        self._stale: list[Part] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._show_next)
        self._lay_out()

    def show_view(self, view: View) -> None:
        """Show a comparison of at least one group.

        The parts follow one after the other, so that slots stay short; those in other tabs wait until they are seen.
        """
        self._view = view
        self._stale = [self.results, *self.charts, self.settings, self.runs]
        self._timer.start()
        self.baseline.clear()
        for group in view.comparison.groups:
            self.baseline.addItem(group.label, group.key)
        self.baseline.setCurrentIndex(self.baseline.findData(view.baseline))
        self._corner.setVisible(len(view.comparison.groups) > 1)
        self.tabs.setTabText(2, f"Runs ({len(view.shelf)})")

    def show_now(self) -> None:
        """Show all parts at once, for a picture."""
        while self._stale:
            self._stale.pop(0).show_view(self._view)

    def _show_next(self) -> None:
        seen = (*self.charts, self.tabs.currentWidget())
        part = next((part for part in self._stale if part in seen), None)
        if part is None:
            self._timer.stop()
        else:
            self._stale.remove(part)
            part.show_view(self._view)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        for chart in self.charts:
            chart.set_theme(theme)
        self.results.set_theme(theme)
        self.settings.set_theme(theme)
        self.runs.set_theme(theme)

    def _lay_out(self) -> None:
        top = QWidget()
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for chart in self.charts:
            row.addWidget(chart, 1)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for part, title, help in (
            (self.results, "Results", "Mean and deviation over seeds, and the difference from the baseline"),
            (self.settings, "Settings", "The settings in which the groups differ"),
            (self.runs, "Runs", "The runs of each group; take some out here"),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(part, title), help)
        self._corner = QWidget()
        corner = QHBoxLayout(self._corner)
        corner.setContentsMargins(0, 0, 0, 2)
        label = QLabel("Compared with")
        label.setProperty("role", "muted")
        label.setBuddy(self.baseline)
        corner.addWidget(label)
        corner.addWidget(self.baseline)
        self.tabs.setCornerWidget(self._corner)
        self.tabs.currentChanged.connect(lambda: self._timer.start())
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(8)
        split.addWidget(top)
        split.addWidget(self.tabs)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
