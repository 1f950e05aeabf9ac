"""What charts of lines share: axes with a legend, and what their menu says of the view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from gui.charts.axes import Axes
from gui.charts.base import Chart
from gui.charts.entries import add_entry
from gui.charts.legend import Key, Legend
from gui.charts.lines import Line
from gui.theme import Theme


class LineChart(Chart):
    """A chart makes its axes in `__init__` and hands them to `set_axes`; in `draw` it gives each its lines."""

    axes: tuple[Axes, ...] = ()

    def set_axes(self, *axes: Axes, above: bool = False) -> None:
        """Put axes side by side, with one legend beside or above them."""
        self.axes = axes
        self.legend = Legend(self.theme, live=True, flat=above)
        self.legend.toggled.connect(self._hide)
        sheet = QHBoxLayout()
        sheet.setSpacing(8)
        for one in axes:
            sheet.addWidget(one, 1)
            one.changed.connect(self._refresh_menu)
        body = QWidget()
        whole: QBoxLayout = QVBoxLayout(body) if above else QHBoxLayout(body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2)
        whole.addLayout(sheet, 1)
        whole.insertWidget(0 if above else 1, self.legend)
        self.setFocusProxy(axes[0])
        self._extend_menu()
        self.set_body(body)
        self.restyle(self.theme)

    def show_keys(self, lines: Sequence[Line]) -> None:
        """List lines in the legend."""
        keys = [Key(line.name, line.value, line.colour, line.dash, line.width) for line in lines if not line.quiet]
        self.legend.show_keys(keys, self.theme)

    def reset_view(self) -> None:
        """Show everything again."""
        for axes in self.axes:
            axes.reset_view()

    def set_log(self, log: bool) -> None:
        """Make upright axes logarithmic, or linear; those that cannot be stay as they are."""
        for axes in self.axes:
            axes.set_log(log)

    def restyle(self, theme: Theme) -> None:
        """Colour the axes; lines are coloured as they are drawn."""
        for axes in self.axes:
            axes.set_theme(theme)

    def set_paper(self, paper: bool) -> None:
        """Put away the crosshair too."""
        super().set_paper(paper)
        for axes in self.axes:
            axes.set_paper(paper)

    def _hide(self, names: frozenset[str]) -> None:
        for axes in self.axes:
            axes.hide_lines(names)

    # --- menu ---

    def _extend_menu(self) -> None:
        menu = self._menu
        menu.addSeparator()
        self._reset = add_entry(menu, "Reset view", self.reset_view)
        self._reset.setToolTip("Show everything again, and follow what grows (R, Home or a double click)")
        self._log = QAction("Logarithmic axis", menu)
        self._log.setCheckable(True)
        self._log.triggered.connect(self.set_log)
        if any(axes.logs for axes in self.axes):
            menu.addAction(self._log)
        self._all = add_entry(menu, "Show all lines", lambda: self.legend.set_hidden(frozenset()))
        self._all.setToolTip("Show again what was hidden in the legend")
        menu.aboutToShow.connect(self._refresh_menu)

    def _refresh_menu(self) -> None:
        can = any(axes.can_log for axes in self.axes)
        self._reset.setEnabled(any(axes.zoomed for axes in self.axes))
        self._log.setEnabled(can)
        self._log.setChecked(any(axes.log for axes in self.axes))
        self._log.setText("Logarithmic axis" if can else "Logarithmic axis: needs values above 0")
        self._log.setToolTip("Make equal ratios equally far apart (L)" if can else "Some values are 0 or below it")
        self._all.setEnabled(bool(self.legend.hidden))
