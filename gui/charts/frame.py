"""What stands around the lines of a plot: grid, ticks, names of axes, and where tasks begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from gui.charts.lines import Drawn
from gui.charts.pens import line_pen
from gui.charts.scale import Range, Scale, number_words
from gui.state.decimate import Points
from gui.theme import Theme

_GAP = 4.0
_RIM = 10.0
_LINES_PER_TICK = 2.2
"""Heights of a line of text between two ticks of the upright axis, at least."""
_LETTERS_PER_TICK = 9.0
_MOST_TICKS = 10
_CLOSEST_MARKS = 6.0
"""Pixels between two borders of tasks; nearer ones are left out."""


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
    ticks: Sequence[tuple[float, str]]
    """Of the lying axis: pixel and words."""
    steps: Sequence[tuple[float, str]]
    """Of the upright axis."""
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
    marked: bool,
    left: float = 0.0,
) -> Plan:
    """Return the plan of an empty plot.

    Args:
        size: of the widget.
        metrics: of the font of all words.
        titles: of the axes.
        across: of x on show.
        up: of y on show, and whether it is logarithmic.
        marked: whether names of tasks stand above.
        left: pixels left of the plot, at least.
    """
    line = metrics.height()
    top = line + _GAP if marked else line / 2 + 2
    bottom = size.height() - line - _GAP - (line if titles.bottom else 0.0)
    upright = Scale(up[0], max(bottom, top + 1), top, up[1])
    heights = upright.ticks(min(_MOST_TICKS, max(2, int((bottom - top) / (_LINES_PER_TICK * line)))))
    words = number_words(heights)
    widest = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
    left = max(left, (line if titles.left else 0.0) + _GAP + widest + _GAP)
    lying = Scale(across, left, max(size.width() - _RIM, left + 1))
    area = QRectF(QPointF(left, top), QPointF(lying.end, upright.start))
    steps = [(upright.at(v), word) for v, word in zip(heights, words, strict=True)]
    return Plan(area, lying, upright, _ticks(lying, titles, metrics), steps, ())


def _ticks(scale: Scale, titles: Titles, metrics: QFontMetricsF) -> list[tuple[float, str]]:
    letter = metrics.averageCharWidth()
    room = scale.end - scale.start
    if titles.tick is None:
        found = scale.ticks(max(2, int(room / (_LETTERS_PER_TICK * letter))), whole=True)
        return [(scale.at(v), word) for v, word in zip(found, number_words(found), strict=True)]
    widest = metrics.horizontalAdvance(titles.tick(int(scale.range.high))) + 2 * letter
    found = scale.ticks(max(2, int(room / widest)), whole=True)
    return [(scale.at(v), titles.tick(round(v))) for v in found if titles.tick(round(v))]


def paint_frame(painter: QPainter, plan: Plan, titles: Titles, theme: Theme) -> None:
    """Draw grid, ticks and titles."""
    area = plan.area
    painter.setPen(line_pen(theme.grid))
    for pixel, _ in plan.steps:
        painter.drawLine(QPointF(area.left(), pixel), QPointF(area.right(), pixel))
    if titles.tick is not None:
        for pixel, _ in plan.ticks:
            painter.drawLine(QPointF(pixel, area.top()), QPointF(pixel, area.bottom()))
    painter.setPen(line_pen(theme.border))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
    painter.setPen(QColor(theme.muted))
    _write_numbers(painter, plan)
    _write_titles(painter, plan, titles)


def _write_numbers(painter: QPainter, plan: Plan) -> None:
    area, metrics = plan.area, QFontMetricsF(painter.font())
    line = metrics.height()
    for pixel, word in plan.steps:
        place = QRectF(0, pixel - line / 2, area.left() - _GAP, line)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
    for pixel, word in plan.ticks:
        width = metrics.horizontalAdvance(word) + 2
        left = min(max(pixel - width / 2, 0.0), area.right() + _RIM - width)
        painter.drawText(QRectF(left, area.bottom() + _GAP, width, line), Qt.AlignmentFlag.AlignHCenter, word)


def _write_titles(painter: QPainter, plan: Plan, titles: Titles) -> None:
    area, line = plan.area, QFontMetricsF(painter.font()).height()
    below = QRectF(area.left(), area.bottom() + _GAP + line, area.width(), line)
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, titles.bottom)
    if titles.left:
        painter.save()
        painter.translate(0, area.center().y())
        painter.rotate(-90)
        beside = QRectF(-area.height() / 2, 0, area.height(), line)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, titles.left)
        painter.restore()


def paint_marks(painter: QPainter, plan: Plan, marks: Marks, theme: Theme) -> None:
    """Draw a fine line where a task begins, and its name above the middle of its stretch."""
    area, metrics = plan.area, QFontMetricsF(painter.font())
    edges = plan.across.place(np.append(marks.starts, marks.end))
    painter.setPen(line_pen(theme.border))
    last = -np.inf
    for pixel in edges[1:-1][(edges[1:-1] >= area.left()) & (edges[1:-1] <= area.right())].tolist():
        if pixel - last >= _CLOSEST_MARKS:
            painter.drawLine(QPointF(pixel, area.top()), QPointF(pixel, area.bottom()))
            last = pixel
    painter.setPen(QColor(theme.muted))
    middles: Points = (np.maximum(edges[:-1], area.left()) + np.minimum(edges[1:], area.right())) / 2
    shown = np.flatnonzero((edges[1:] > area.left()) & (edges[:-1] < area.right()))
    if not len(shown):
        return
    widest = metrics.horizontalAdvance(marks.name(int(shown[-1]))) + 2 * metrics.averageCharWidth()
    every = max(1, -(-len(shown) * int(widest + 1) // max(1, int(area.width()))))
    for place in shown[::every].tolist():
        box = QRectF(float(middles[place]) - widest / 2, 0, widest, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, marks.name(place))
