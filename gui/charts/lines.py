"""One line of a chart: its points, and how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gui.charts.markers import CIRCLE
from gui.charts.scale import NOTHING, Range, logarithm
from gui.state.decimate import Points, Series
from gui.theme import Dash

_ROOM = 0.05
"""Free share above and below lines whose range is found out."""


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
