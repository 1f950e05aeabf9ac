"""The transport plan of one calibration, with class names; the selected class stands out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.charts.base import Cell
from gui.charts.heatmap import HeatMap
from gui.charts.plan import plan_grid
from gui.state.curves import Curves, task_name
from gui.theme import Theme
from gui.widgets.drift_panel import DriftPanel


class PlanMap(HeatMap):
    """A heat map in which one row, or one column, is framed."""

    _framed: tuple[int | None, int | None] = (None, None)

    def frame(self, row: int | None, column: int | None) -> None:
        """Frame a row, a column, or nothing."""
        if (row, column) != self._framed:
            self._framed = row, column
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plan, and the frame on it."""
        super().paintEvent(event)
        layout, (row, column) = self._layout(), self._framed
        if layout is None or (row is None and column is None):
            return
        area = QRectF(layout.area)
        if row is not None:
            area.setTop(layout.y(row))
            area.setHeight(layout.pitch.height())
        if column is not None:
            area.setLeft(layout.x(column))
            area.setWidth(layout.pitch.width())
        painter = QPainter(self)
        painter.setClipRect(layout.area.adjusted(-2, -2, 2, 2))
        painter.setPen(QPen(QColor(self.theme.surface), 4))
        painter.drawRect(area)
        painter.setPen(QPen(QColor(self.theme.warn), 2))
        painter.drawRect(area)
        painter.end()


class DriftPlan(DriftPanel):
    """Old classes x current classes: whose movement each old class followed."""

    id = "transport-plan"
    title = "Transport plan"
    help = (
        "Which current classes told an old class how it moved: one row an old class, one column a current class; "
        "a row sums to 1. Click a cell to select its old class."
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = PlanMap(self.title, self.theme)
        self.map.opened.connect(self._choose)
        self.set_body(self.map)

    def waiting(self, curves: Curves) -> str:
        """Tell why there is no plan."""
        event = self.state.event if self.state else None
        if event is None or event.plan:
            return ""
        return f"The calibrator “{event.calibrator}” makes no plan between classes."

    def draw(self, curves: Curves) -> None:
        """Show the plan."""
        event = self.state.event if self.state else None
        grid = plan_grid(event, curves.tasks, by_task=False) if event else None
        if event is not None and grid is not None:
            self.map.show_grid(replace(grid, opens=lambda _row, _column: True), self.theme)
            old, current = len(event.old_classes), len(event.current_classes)
            self.set_summary(f"{old} old, {current} current classes", f"{old} \N{MULTIPLICATION SIGN} {current}")

    def highlight(self, name: str | None) -> None:
        """Frame the row of an old class, or the column of a current one."""
        event = self.state.event if self.state else None
        old, current = (event.old_classes, event.current_classes) if event and name else ((), ())
        row = old.index(name) if name in old else None
        self.map.frame(row, current.index(name) if name in current and row is None else None)

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return the plan, a row an old class."""
        event = self.state.event if self.state else None
        if event is None or not event.plan:
            return [["task", "old class"]]
        rows = zip(event.old_classes, event.plan, strict=True)
        head: Sequence[Cell] = ["task", "old class", *event.current_classes]
        return [head, *([task_name(event.task), name, *shares] for name, shares in rows)]

    def restyle(self, theme: Theme) -> None:
        """Nothing to keep: the map takes the theme with each grid."""

    def _choose(self, row: int, column: int) -> None:
        event = self.state.event if self.state else None
        if event is not None and row < len(event.old_classes):
            self.chosen.emit(event.old_classes[row])
