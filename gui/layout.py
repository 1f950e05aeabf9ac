"""Where panels stand at first, and how they move."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from gui import theme
from gui.parts import Parts

_SIDES = (392, 304)
_BOTTOM = 176
_WIDENING = 0.6
"""Of a font twice as large, how much wider the sides become."""


def add_docks(window: QMainWindow, parts: Parts) -> dict[str, QDockWidget]:
    """Put the panels around the centre; return their docks by title."""
    area = Qt.DockWidgetArea
    window.setTabPosition(area.BottomDockWidgetArea, QTabWidget.TabPosition.North)
    window.setDockOptions(window.dockOptions() | QMainWindow.DockOption.GroupedDragging)
    # Form and run list are tall and narrow, the log is wide and low: the sides take the corners.
    window.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
    window.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
    docks = {
        title: _dock(window, title, panel, side)
        for title, panel, side in (
            ("New run", parts.new_run, area.LeftDockWidgetArea),
            ("Runs", parts.side, area.RightDockWidgetArea),
            ("Log", parts.log, area.BottomDockWidgetArea),
            ("Problems", parts.problems, area.BottomDockWidgetArea),
            ("Config", parts.config, area.BottomDockWidgetArea),
        )
    }
    docks["Runs"].setWindowTitle("Runs and queue")
    window.tabifyDockWidget(docks["Log"], docks["Problems"])
    window.tabifyDockWidget(docks["Problems"], docks["Config"])
    docks["Log"].raise_()
    fit_sides(window, docks)
    window.resizeDocks([docks["Log"]], [_BOTTOM], Qt.Orientation.Vertical)
    for dock in docks.values():
        _fit_title(window, dock)
    return docks


def fit_sides(window: QMainWindow, docks: dict[str, QDockWidget]) -> None:
    """Give form and runs as much width as the size of the font needs; the charts keep the rest."""
    share = 1 + _WIDENING * (theme.font_size() / theme.USUAL_SIZE - 1)
    widths = [round(share * width) for width in _SIDES]
    window.resizeDocks([docks["New run"], docks["Runs"]], widths, Qt.Orientation.Horizontal)


def remember_layout(window: QMainWindow, settings: QSettings, version: int) -> None:
    """Put the layout on the disk if it has changed: a window that dies has not forgotten it."""
    layout = {"geometry": window.saveGeometry(), "state": window.saveState(version)}
    changed = {key: value for key, value in layout.items() if settings.value(key) != value}
    for key, value in changed.items():
        settings.setValue(key, value)
    if changed:
        settings.sync()


def _dock(window: QMainWindow, title: str, panel: QWidget, side: Qt.DockWidgetArea) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(title)
    dock.setWidget(panel)
    window.addDockWidget(side, dock)
    # Qt has not settled where the dock is when it tells that it moved.
    for moved in (dock.topLevelChanged, dock.dockLocationChanged, dock.visibilityChanged):
        moved.connect(lambda _, dock=dock: QTimer.singleShot(0, dock, lambda: _fit_title(window, dock)))
    return dock


def _fit_title(window: QMainWindow, dock: QDockWidget) -> None:
    """Leave out the title bar of a panel that has a tab: the tab says the same, and drags as well."""
    tabbed = bool(window.tabifiedDockWidgets(dock)) and not dock.isFloating()
    bare = cast("QWidget | None", dock.titleBarWidget())
    if tabbed and bare is None:
        dock.setTitleBarWidget(QWidget())
    elif not tabbed and bare is not None:
        dock.setTitleBarWidget(cast("QWidget", None))
        bare.deleteLater()
