"""A pair of axes with lines on it, as mouse and keyboard use them: a crosshair tells the values below it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from gui.charts.frame import Titles
from gui.charts.hands import HELP, Hands
from gui.charts.pens import line_pen, small_font
from gui.charts.readout import Row, paint_readout
from gui.charts.surface import Surface
from gui.state.decimate import Points

_BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class Axes(Surface):
    """What every chart of lines or bars is made of.

    Args:
        name: what is drawn, for people who do not see it.
        titles: what the axes are called.
        where: says what is at x, as the heading of the readout.
        number: how a value is written in the readout.
        logs: whether a logarithmic upright axis makes sense.
    """

    picked = Signal(float)
    """The x that was clicked, in the units of the axis."""

    def __init__(
        self,
        name: str,
        titles: Titles,
        where: Callable[[float], str],
        number: str = "{:.1f}",
        *,
        logs: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(titles, logs=logs, parent=parent)
        self._where, self._number = where, number
        self.cross: float | None = None
        """Where the crosshair stands, if it is shown."""
        self.marked: int | None = None
        """Which row of the readout is pointed at."""
        self.box: QRectF | None = None
        """The rectangle that is being drawn, in pixels."""
        self._ringed = False
        self.setAccessibleName(name)
        self.setToolTip(HELP)
        self.reset_button.setAccessibleName(f"Reset the view of {name}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._hands = Hands(self)

    # --- crosshair ---

    def set_cross(self, x: float | None, pixel: float | None = None) -> None:
        """Show the crosshair at the point nearest to `x`, or nowhere; mark the line nearest to an upright pixel."""
        places = self.places() if x is not None else np.empty(0)
        found = None if x is None or not len(places) else float(places[np.abs(places - x).argmin()])
        if found is None or pixel is None:
            self.marked = None if found is None else self.marked
        else:
            far = [abs(row.pixel - pixel) if row.pixel is not None else np.inf for row in self.rows(found)]
            self.marked = int(np.argmin(far)) if far else None
        self.cross = found
        self.update()

    def step_cross(self, by: int) -> None:
        """Move the crosshair some points on; at first it stands at the newest one. Tell what is there."""
        places = self.places()
        if not len(places):
            return
        at = len(places) - 1 if self.cross is None else int(np.abs(places - self.cross).argmin()) + by
        self.set_cross(float(places[max(0, min(at, len(places) - 1))]))
        self.setAccessibleDescription(self.words())

    def mark_next(self, by: int) -> None:
        """Point at another line of the readout."""
        if self.cross is None:
            self.step_cross(0)
        count = len(self.rows(self.cross)) if self.cross is not None else 0
        if count:
            self.marked = (by - (by > 0) if self.marked is None else self.marked + by) % count
            self.update()

    def places(self) -> Points:
        """Return every x on show that has a point `(n,)`."""
        low, high = self.across
        found = [drawn.x for drawn in self.drawn if len(drawn.x)]
        every = np.unique(np.concatenate(found)) if found else np.empty(0)
        return every[(every >= low) & (every <= high)]

    def rows(self, x: float) -> list[Row]:
        """Return the values of all lines at x."""
        made: list[Row] = []
        for line in self._shown():
            if line.quiet:
                continue
            value = line.value_at(x)
            if value is None:
                continue
            unknown = np.isnan(value)
            words = "\N{EN DASH}" if unknown else self._number.format(value).replace("-", "\N{MINUS SIGN}")
            pixel = None if unknown else self.plan.up.at(value)
            made.append(Row(line.name, words, line.colour, line.dash, line.width, pixel))
        return made

    def words(self) -> str:
        """Return what the readout says, in one line."""
        if self.cross is None:
            return ""
        heading = self._where(self.cross).replace("\n", ", ")
        return "; ".join([heading, *(f"{row.name} {row.words}" for row in self.rows(self.cross))])

    # --- Qt ---

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring where the keyboard has come from."""
        self._ringed = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take ring and crosshair away."""
        self._ringed = False
        self.set_cross(None)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep the press from whatever is behind; `Hands` has seen it."""
        event.accept()

    def _paint_above(self, painter: QPainter) -> None:
        """Draw the rectangle or the crosshair, and where the keyboard is."""
        plan = self.plan
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        if self.box is not None:
            fill = QColor(self._theme.accent)
            fill.setAlpha(40)
            painter.setPen(line_pen(self._theme.accent))
            painter.setBrush(fill)
            painter.drawRect(self.box.intersected(plan.area))
        elif self.cross is not None:
            pixel = plan.across.at(self.cross)
            heading, rows = self._where(self.cross), self.rows(self.cross)
            paint_readout(painter, plan.area, pixel, heading, rows, self._theme, marked=self.marked, width=self.width())
        if self._ringed:
            painter.setPen(line_pen(self._theme.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
