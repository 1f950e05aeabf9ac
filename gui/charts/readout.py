"""The crosshair: a line at one x, and a small box with the values of all lines there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from gui.charts.pens import line_pen
from gui.theme import Dash, Theme

_PAD = 6.0
_SAMPLE = 18.0
_GAP = 12.0
_AWAY = 10.0
"""Between line and box."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the box says of one line."""

    name: str
    words: str
    colour: str
    dash: Dash = ()
    width: float = 1.5
    pixel: float | None = None
    """Where its point is; None where it has none."""


def paint_readout(
    painter: QPainter,
    area: QRectF,
    pixel: float,
    heading: str,
    rows: Sequence[Row],
    theme: Theme,
    *,
    marked: int | None = None,
    width: float,
) -> None:
    """Draw the line, a dot on each of the others, and the box on the side that has more room.

    Args:
        painter: with the font of the box.
        area: of the plot.
        pixel: of the line.
        heading: says what is there, in one or more lines.
        rows: those that do not fit are counted.
        theme: of all colours.
        marked: the row that is pointed at.
        width: of the widget, which a wide box may use beyond the plot.
    """
    painter.setPen(line_pen(theme.muted))
    painter.drawLine(QPointF(pixel, area.top()), QPointF(pixel, area.bottom()))
    for index, row in enumerate(rows):
        if row.pixel is not None and area.top() - 1 <= row.pixel <= area.bottom() + 1:
            painter.setPen(line_pen(theme.surface, 1.5))
            painter.setBrush(QColor(row.colour))
            size = 4.5 if index == marked else 3.0
            painter.drawEllipse(QPointF(pixel, row.pixel), size, size)
    box = _Box(painter, area, heading.split("\n"), rows, marked)
    box.paint(painter, box.place(area, pixel, width), theme, marked)


class _Box:
    """What fits into the box, and how large that makes it."""

    def __init__(
        self, painter: QPainter, area: QRectF, heading: Sequence[str], rows: Sequence[Row], marked: int | None
    ) -> None:
        strong = QFont(painter.font())
        strong.setBold(True)
        metrics = QFontMetricsF(strong)
        self._heading = heading
        self._line, self._ascent = metrics.height(), metrics.ascent()
        name = max((metrics.horizontalAdvance(row.name) for row in rows), default=0.0)
        words = max((metrics.horizontalAdvance(row.words) for row in rows), default=0.0)
        self._column = _SAMPLE + name + _GAP + words
        high = max(1, int((area.height() - 2 * _PAD) // self._line) - len(heading))
        wide = max(1, int((area.width() / 2 - 2 * _PAD) // (self._column + _GAP)))
        columns = min(-(-len(rows) // high), wide) or 1
        self._shown, self._left = _fit(rows, high * columns, marked)
        self._per = -(-len(self._shown) // columns)
        title = max(metrics.horizontalAdvance(words) for words in heading)
        self._width = max(columns * (self._column + _GAP) - _GAP, title) + 2 * _PAD
        self._height = self._line * (len(heading) + self._per + bool(self._left)) + 2 * _PAD

    def place(self, area: QRectF, pixel: float, width: float) -> QRectF:
        """Return where the box goes: beside the line, on the side with more room."""
        on_right = pixel - area.left() < area.right() - pixel
        x = pixel + _AWAY if on_right else pixel - _AWAY - self._width
        return QRectF(max(1.0, min(x, width - self._width - 1)), area.top() + 2, self._width, self._height)

    def paint(self, painter: QPainter, box: QRectF, theme: Theme, marked: int | None) -> None:
        """Draw sheet, heading and rows."""
        _paint_sheet(painter, box, theme)
        painter.setPen(QColor(theme.muted))
        for index, words in enumerate(self._heading):
            painter.drawText(QPointF(box.left() + _PAD, box.top() + _PAD + index * self._line + self._ascent), words)
        for place, (index, row) in enumerate(self._shown):
            across, down = divmod(place, self._per)
            left = box.left() + _PAD + across * (self._column + _GAP)
            top = box.top() + _PAD + (len(self._heading) + down) * self._line
            _paint_row(painter, QRectF(left, top, self._column, self._line), row, theme, strong=index == marked)
        if self._left:
            painter.setPen(QColor(theme.muted))
            top = box.bottom() - _PAD - self._line + self._ascent
            painter.drawText(QPointF(box.left() + _PAD, top), f"{self._left} more")


def _fit(rows: Sequence[Row], room: int, marked: int | None) -> tuple[list[tuple[int, Row]], int]:
    """Return the rows that fit with their index, the marked one among them, and how many do not."""
    every = list(enumerate(rows))
    if len(every) <= room:
        return every, 0
    shown = every[: max(1, room - 1)]
    if marked is not None and len(shown) <= marked < len(every):
        shown[-1] = every[marked]
    return shown, len(every) - len(shown)


def _paint_sheet(painter: QPainter, box: QRectF, theme: Theme) -> None:
    fill = QColor(theme.surface)
    fill.setAlpha(240)
    painter.setPen(line_pen(theme.border))
    painter.setBrush(fill)
    painter.drawRoundedRect(box, 4, 4)


def _paint_row(painter: QPainter, place: QRectF, row: Row, theme: Theme, *, strong: bool) -> None:
    middle = place.center().y()
    painter.setPen(line_pen(row.colour, max(1.5, row.width), row.dash))
    painter.drawLine(QPointF(place.left(), middle), QPointF(place.left() + _SAMPLE - 6, middle))
    font = QFont(painter.font())
    painter.save()
    font.setBold(strong)
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    inside = place.adjusted(_SAMPLE, 0, 0, 0)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, row.name)
    painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, row.words)
    painter.restore()
