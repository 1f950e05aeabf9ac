"""One line of a chart: its points, how it looks, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from gui.charts.markers import CIRCLE, paint_marker
from gui.charts.pens import line_pen
from gui.charts.scale import NOTHING, Range, Scale, logarithm
from gui.state.decimate import Points, Series
from gui.theme import Dash

_ROOM = 0.05
"""Free share above and below lines whose range is found out."""
_SHADE = 40
"""Opacity of a band, of 255."""
_FEW = 64
"""Up to so many points a thick line is stroked as a whole, which joins its parts well and takes long."""


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """What `Axes` draw.

    Args:
        name: told in legend and readout; lines of one name are hidden together.
        points: a NaN leaves a gap.
        colour: as `#rrggbb`.
        dash: pen widths of strokes and gaps; () is a solid line.
        width: of the pen in pixels; 0 draws no line.
        value: what the legend says beside the name.
        dots: diameter of a dot at each point in pixels; 0 draws none.
        marker: shape of the dots, one of `MARKERS`.
        band: lowest and highest y at each point `(n,)`, to be shaded; whiskers on bars.
        bars: width of a bar from 0 to each point, in units of x, instead of a line.
        shift: how far bars stand beside their x, in units of x.
        hollow: whether bars and dots are outlines only.
        quiet: whether legend and readout leave it out, as something that belongs to the other line of its name.
        above: whether it is drawn over all others, wherever it stands among them.
    """

    name: str
    points: Series
    colour: str
    dash: Dash = ()
    width: float = 1.5
    value: str = ""
    dots: float = 0.0
    marker: str = CIRCLE
    band: tuple[Points, Points] | None = None
    bars: float = 0.0
    shift: float = 0.0
    hollow: bool = False
    quiet: bool = False
    above: bool = False

    def value_at(self, x: float) -> float | None:
        """Return y at the point nearest to `x`; None beyond both ends, NaN in a gap."""
        points = self.points
        if not len(points) or not points.x[0] <= x <= points.x[-1]:
            return None
        return float(points.y[points.nearest(x)])


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """The part of a line that is on show, thinned."""

    line: Line
    x: Points
    y: Points

    def paint(self, painter: QPainter, across: Scale, up: Scale) -> None:
        """Paint band, line or bars, and dots."""
        line = self.line
        if line.bars:
            self._paint_bars(painter, across, up)
            self._paint_whiskers(painter, across, up)
            self._paint_dots(painter, across.place(self.x + line.shift), up.place(self.y))
            return
        if line.band is not None:
            self._paint_band(painter, across, up)
        x, y = across.place(self.x), up.place(self.y)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if line.width:
            painter.setPen(line_pen(line.colour, line.width, line.dash))
            for part in _parts(y):
                _stroke(painter, x[part], y[part])
        self._paint_dots(painter, x, y)

    def _paint_bars(self, painter: QPainter, across: Scale, up: Scale) -> None:
        line = self.line
        foot = up.end if up.log else up.at(0.0)
        left = across.place(self.x + line.shift - line.bars / 2)
        right = across.place(self.x + line.shift + line.bars / 2)
        painter.setPen(line_pen(line.colour, 1.5))
        fill = QColor(line.colour)
        fill.setAlpha(255 if line.band is None else 2 * _SHADE)  # whiskers are seen through it
        painter.setBrush(Qt.BrushStyle.NoBrush if line.hollow else fill)
        for a, b, top in zip(left.tolist(), right.tolist(), up.place(self.y).tolist(), strict=True):
            if not np.isnan(top):
                painter.drawRect(QRectF(QPointF(a, top), QPointF(b, foot)))

    def _paint_band(self, painter: QPainter, across: Scale, up: Scale) -> None:
        assert self.line.band is not None
        low, high = (up.place(edge) for edge in self.line.band)
        x = across.place(self.line.points.x)
        known = ~(np.isnan(low) | np.isnan(high))
        xs = x[known].tolist()
        edge = [*zip(xs, high[known].tolist(), strict=True)]
        edge += reversed([*zip(xs, low[known].tolist(), strict=True)])
        fill = QColor(self.line.colour)
        fill.setAlpha(_SHADE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in edge]))

    def _paint_whiskers(self, painter: QPainter, across: Scale, up: Scale) -> None:
        line = self.line
        if line.band is None:
            return
        middle = across.place(line.points.x + line.shift).tolist()
        painter.setPen(line_pen(line.colour, 1.5))
        for x, low, high in zip(middle, *(up.place(edge).tolist() for edge in line.band), strict=True):
            if not np.isnan(low):
                painter.drawLine(QPointF(x, low), QPointF(x, high))

    def _paint_dots(self, painter: QPainter, x: Points, y: Points) -> None:
        if not self.line.dots:
            return
        line = self.line
        places = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True) if not np.isnan(b)]
        if line.marker == CIRCLE and not line.hollow:
            pen = line_pen(line.colour, line.dots + 1)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(QPolygonF(places))  # all at once: tens of times as fast as one by one
            return
        painter.setPen(line_pen(line.colour, 1.0))
        if not line.hollow:
            painter.setBrush(QColor(line.colour))
        for place in places:
            paint_marker(painter, line.marker, place, line.dots)


def fitted(drawn: Sequence[Drawn], across: Range, *, log: bool) -> Range:
    """Return what shows every finite point between two x, and a little room; of its logarithms with `log`."""
    found: list[Points] = []
    for part in drawn:
        edges = part.line.band or ()
        inside = (part.x >= across.low) & (part.x <= across.high)
        found.extend([part.y[inside], *edges])
    every = np.concatenate(found) if found else np.empty(0)
    every = logarithm(every) if log else every
    every = every[np.isfinite(every)]
    if not len(every):
        return NOTHING
    low = min(float(every.min()), *(0.0 for part in drawn if part.line.bars and not log), float(every.max()))
    return Range(low, float(every.max())).widened(_ROOM)


def _parts(y: Points) -> Sequence[slice]:
    """Return the stretches between gaps."""
    gaps = np.flatnonzero(np.isnan(y))
    if not len(gaps):
        return [slice(0, len(y))]
    starts, ends = [0, *(gaps + 1).tolist()], [*gaps.tolist(), len(y)]
    return [slice(a, b) for a, b in zip(starts, ends, strict=True) if b - a > 1]


def _stroke(painter: QPainter, x: Points, y: Points) -> None:
    """Draw a line through points in pixels; a long thick one piece by piece, as Qt takes a second to outline it."""
    points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    if len(points) <= _FEW or painter.pen().widthF() <= 1.0:
        painter.drawPolyline(QPolygonF(points))
        return
    painter.drawLines([end for pair in pairwise(points) for end in pair])
