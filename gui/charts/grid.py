"""Lay out and paint a grid of coloured cells with labels on two sides, and numbers where they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui.theme import Theme, faded

_LONGEST_LABEL = 84.0
_SHARE = 0.3
"""Of the height, at most, is for upright labels."""
_GAP = 4.0
_RIM = 4.0
"""Free space at the right and at the bottom."""
_ROOMY_CELL = 8.0
"""From this size on, cells stand apart."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What a heat map shows.

    Args:
        values: rows of equal length; None is a cell still to come, NaN one that nobody can fill.
        rows: a label a row. Rows beside one another with the same label share it.
        columns: a label a column.
        row_title: what rows are.
        column_title: what columns are.
        top: the value of the strongest colour; 0 has the weakest.
        number: how a value is written in its cell; '' leaves cells empty.
        describe: what the tooltip says of a cell.
    """

    values: Sequence[Sequence[float | None]]
    rows: Sequence[str]
    columns: Sequence[str]
    row_title: str
    column_title: str
    top: float
    number: str
    describe: Callable[[int, int], str]

    def moved(self, cell: tuple[int, int] | None, step: tuple[int, int]) -> tuple[int, int]:
        """Return the cell one step on, within the grid; without a cell the first one."""
        if cell is None:
            return 0, 0
        row = max(0, min(cell[0] + step[0], len(self.values) - 1))
        return row, max(0, min(cell[1] + step[1], len(self.columns) - 1))


class Layout:
    """Where cells and labels lie in a widget of a given size."""

    def __init__(self, grid: Grid, size: QSize, font: QFont) -> None:
        self.grid = grid
        self.metrics = QFontMetricsF(font)
        self.line = self.metrics.height()
        left = self.line + _GAP + self._widest(grid.rows) + _GAP
        width = max(1.0, size.width() - left - _RIM)
        self.upright = self._widest(grid.columns) + _GAP > width / max(1, len(grid.columns))
        """Whether column labels must stand upright to fit."""
        self.label_height = min(self._widest(grid.columns), _SHARE * size.height()) if self.upright else self.line
        top = self.line + _GAP + self.label_height + _GAP
        self.area = QRectF(left, top, width, max(1.0, size.height() - top - _RIM))

    def cell(self, row: int, column: int) -> QRectF:
        """Return where a cell lies."""
        width, height = self.area.width() / len(self.grid.columns), self.area.height() / len(self.grid.values)
        return QRectF(self.area.left() + column * width, self.area.top() + row * height, width, height)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return row and column below a point, or None."""
        if not self.area.contains(point):
            return None
        rows, columns = len(self.grid.values), len(self.grid.columns)
        row = int((point.y() - self.area.top()) / self.area.height() * rows)
        column = int((point.x() - self.area.left()) / self.area.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def elided(self, words: str, width: float) -> str:
        """Return words that fit: names of classes often begin alike, so the middle goes."""
        return self.metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, width + 1)

    def _widest(self, labels: Sequence[str]) -> float:
        return min(_LONGEST_LABEL, max((self.metrics.horizontalAdvance(label) for label in labels), default=0.0))


def paint_grid(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Draw cells, labels and titles in the painter's font."""
    _paint_cells(painter, layout, theme)
    painter.setPen(QColor(theme.muted))
    _paint_titles(painter, layout)
    _paint_rows(painter, layout, theme)
    _paint_columns(painter, layout)


def _paint_cells(painter: QPainter, layout: Layout, theme: Theme) -> None:
    grid, first = layout.grid, layout.cell(0, 0)
    gap = 1.0 if min(first.width(), first.height()) > _ROOMY_CELL else 0.0
    widest = layout.metrics.horizontalAdvance("100") + _GAP
    numbers = grid.number if widest <= first.width() and layout.line <= first.height() else ""
    for row, values in enumerate(grid.values):
        for column, value in enumerate(values):
            place = layout.cell(row, column).adjusted(gap, gap, -gap, -gap)
            if value is None or isnan(value):
                painter.setPen(QPen(QColor(theme.grid), 1))
                painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
                if value is not None:
                    painter.setPen(QColor(theme.muted))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "\N{EN DASH}")
                continue
            colour = shade(theme, value / grid.top if grid.top else 0.0)
            painter.fillRect(place, colour)
            if numbers:
                painter.setPen(readable_on(colour))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, numbers.format(value))


def _paint_titles(painter: QPainter, layout: Layout) -> None:
    area, line = layout.area, layout.line
    above = QRectF(area.left(), 0, area.width(), line)
    painter.drawText(above, Qt.AlignmentFlag.AlignCenter, layout.elided(layout.grid.column_title, above.width()))
    painter.save()
    painter.translate(0, area.center().y())
    painter.rotate(-90)
    beside = QRectF(-area.height() / 2, 0, area.height(), line)
    painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, layout.elided(layout.grid.row_title, beside.width()))
    painter.restore()


def _paint_rows(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Write row labels, leaving out those that would touch the one above, and part groups by a line."""
    area, line = layout.area, layout.line
    left, right = line + _GAP, area.left() - _GAP
    bottom = 0.0
    for label, first, last in _shared(layout.grid.rows):
        place = layout.cell(first, 0).united(layout.cell(last, 0))
        if first and last > first and place.height() > line / 2:
            painter.fillRect(QRectF(area.left() - _GAP, place.top() - 0.5, area.width() + _GAP, 1), QColor(theme.muted))
        top = place.center().y() - line / 2
        if top < bottom:
            continue
        bottom = top + line
        words = layout.elided(label, right - left)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(left, top, right - left, line), side, words)


def _paint_columns(painter: QPainter, layout: Layout) -> None:
    """Write column labels, upright if need be, leaving out those that would touch the one before."""
    line = layout.line
    end = 0.0
    for column, label in enumerate(layout.grid.columns):
        place = layout.cell(0, column)
        half = line / 2 if layout.upright else layout.metrics.horizontalAdvance(label) / 2
        if place.center().x() - half < end:
            continue
        end = place.center().x() + half
        painter.save()
        painter.translate(place.center().x(), layout.area.top() - _GAP)
        if layout.upright:
            painter.rotate(-90)
            box, side = QRectF(0, -line / 2, layout.label_height, line), Qt.AlignmentFlag.AlignLeft
        else:
            box, side = QRectF(-place.width() / 2, -line, place.width(), line), Qt.AlignmentFlag.AlignHCenter
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, layout.elided(label, box.width()))
        painter.restore()


def _shared(labels: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return each run of equal labels with its first and last index."""
    runs: list[tuple[str, int, int]] = []
    for index, label in enumerate(labels):
        if runs and runs[-1][0] == label:
            runs[-1] = (label, runs[-1][1], index)
        else:
            runs.append((label, index, index))
    return runs


def shade(theme: Theme, share: float) -> QColor:
    """Return the colour of a heat map at 0 .. 1 of its range."""
    low, middle, high = theme.scale
    share = max(0.0, min(1.0, share))
    return faded(middle, low, 2 * share) if share < 0.5 else faded(high, middle, 2 * share - 1)


def readable_on(colour: QColor) -> QColor:
    """Return black or white, whichever has the higher contrast ratio (WCAG 2)."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    on_black, on_white = (luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05)
    return QColor("#000000") if on_black > on_white else QColor("#ffffff")
