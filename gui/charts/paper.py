"""A heat map on paper: with whole labels, however long, as PNG or SVG; and as a table, CSV."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.charts.grid import Grid, Layout
from gui.charts.painting import save_picture
from gui.charts.pens import small_font
from gui.charts.sheet import Sheet
from gui.charts.writing import Cell, write
from gui.theme import Theme

_LARGEST: Final = 4000
"""Pixels of a side; of very large grids some labels are left out instead."""
_MARGIN: Final = 16


def export_grid(
    grid: Grid,
    path: Path,
    theme: Theme,
    *,
    size: QSize,
    title: str,
    identity: str = "",
    rows: Sequence[Sequence[Cell]] = (),
) -> Path:
    """Write a grid as .png, .svg or .csv; return the path.

    Args:
        grid: what is written, all of it.
        path: the file.
        theme: colours of the picture.
        size: of the picture in pixels of the screen; it grows until every label has room.
        title: stands above the picture.
        identity: what the numbers depend on, line by line.
        rows: the table, headings first; without it that of the values.

    Raises:
        ValueError: another suffix.
        StorageError: the file cannot be written.
    """

    def draw() -> None:
        sheet = _Sheet(grid, theme, size, title)
        save_picture([sheet], path, theme, words=f"{title}\n{identity}".rstrip())
        sheet.deleteLater()

    return write(path, (title, *identity.splitlines()), lambda: rows or table(grid), draw)


def table(grid: Grid) -> list[Sequence[Cell]]:
    """Return the values with their labels, headings first; empty where there is no value."""
    rows: list[Sequence[Cell]] = [[grid.row_title, *grid.columns]]
    values = grid.numbers.tolist()
    rows.extend(
        [label, *(value if isfinite(value) else None for value in row)]
        for label, row in zip(grid.rows, values, strict=True)
    )
    return rows


class _Sheet(QWidget):
    """A grid with its title, as large as its labels need."""

    def __init__(self, grid: Grid, theme: Theme, size: QSize, title: str) -> None:
        super().__init__()
        self._grid, self._theme = grid, theme
        self.setAccessibleName(title)
        first = Layout(grid, size, small_font(), whole_labels=True)
        (rows, columns), area = grid.shape, first.area
        wide = size.width() - area.width() + max(area.width(), columns * first.line)
        high = max(size.height(), area.top() + rows * first.line + _MARGIN)
        self._head = round(2 * first.line)
        self._size = QSize(min(round(wide), _LARGEST), min(round(high), _LARGEST))
        self.resize(self._size.width() + 2 * _MARGIN, self._size.height() + self._head + 2 * _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title and grid."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.surface))
        painter.translate(_MARGIN, _MARGIN)
        painter.setFont(small_font())
        painter.setPen(QColor(self._theme.text))
        painter.drawText(
            QRectF(0, 0, self._size.width(), self._head), Qt.AlignmentFlag.AlignLeft, self.accessibleName()
        )
        painter.translate(0, self._head)
        layout = Layout(self._grid, self._size, small_font(), whole_labels=True)
        Sheet(self._grid, self._theme).paint(painter, layout)
        painter.end()
