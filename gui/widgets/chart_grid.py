"""Charts in as many columns as there is room for, and the menu that chooses which of them are on show."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QMenu, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gui.charts.base import Chart
from gui.charts.entries import add_entry
from gui.icons import icon

_SPACING = 8
_NARROW = 300
"""Pixels that a column needs, to be read."""
_WIDE = 480
"""Pixels that a column needs to be one of three."""
_LOW = 216
"""Pixels that a row needs; where they do not fit, the charts scroll."""
_PAIR = 2


class ChartGrid(QScrollArea):
    """One, two or three columns; a last chart that is alone in its row has all of it."""

    def __init__(self, charts: Sequence[Chart], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sheet = QWidget()
        self._homes = {chart.id: _home(chart, sheet) for chart in charts}
        self._shown = [chart.id for chart in charts if not chart.optional]
        self._columns = 0
        self._grid = QGridLayout(sheet)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_SPACING)
        self.setWidget(sheet)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Charts")
        self._arrange(_PAIR)

    def show_only(self, ids: Collection[str]) -> None:
        """Show these charts, in their usual order."""
        self._shown = [name for name in self._homes if name in ids]
        self._arrange(self._fitting())

    def minimumSizeHint(self) -> QSize:
        """Return the room of one chart."""
        return QSize(_NARROW, _LOW)

    def sizeHint(self) -> QSize:
        """Return the room of two by two."""
        return QSize(2 * _WIDE, 2 * _LOW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use another number of columns where the room asks for it."""
        super().resizeEvent(event)
        columns = self._fitting()
        if columns != self._columns:
            self._arrange(columns)

    def _fitting(self) -> int:
        width = self.viewport().width() + _SPACING
        if len(self._shown) > 2 * _PAIR and width >= 3 * (_WIDE + _SPACING):
            return _PAIR + 1
        return min(_PAIR if width >= _PAIR * (_NARROW + _SPACING) else 1, max(1, len(self._shown)))

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        for home in self._homes.values():
            self._grid.removeWidget(home)
            home.hide()
        rows = -(-len(self._shown) // columns)
        for place, name in enumerate(self._shown):
            alone = place == len(self._shown) - 1 and place % columns == 0
            self._grid.addWidget(self._homes[name], *divmod(place, columns), 1, columns if alone else 1)
            self._homes[name].show()
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, int(row < rows))
            self._grid.setRowMinimumHeight(row, _LOW if row < rows else 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column < columns))


class ChartChoice(QToolButton):
    """A menu with a tick for each chart."""

    chosen = Signal(object)
    """The ids of the charts on show: a list of words."""

    def __init__(self, charts: Sequence[Chart], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("Charts")
        self.setToolTip("Choose which charts are on show")
        self.setAccessibleName("Choose charts")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("role", "quiet")
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._ticks: dict[str, QAction] = {}
        for chart in charts:
            tick = add_entry(menu, chart.title)
            tick.setToolTip(chart.help)
            tick.setCheckable(True)
            tick.setChecked(not chart.optional)
            tick.triggered.connect(self._tell)
            self._ticks[chart.id] = tick
        self.setMenu(menu)
        self.refresh_icons()

    @property
    def ids(self) -> list[str]:
        """The charts on show."""
        return [name for name, tick in self._ticks.items() if tick.isChecked()]

    def choose(self, ids: Collection[str]) -> None:
        """Show these charts; without a known one among them nothing changes."""
        if not set(ids) & set(self._ticks):
            return
        for name, tick in self._ticks.items():
            tick.setChecked(name in ids)
        self._tell()

    def refresh_icons(self) -> None:
        """Draw the icon in the theme's colours."""
        self.setIcon(icon("charts"))

    def _tell(self) -> None:
        """Tell what is chosen; the last one cannot be taken away."""
        shown = self.ids
        for name in shown:
            self._ticks[name].setEnabled(len(shown) > 1)
        self.chosen.emit(shown)


def _home(chart: Chart, sheet: QWidget) -> QWidget:
    """Return the place of a chart, to which it comes back from the whole screen."""
    home = QWidget(sheet)
    layout = QVBoxLayout(home)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(chart)
    return home
