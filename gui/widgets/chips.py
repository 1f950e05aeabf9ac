"""Small rounded words beside a title, as many as fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from gui.theme import Theme

_PAD, _GAP = 5, 4
_LONGEST, _SHORTEST = 90, 32
"""Pixels of text; the shortest is drawn whatever the room."""


def paint_chips(painter: QPainter, line: QRect, room: int, tags: Sequence[str], theme: Theme) -> int:
    """Draw tags at the right end of a line, and how many do not fit; return the width that they take.

    Args:
        painter: has the font of the line.
        line: where.
        room: how wide they may be; one chip is drawn all the same.
        tags: the words.
        theme: for colours.
    """
    if not tags:
        return 0
    painter.save()
    font = QFont(painter.font())
    font.setPointSizeF(font.pointSizeF() * 0.85)
    painter.setFont(font)
    metrics = QFontMetrics(font)
    others = metrics.horizontalAdvance("+9") + 2 * _PAD + _GAP if len(tags) > 1 else 0
    longest = max(_SHORTEST, min(_LONGEST, room - others - 2 * _PAD - _GAP))
    words = [metrics.elidedText(tag, Qt.TextElideMode.ElideRight, longest) for tag in tags]
    place, height = line.right() + 1, metrics.height() + 2
    for chip in reversed(fitting(words, lambda text: metrics.horizontalAdvance(text) + 2 * _PAD, room)):
        width = metrics.horizontalAdvance(chip) + 2 * _PAD
        place -= width
        box = QRect(place, line.center().y() - height // 2 + 1, width - 1, height - 1)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.grid))
        painter.drawRoundedRect(box, height / 2, height / 2)
        painter.setPen(QColor(theme.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, chip)
        place -= _GAP
    painter.restore()
    return line.right() + 1 - place


def fitting(words: Sequence[str], width: Callable[[str], int], room: int) -> list[str]:
    """Return the first words that fit, and `+n` for those that do not."""
    for kept in range(len(words), 0, -1):
        shown = [*words[:kept], *([f"+{len(words) - kept}"] if kept < len(words) else [])]
        if sum(width(word) + _GAP for word in shown) <= room:
            return shown
    return [f"+{len(words)}"]
