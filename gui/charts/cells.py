"""Paint the cells of a heat map: one small picture scaled up, and numbers where there is room."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPaintEngine, QPainter, QPen, QStaticText, QTransform

from gui.charts.grid import COMING, GAP, Grid, Layout
from gui.charts.shades import LEVELS, inks, shades
from gui.theme import Theme, faded

_ROOMY_CELL = 8.0
"""From this size on, cells stand apart."""
_MOST_NUMBERS = 1_200
"""More numbers are not written: nobody reads them at once."""
_MOST_OUTLINES = 1_000
_MOST_VECTORS = 20_000
"""Of more cells than this, a drawing holds a picture."""
_UNKNOWN = 0.35


def levels(grid: Grid, part: tuple[slice, slice] = (slice(None), slice(None))) -> NDArray[np.uint8]:
    """Return the step of the colour range of each cell, 0 .. LEVELS - 1; any where there is no value."""
    steps = grid.numbers[part] - grid.low
    steps *= (LEVELS - 1) / (grid.top - grid.low or 1.0)
    np.clip(steps + 0.5, 0, LEVELS - 1, out=steps)
    with np.errstate(invalid="ignore"):  # NaN becomes some step
        return steps.astype(np.uint8)


def cell_picture(grid: Grid, theme: Theme) -> QImage:
    """Return one pixel a cell."""
    rows, columns = grid.shape
    pixels = shades(theme, diverging=grid.diverging)[levels(grid)]
    pixels[np.isnan(grid.numbers)] = faded(theme.muted, theme.surface, _UNKNOWN).rgb()
    pixels[grid.numbers == COMING] = QColor(theme.surface).rgb()
    return QImage(pixels.tobytes(), columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def paint_cells(painter: QPainter, layout: Layout, theme: Theme, picture: QImage) -> None:
    """Draw the cells on show; `picture` is the grid's, see `cell_picture`."""
    rows, columns = layout.visible
    count, small = len(rows) * len(columns), min(layout.pitch.width(), layout.pitch.height())
    vectors = painter.paintEngine().type() is QPaintEngine.Type.SVG and count <= _MOST_VECTORS
    if vectors:
        _paint_rectangles(painter, layout, picture)
    else:
        _paint_picture(painter, layout, picture)
    if small > _ROOMY_CELL:
        _part_cells(painter, layout, theme)
        if count <= _MOST_OUTLINES:
            _outline_coming(painter, layout, theme)
    if count <= _MOST_NUMBERS:
        _write_numbers(painter, layout, theme)


def _paint_picture(painter: QPainter, layout: Layout, picture: QImage) -> None:
    rows, columns = layout.visible
    target = layout.cell(rows[0], columns[0]).united(layout.cell(rows[-1], columns[-1]))
    source = QRect(columns[0], rows[0], len(columns), len(rows))
    scale = painter.deviceTransform().m11()
    wide, high = round(target.width() * scale), round(target.height() * scale)
    if wide < source.width() or high < source.height():
        # Several cells share a pixel: it gets their mean, not one of them.
        mode = Qt.TransformationMode.SmoothTransformation
        picture = picture.copy(source).scaled(
            min(wide, source.width()), min(high, source.height()), Qt.AspectRatioMode.IgnoreAspectRatio, mode
        )
        source = picture.rect()
    painter.drawImage(target, picture, QRectF(source))


def _paint_rectangles(painter: QPainter, layout: Layout, picture: QImage) -> None:
    rows, columns = layout.visible
    for row in rows:
        for column in columns:
            if layout.grid.numbers[row, column] != COMING:
                painter.fillRect(layout.cell(row, column), picture.pixelColor(column, row))


def _part_cells(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Let cells stand apart."""
    rows, columns = layout.visible
    area = layout.area
    painter.setPen(QPen(QColor(theme.surface), 2))
    for row in (*rows, rows[-1] + 1):
        painter.drawLine(QPointF(area.left(), layout.y(row)), QPointF(area.right(), layout.y(row)))
    for column in (*columns, columns[-1] + 1):
        painter.drawLine(QPointF(layout.x(column), area.top()), QPointF(layout.x(column), area.bottom()))


def _outline_coming(painter: QPainter, layout: Layout, theme: Theme) -> None:
    rows, columns = layout.visible
    numbers = layout.grid.numbers
    coming = [(row, column) for row in rows for column in columns if numbers[row, column] == COMING]
    painter.setPen(QPen(QColor(theme.grid), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRects([layout.cell(*cell).adjusted(1.5, 1.5, -1.5, -1.5) for cell in coming])


def _write_numbers(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Write values where every one of them fits."""
    grid = layout.grid
    if not grid.number or layout.line > layout.pitch.height():
        return
    rows, columns = layout.visible
    part = (slice(rows.start, rows.stop), slice(columns.start, columns.stop))
    numbers, white = grid.numbers[part], inks(theme, diverging=grid.diverging)[levels(grid, part)]
    font = painter.font().toString()
    words = {value: _word(_text(grid, value), font) for value in {*numbers[np.isfinite(numbers)].tolist()}}
    unknown = _word("\N{EN DASH}", font)
    if 2 * max((half for _, half in words.values()), default=0.0) + GAP > layout.pitch.width():
        return
    across, down = layout.pitch.width() / 2, (layout.pitch.height() - layout.line) / 2
    x, y = [layout.x(column) + across for column in columns], [layout.y(row) + down for row in rows]
    for light, ink in ((False, "#000000"), (True, "#ffffff")):
        painter.setPen(QColor(ink))
        places = np.nonzero((white == light) & (numbers != COMING))
        for row, column, value in zip(*(place.tolist() for place in places), numbers[places].tolist(), strict=True):
            word, half = words.get(value, unknown)
            if half:
                painter.drawStaticText(QPointF(x[column] - half, y[row]), word)


def _text(grid: Grid, value: float) -> str:
    if grid.bare_zero and value == 0:
        return ""
    word = grid.number.format(value)
    return "0" if word in {"+0", "-0"} else word.replace("-", "\N{MINUS SIGN}")


@lru_cache(maxsize=512)
def _word(text: str, font: str) -> tuple[QStaticText, float]:
    """Return a word that is laid out already, so that it is written in a third of the time, and half of its width."""
    made = QStaticText(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    own = QFont()
    own.fromString(font)
    made.prepare(QTransform(), own)
    return made, made.size().width() / 2
