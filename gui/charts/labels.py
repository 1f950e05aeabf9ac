"""Paint what stands around the cells of a heat map: titles, labels, borders of groups, and the colour bar."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from gui.charts.grid import BAR, GAP, Layout
from gui.charts.shades import gradient
from gui.theme import Theme

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MOST_BORDERS_SHARE = 6.0
"""Pixels between borders below which they would hide the cells."""


def paint_labels(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Draw everything but the cells, in the painter's font."""
    _paint_borders(painter, layout, theme)
    painter.setPen(QColor(theme.muted))
    _paint_titles(painter, layout)
    _paint_rows(painter, layout)
    _paint_columns(painter, layout)
    _paint_groups(painter, layout)
    if layout.bar:
        _paint_bar(painter, layout, theme)


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


def _paint_borders(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Part groups, and rows that share a label, by a line that stands out from any cell."""
    area = layout.area
    named = layout.row_groups or [run for run in layout.row_runs if run[2] > run[1]]
    across = [y for _, first, _ in named[1:] if area.top() < (y := layout.y(first)) < area.bottom()]
    down = [x for _, first, _ in layout.column_groups[1:] if area.left() < (x := layout.x(first)) < area.right()]
    painter.setPen(QPen(QColor(theme.text), 1))
    if len(across) * _MOST_BORDERS_SHARE <= area.height():
        for y in across:
            painter.drawLine(QPointF(area.left() - GAP, y), QPointF(area.right(), y))
    if len(down) * _MOST_BORDERS_SHARE <= area.width():
        for x in down:
            painter.drawLine(QPointF(x, area.top() - GAP), QPointF(x, area.bottom()))


def _paint_rows(painter: QPainter, layout: Layout) -> None:
    """Write row labels, leaving out those that would touch the one above."""
    area, line, room = layout.area, layout.line, layout.row_room
    bottom = area.top() - line / 2
    for label, first, last in layout.row_runs:
        top = (layout.y(first) + layout.y(last + 1)) / 2 - line / 2
        if bottom <= top <= area.bottom() - line / 2:
            bottom = top + line
            place = QRectF(area.left() - GAP - room, top, room, line)
            painter.drawText(place, _RIGHT, layout.elided(label, room))


def _paint_columns(painter: QPainter, layout: Layout) -> None:
    """Write column labels, upright if need be, leaving out those that would touch the one before."""
    area, line = layout.area, layout.line
    end = 0.0
    for column, label in enumerate(layout.grid.columns):
        middle = layout.x(column) + layout.pitch.width() / 2
        half = line / 2 if layout.upright else layout.metrics.horizontalAdvance(label) / 2
        if middle - half < end or not area.left() <= middle <= area.right():
            continue
        end = middle + half
        painter.save()
        painter.translate(middle, area.top() - GAP)
        if layout.upright:
            painter.rotate(-90)
            box, side = QRectF(0, -line / 2, layout.label_height, line), _LEFT
        else:
            wide = max(layout.pitch.width(), 2 * half)
            box, side = QRectF(-wide / 2, -line, wide, line), Qt.AlignmentFlag.AlignCenter
        painter.drawText(box, side, layout.elided(label, box.width()))
        painter.restore()


def _paint_groups(painter: QPainter, layout: Layout) -> None:
    """Name groups beyond the labels of their members, leaving out names that would touch."""
    area, line = layout.area, layout.line
    left = area.left() - GAP - layout.row_room - layout.row_band
    bottom = area.top() - line
    for name, first, last in layout.row_groups:
        start, end = max(layout.y(first), area.top()), min(layout.y(last + 1), area.bottom())
        top = (start + end) / 2 - line / 2
        if end > start and top >= bottom:
            bottom = top + line
            painter.drawText(QRectF(left, top, layout.row_band - GAP, line), _RIGHT, name)
    top = area.top() - 2 * GAP - layout.label_height - layout.column_band
    right = area.left() - area.width()
    for name, first, last in layout.column_groups:
        start, end = max(layout.x(first), area.left()), min(layout.x(last + 1), area.right())
        half = layout.metrics.horizontalAdvance(name) / 2
        middle = (start + end) / 2
        if end > start and middle - half >= right:
            right = middle + half + GAP
            box = QRectF(middle - half - 1, top + GAP, 2 * half + 2, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)


def _paint_bar(painter: QPainter, layout: Layout, theme: Theme) -> None:
    """Show which colour is which value."""
    area, line = layout.area, layout.line
    bar = QRectF(area.right() + 2 * GAP, area.top(), BAR, area.height())
    painter.fillRect(bar, QBrush(gradient(theme, diverging=layout.grid.diverging)))
    lowest, middle, highest = layout.bar_words()
    places = [(lowest, bar.bottom() - line), (highest, bar.top())]
    if bar.height() > 4 * line:
        places.append((middle, bar.center().y() - line / 2))
    room = layout.metrics.horizontalAdvance(max(lowest, middle, highest, key=len)) + GAP
    painter.setPen(QColor(theme.muted))
    for words, top in places:
        painter.drawText(QRectF(bar.right() + GAP, top, room, line), _LEFT, words)
