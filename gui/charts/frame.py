"""Where everything of a plot lies: its area, ticks, and where tasks begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetricsF

from gui.charts.lines import Drawn
from gui.charts.scale import Range, Scale, number_words
from gui.state.decimate import Points

GAP: Final = 4.0
"""Pixels between the plot and the words beside it."""
RIM: Final = 10.0
"""Pixels right of the plot."""
_LINES_PER_TICK = 2.2
"""Heights of a line of text between two ticks of the upright axis, at least."""
_LETTERS_PER_TICK = 9.0
_MOST_TICKS = 10
_CLOSEST_MARKS = 6.0
"""Pixels between two borders of tasks; nearer ones are left out."""

Tick: TypeAlias = tuple[float, str]
"""Where, as the axis counts, and words."""


@dataclass(frozen=True, eq=False, slots=True)
class Marks:
    """Where tasks begin along the axis.

    Args:
        starts: increasing `(n,)`; the first one is where the axis begins, and gets no line.
        end: where the last task ends.
        name: of a task, by its place among the starts.
    """

    starts: Points
    end: float
    name: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Titles:
    """What both axes are called, and how ticks of the lying one are named.

    Args:
        left: of the upright axis.
        bottom: of the lying axis.
        tick: the name of a whole number on the lying axis; None writes the number.
    """

    left: str = ""
    bottom: str = ""
    tick: Callable[[int], str] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """Where everything lies at one size and one part on show."""

    area: QRectF
    across: Scale
    up: Scale
    ticks: Sequence[Tick]
    """Of the lying axis."""
    steps: Sequence[Tick]
    """Of the upright axis."""
    borders: Sequence[float]
    """Where tasks begin, along the lying axis."""
    names: Sequence[Tick]
    """Of tasks, in the middle of what is on show of each."""
    lines: Sequence[Drawn]

    def x_at(self, pixel: float) -> float:
        """Return x at a pixel."""
        return self.across.value(pixel)


def lay_out(
    size: QSizeF,
    metrics: QFontMetricsF,
    titles: Titles,
    across: Range,
    up: tuple[Range, bool],
    *,
    marks: Marks | None,
    left: float = 0.0,
) -> Plan:
    """Return the plan of an empty plot.

    Args:
        size: of the widget.
        metrics: of the font of all words.
        titles: of the axes.
        across: of x on show.
        up: of y on show, and whether it is logarithmic.
        marks: where tasks begin, if their names stand above.
        left: pixels left of the plot, at least.
    """
    line = metrics.height()
    top = line + GAP if marks else line / 2 + 2
    bottom = size.height() - line - GAP - (line if titles.bottom else 0.0)
    upright = Scale(up[0], max(bottom, top + 1), top, up[1])
    heights = upright.ticks(min(_MOST_TICKS, max(2, int((bottom - top) / (_LINES_PER_TICK * line)))))
    words = number_words(heights)
    widest = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    left = max(left, (line if titles.left else 0.0) + GAP + widest + GAP)
    lying = Scale(across, left, max(size.width() - RIM, left + 1))
    area = QRectF(QPointF(left, top), QPointF(lying.end, upright.start))
    steps = [(float(v), word) for v, word in zip(upright.inner(np.array(heights)), words, strict=True)]
    borders, names = _tasks(lying, marks, metrics) if marks else ((), ())
    return Plan(area, lying, upright, _ticks(lying, titles, metrics), steps, borders, names, ())


def _ticks(scale: Scale, titles: Titles, metrics: QFontMetricsF) -> list[Tick]:
    letter = metrics.averageCharWidth()
    room = scale.end - scale.start
    if titles.tick is None:
        found = scale.ticks(max(2, int(room / (_LETTERS_PER_TICK * letter))), whole=True)
        return list(zip(found, number_words(found), strict=True))
    widest = metrics.horizontalAdvance(titles.tick(int(scale.range.high))) + 2 * letter
    found = scale.ticks(max(2, int(room / widest)), whole=True)
    return [(v, titles.tick(round(v))) for v in found if titles.tick(round(v))]


def _tasks(scale: Scale, marks: Marks, metrics: QFontMetricsF) -> tuple[list[float], list[Tick]]:
    """Return where tasks begin and their names in the middle; of many that are on show only some."""
    low, high = scale.range
    edges = np.append(marks.starts, marks.end)
    borders: list[float] = []
    for border in edges[1:-1][(edges[1:-1] >= low) & (edges[1:-1] <= high)].tolist():
        if not borders or scale.at(border) - scale.at(borders[-1]) >= _CLOSEST_MARKS:
            borders.append(border)
    shown = np.flatnonzero((edges[1:] > low) & (edges[:-1] < high))
    if not len(shown):
        return borders, []
    widest = metrics.horizontalAdvance(marks.name(int(shown[-1]))) + 2 * metrics.averageCharWidth()
    every = max(1, -(-len(shown) * int(widest + 1) // max(1, int(scale.end - scale.start))))
    middles = (np.maximum(edges[:-1], low) + np.minimum(edges[1:], high)) / 2
    return borders, [(float(middles[place]), marks.name(place)) for place in shown[::every].tolist()]
