"""What a heat map shows, and where its cells and labels lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import ceil, floor, inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.charts.view import WHOLE, View

Values: TypeAlias = NDArray[np.floating] | Sequence[Sequence[float | None]]
Spot: TypeAlias = tuple[int, int]
"""Row and column."""

COMING = inf
"""The value of a cell still to come; NaN is that of a cell that nobody can fill."""

_LONGEST_LABEL = 84.0
_SHARE = 0.3
"""Of the height, or the width, at most, is for labels."""
_LABEL_SHARE = 0.22
GAP = 4.0
_RIM = 4.0
"""Free space at the right and at the bottom."""
BAR = 10.0
"""Width of the colour bar."""
_ROOM_FOR_BAR = 260.0
_FINEST = 2
"""Cells on show, along a side, when zoomed in as far as possible."""


@dataclass(frozen=True, eq=False)
class Grid:
    """What a heat map shows.

    Args:
        values: an array, or rows of equal length; None or `COMING` is a cell still to come, NaN one that nobody can
            fill.
        rows: a label a row. Rows beside one another with the same label share it.
        columns: a label a column.
        row_title: what rows are.
        column_title: what columns are.
        top: the value of the strongest colour.
        number: how a value is written in its cell; '' leaves cells empty.
        describe: what is said of a cell, by row and column.
        low: the value of the weakest colour.
        unit: of the values; there is a colour bar if it is given ('' has none, ' ' one without a unit).
        diverging: whether the middle of the range is a neutral colour, and both ends strong ones.
        row_groups: the group of each row, such as its task; a line is drawn where it changes, and it is named.
        column_groups: likewise for columns.
        opens: whether a cell can be opened, by row and column; without it none can.
        bare_zero: leave cells of value 0 without a number.
    """

    values: Values
    rows: Sequence[str]
    columns: Sequence[str]
    row_title: str
    column_title: str
    top: float
    number: str
    describe: Callable[[int, int], str]
    low: float = 0.0
    unit: str = ""
    diverging: bool = False
    row_groups: Sequence[str] = ()
    column_groups: Sequence[str] = ()
    opens: Callable[[int, int], bool] | None = None
    bare_zero: bool = False

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The values as an array, `COMING` where they are still to come `(rows, columns)`."""
        if isinstance(self.values, np.ndarray):
            return self.values.astype(np.float64, copy=False)
        return np.array([[COMING if value is None else value for value in row] for row in self.values], np.float64)

    @property
    def shape(self) -> Spot:
        """How many rows and columns there are."""
        return len(self.rows), len(self.columns)

    @property
    def empty(self) -> bool:
        """Whether there is no cell."""
        return 0 in self.shape

    def can_open(self, row: int, column: int) -> bool:
        """Tell whether there is more behind a cell."""
        return self.opens is not None and self.opens(row, column)

    def moved(self, cell: Spot | None, step: Spot) -> Spot:
        """Return the cell some steps on, within the grid; without a cell the first one."""
        if cell is None:
            return 0, 0
        rows, columns = self.shape
        return max(0, min(cell[0] + step[0], rows - 1)), max(0, min(cell[1] + step[1], columns - 1))


class Layout:
    """Where cells and labels lie in a widget of a given size.

    Args:
        grid: what is laid out.
        size: of the widget.
        font: of labels and numbers.
        view: the part of the cells on show.
        whole_labels: whether labels get all the room that they need, as on paper.
    """

    def __init__(self, grid: Grid, size: QSize, font: QFont, view: View = WHOLE, *, whole_labels: bool = False) -> None:
        self.grid, self.view = grid, view
        self.metrics = QFontMetricsF(font)
        self.line = self.metrics.height()
        longest = inf if whole_labels else max(_LONGEST_LABEL, _LABEL_SHARE * size.width())
        self.row_runs, self.column_runs = _runs(grid.rows), [(name, i, i) for i, name in enumerate(grid.columns)]
        self.row_groups, self.column_groups = _runs(grid.row_groups), _runs(grid.column_groups)
        self.row_room = min(longest, self._widest(grid.rows))
        self.row_band = self._widest(grid.row_groups) + GAP if grid.row_groups else 0.0
        self.column_band = self.line + GAP if grid.column_groups else 0.0
        left = self.line + GAP + self.row_band + self.row_room + GAP
        self.bar = bool(grid.unit) and size.width() >= _ROOM_FOR_BAR
        right = BAR + 2 * GAP + self._widest(self.bar_words()) if self.bar else 0.0
        width = max(1.0, size.width() - left - right - _RIM)
        widest = self._widest(grid.columns)
        self.upright = widest + GAP > width / max(1, len(grid.columns))
        """Whether column labels must stand upright to fit."""
        self.label_height = min(widest, longest if whole_labels else _SHARE * size.height())
        if not self.upright:
            self.label_height = self.line
        top = self.line + GAP + self.column_band + self.label_height + GAP
        self.area = QRectF(left, top, width, max(1.0, size.height() - top - _RIM))
        rows, columns = grid.shape
        self.pitch = QSizeF(width / columns / view.across.size, self.area.height() / rows / view.down.size)
        """Width and height of a cell."""
        self._origin = QPointF(
            left - view.across.start * columns * self.pitch.width(),
            top - view.down.start * rows * self.pitch.height(),
        )

    @property
    def visible(self) -> tuple[range, range]:
        """Rows and columns of which at least a part is on show."""
        (rows, columns), across, down = self.grid.shape, self.view.across, self.view.down
        return (
            range(floor(down.start * rows + 1e-6), min(rows, ceil(down.end * rows - 1e-6))),
            range(floor(across.start * columns + 1e-6), min(columns, ceil(across.end * columns - 1e-6))),
        )

    @property
    def finest(self) -> tuple[float, float]:
        """The shares of width and height that are shown at most enlarged."""
        rows, columns = self.grid.shape
        return _FINEST / columns, _FINEST / rows

    def cell(self, row: int, column: int) -> QRectF:
        """Return where a cell lies; zoomed in, that may be beyond the area."""
        return QRectF(self.x(column), self.y(row), self.pitch.width(), self.pitch.height())

    def x(self, column: int) -> float:
        """Return where a column begins."""
        return self._origin.x() + column * self.pitch.width()

    def y(self, row: int) -> float:
        """Return where a row begins."""
        return self._origin.y() + row * self.pitch.height()

    def cell_at(self, point: QPointF) -> Spot | None:
        """Return row and column below a point, or None."""
        if not self.area.contains(point):
            return None
        rows, columns = self.grid.shape
        row = int((point.y() - self._origin.y()) / self.pitch.height())
        column = int((point.x() - self._origin.x()) / self.pitch.width())
        return min(row, rows - 1), min(column, columns - 1)

    def elided(self, words: str, width: float) -> str:
        """Return words that fit: names of classes often begin alike, so the middle goes."""
        return self.metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, width + 1)

    def bar_words(self) -> Iterator[str]:
        """Yield the labels of the colour bar, from the bottom up."""
        grid = self.grid
        for share in (0.0, 0.5, 1.0):
            yield f"{grid.low + share * (grid.top - grid.low):.3g} {grid.unit}".rstrip().replace("-", "\N{MINUS SIGN}")

    def _widest(self, labels: Sequence[str] | Iterator[str]) -> float:
        return max((self.metrics.horizontalAdvance(label) for label in set(labels)), default=0.0)


def _runs(labels: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return each run of equal labels with its first and last index."""
    found: list[tuple[str, int, int]] = []
    for label, run in groupby(labels):
        first = found[-1][2] + 1 if found else 0
        found.append((label, first, first + len(list(run)) - 1))
    return found
