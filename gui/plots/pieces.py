"""The items of pyqtgraph that one line is made of: band, bars, whiskers and curve."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from pyqtgraph import BarGraphItem, ErrorBarItem, PlotCurveItem, ViewBox
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen

from gui.charts.lines import Drawn, Line
from gui.charts.pens import line_pen
from gui.charts.scale import Scale
from gui.state.decimate import Points

_SHADE: Final = 40
"""Opacity of a band, of 255."""
_FEW: Final = 64
"""Up to so many points a thick line is stroked as a whole, which joins its parts well and takes long."""
_OUTLINE: Final = 1.5
_Looks = dict[str, Any]


class Pieces:
    """What is drawn of one line; items stay, and get other points.

    Args:
        box: what they are put into.
        depth: those of a lower one are behind it.
    """

    def __init__(self, box: ViewBox, depth: int) -> None:
        self._box, self._depth = box, depth
        self.items: dict[str, Any] = {}
        """Items of pyqtgraph by what they are."""

    def show(self, drawn: Drawn, up: Scale) -> None:
        """Draw a line."""
        wanted = _looks(drawn, up)
        for kind in self.items.keys() - wanted.keys():
            self._box.removeItem(self.items.pop(kind))
        for place, (kind, (make, put)) in enumerate(_KINDS.items()):
            if kind not in wanted:
                continue
            if kind not in self.items:
                self.items[kind] = item = make()
                item.setZValue(self._depth + place / len(_KINDS))
                self._box.addItem(item, ignoreBounds=True)
            put(self.items[kind], **wanted[kind])

    def clear(self) -> None:
        """Draw nothing."""
        for item in self.items.values():
            self._box.removeItem(item)
        self.items.clear()


class Curve(PlotCurveItem):
    """A curve that is taken to fill its plot: to find out how far each one goes takes as long as to draw it."""

    def boundingRect(self) -> QRectF:
        """Return all that is on show."""
        box = self.getViewBox()
        return box.viewRect() if box else QRectF()


def _put_curve(item: Curve, *, pieces: bool, **looks: Any) -> None:  # noqa: ANN401
    """Give a curve its points; a long thick one is drawn piece by piece, as Qt takes a second to outline it."""
    item.setSegmentedLineMode("on" if pieces else "off")
    item.setData(**looks)


_KINDS: Final = {
    "band": (Curve, Curve.setData),
    "bars": (lambda: BarGraphItem(x=[], height=[], width=0), BarGraphItem.setOpts),
    "whiskers": (ErrorBarItem, ErrorBarItem.setData),
    "curve": (Curve, _put_curve),
}
"""From back to front: how a piece is made, and given its points."""


def _looks(drawn: Drawn, up: Scale) -> dict[str, _Looks]:
    """Return what a line is made of: how each piece looks, and its points as the axes count."""
    line, x, y = drawn.line, drawn.x + drawn.line.shift, up.inner(drawn.y)
    found: dict[str, _Looks] = {}
    if line.bars:
        found["bars"] = _bars(line, x, y, foot=up.range.low if up.log else 0.0)
    elif line.width and len(x) > 1:
        pen = line_pen(line.colour, line.width, line.dash)
        pieces = len(x) > _FEW and line.width > 1.0
        found["curve"] = {"x": x, "y": y, "pen": pen, "pieces": pieces, "connect": "finite", "antialias": True}
    if line.band is not None:
        low, high = map(up.inner, line.band)
        known = np.isfinite(low) & np.isfinite(high)
        make = _whiskers if line.bars else _band
        found["whiskers" if line.bars else "band"] = make(
            line, (line.points.x + line.shift)[known], low[known], high[known]
        )
    return found


def _bars(line: Line, x: Points, y: Points, foot: float) -> _Looks:
    known = np.isfinite(y)
    alpha = 255 if line.band is None else 2 * _SHADE  # whiskers are seen through it
    brush = QBrush(Qt.BrushStyle.NoBrush) if line.hollow else _fill(line, alpha)
    pen = line_pen(line.colour, _OUTLINE)
    return {"x": x[known], "y0": foot, "height": y[known] - foot, "width": line.bars, "pen": pen, "brush": brush}


def _whiskers(line: Line, x: Points, low: Points, high: Points) -> _Looks:
    return {"x": x, "y": low, "top": high - low, "bottom": 0.0 * low, "pen": line_pen(line.colour, _OUTLINE)}


def _band(line: Line, x: Points, low: Points, high: Points) -> _Looks:
    around = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([high, low[::-1]])}
    looks = {"pen": QPen(Qt.PenStyle.NoPen), "brush": _fill(line, _SHADE), "fillLevel": "enclosed", "antialias": True}
    return around | looks


def _fill(line: Line, alpha: int) -> QBrush:
    colour = QColor(line.colour)
    colour.setAlpha(alpha)
    return QBrush(colour)
