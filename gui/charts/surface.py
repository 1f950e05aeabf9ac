"""Lines between two axes, of which a part is on show: zooms, pans, and follows what grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from gui.charts.frame import Marks, Plan, Titles, lay_out
from gui.charts.lines import Drawn, Line, fitted
from gui.charts.pens import small_font
from gui.charts.scale import NOTHING, Range
from gui.icons import icon
from gui.state.decimate import MOST
from gui.theme import Theme, current

if TYPE_CHECKING:
    from gui.plots.plot import Plot

_FEWEST = 64
"""Points that a line is drawn with, at least."""
_BUTTON = 18


class Surface(QWidget):
    """Works out what is on show only when it is painted, so that showing other lines costs nothing.

    Args:
        titles: what the axes are called.
        logs: whether a logarithmic upright axis makes sense.
    """

    changed = Signal()
    """Another part is on show, or another axis."""

    def __init__(self, titles: Titles, *, logs: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = titles
        self.logs = logs
        """Whether a logarithmic upright axis makes sense."""
        self._theme = current()
        self._lines: Sequence[Line] = ()
        self._hidden: frozenset[str] = frozenset()
        self._home, self._up_home = NOTHING, None
        self._marks: Marks | None = None
        self._note = ""
        self._across: Range | None = None
        self._up: Range | None = None
        self._plan: Plan | None = None
        self._left = 0.0
        """The margin of words at the left: zooming does not make it narrower, so that the plot stands still."""
        self._plot: Plot | None = None
        self._picture: QPixmap | None = None
        self._paper = False
        self.log = False
        """Whether the upright axis is logarithmic."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.reset_button = self._make_button()

    # --- what a chart uses ---

    def show_lines(
        self, lines: Sequence[Line], across: Range, up: Range | None = None, marks: Marks | None = None
    ) -> None:
        """Replace all lines; what is zoomed stays where it is.

        Args:
            lines: from back to front, and in the order of the readout.
            across: all of x.
            up: all of y; None finds out what is on show.
            marks: where tasks begin.
        """
        self._lines, self._home, self._up_home, self._marks = lines, across, up, marks
        if self._across is not None:
            self._across = self._across.kept(across)
        if self.log and not self.can_log:
            self.set_log(False)
        self._renew()

    def set_note(self, note: str) -> None:
        """Say why there are no lines; '' says nothing."""
        if note != self._note:
            self._note = note
            self._renew()

    def hide_lines(self, names: frozenset[str]) -> None:
        """Show all lines but those of these names."""
        self._hidden = names
        self._renew()

    def set_theme(self, theme: Theme) -> None:
        """Take a theme's colours."""
        self._theme = theme
        self.reset_button.setIcon(icon("reset"))
        self._renew()

    def set_log(self, log: bool) -> None:
        """Make the upright axis logarithmic, or linear."""
        if log != self.log and (not log or self.can_log):
            self.log, self._up = log, None
            self._moved()

    @property
    def can_log(self) -> bool:
        """Whether there are values, and all of them are positive."""
        lowest = min((line.points.lowest for line in self._lines), default=np.inf)
        return self.logs and 0 < lowest < np.inf

    def set_paper(self, paper: bool) -> None:
        """Leave out, or show again, what is for the hand only: a file is written."""
        self._paper = paper
        self._renew()

    # --- what is on show ---

    @property
    def zoomed(self) -> bool:
        """Whether a part is on show that was chosen by hand."""
        return self._across is not None or self._up is not None

    @property
    def across(self) -> Range:
        """The stretch of x on show."""
        return self._across or self._home

    @property
    def up(self) -> Range:
        """The stretch of y on show; of a logarithmic axis, of its logarithms."""
        return self.plan.up.range

    @property
    def drawn(self) -> Sequence[Drawn]:
        """What is on show of the lines, thinned."""
        return self.plan.lines

    @property
    def plan(self) -> Plan:
        """Where everything lies."""
        if self._plan is None:
            self._plan = self._make_plan()
        return self._plan

    @property
    def plot(self) -> Plot:
        """What pyqtgraph draws; it is imported with the first picture."""
        if self._plot is None:
            from gui.plots.plot import Plot

            self._plot = Plot(self)
        return self._plot

    def reset_view(self) -> None:
        """Show everything again, and follow what grows."""
        self._across = self._up = None
        self._moved()

    def zoom(self, across: float, up: float, about: QPointF) -> None:
        """Show `across` and `up` times finer, with the pixel `about` staying where it is."""
        plan = self.plan
        if across != 1.0:
            found = self.across.zoomed(across, plan.across.inner_at(about.x()), self._home)
            self._across = None if found == self._home else found
        if up != 1.0:
            whole = self._whole_up()
            found = plan.up.range.zoomed(up, plan.up.inner_at(about.y()), whole)
            self._up = None if found == whole else found
        self._moved()

    def zoom_to(self, box: QRectF) -> None:
        """Show what is in a rectangle of pixels."""
        plan, box = self.plan, box.intersected(self.plan.area)
        self._across = Range(plan.across.inner_at(box.left()), plan.across.inner_at(box.right())).kept(self._home)
        self._up = Range(plan.up.inner_at(box.bottom()), plan.up.inner_at(box.top())).kept(self._whole_up())
        self._moved()

    def pan(self, by: QPointF) -> None:
        """Move the lines by some pixels, as far as they go on."""
        plan = self.plan
        if self._across is not None:
            self._across = self._across.moved(-by.x() * self._across.size / plan.area.width(), self._home)
        if self._up is not None:
            self._up = self._up.moved(by.y() * self._up.size / plan.area.height(), self._whole_up())
        self._moved()

    # --- painting ---

    def sizeHint(self) -> QSize:
        """Return a size at which lines can be told apart."""
        return QSize(240, 160)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which nothing can be read."""
        return QSize(120, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all; while the mouse moves, only the crosshair anew, on a picture of the rest."""
        painter = QPainter(self)
        if self._paper:
            self._paint(painter)
            return
        if self._picture is None:
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap((QSizeF(self.size()) * ratio).toSize())
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(Qt.GlobalColor.transparent)
            inside = QPainter(self._picture)
            self._paint(inside)
            inside.end()
        painter.drawPixmap(0, 0, self._picture)
        self._paint_above(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew, with the button in the lower right corner."""
        super().resizeEvent(event)
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """Lay out anew in another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._renew()

    def _paint(self, painter: QPainter) -> None:
        size = QSizeF(self.size())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.plot.show(self.plan, self._titles, size, self._theme)
        self.plot.paint(painter, size)
        if self._note:
            painter.setFont(small_font())
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(self.plan.area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._note)

    def _paint_above(self, painter: QPainter) -> None:
        """Paint what moves with mouse and keyboard; on paper it is left out."""

    # --- working out ---

    def _shown(self) -> list[Line]:
        return [line for line in self._lines if line.name not in self._hidden]

    def _make_plan(self) -> Plan:
        drawn = [Drawn(line, *line.points.between(*self.across, self._most(line))) for line in self._shown()]
        up = self._up or (self._whole_up() if self._up_home else fitted(drawn, self.across, log=self.log))
        plan = lay_out(
            QSizeF(self.size()),
            QFontMetricsF(small_font()),
            self._titles,
            self.across,
            (up, self.log),
            marks=self._marks,
            left=self._left if self.zoomed else 0.0,
        )
        self._left = plan.area.left()
        return replace(plan, lines=drawn)

    def _most(self, line: Line) -> int:
        """Return how many points of a line can be told apart: of a thin one both extremes of each column of pixels."""
        fit = self.width() if line.width > 1.0 else 2 * self.width()
        return max(_FEWEST, min(MOST // max(1, len(self._lines)), fit)) // 2 * 2

    def _whole_up(self) -> Range:
        """Return all of y: what was given, or what fits the whole of all lines."""
        if self._up_home is not None and not self.log:
            return self._up_home
        drawn = [Drawn(line, *line.points.between(*self._home)) for line in self._shown()]
        return fitted(drawn, self._home, log=self.log)

    def _moved(self) -> None:
        self._renew()
        self.changed.emit()

    def _renew(self) -> None:
        self._plan = self._picture = None
        self.reset_button.setVisible(self.zoomed and not self._paper)
        self.reset_button.move(self.width() - _BUTTON, self.height() - _BUTTON)
        self.update()

    def _make_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("reset"))
        button.setFixedSize(_BUTTON, _BUTTON)
        button.setIconSize(QSize(12, 12))
        button.setToolTip("Show everything again (R, Home or a double click)")
        button.setAccessibleName("Reset the view")
        button.clicked.connect(self.reset_view)
        button.hide()
        return button
