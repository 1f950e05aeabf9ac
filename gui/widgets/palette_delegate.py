"""One line of the command palette: its group, its title with the letters that were asked for, and its shortcut."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.palette import Found
from gui.theme import Theme, current

Index: TypeAlias = QModelIndex | QPersistentModelIndex

_PAD, _GAP, _KEY_PAD, _CORNER = 12, 8, 6, 4


class PaletteDelegate(QStyledItemDelegate):
    """Letters that were asked for are bold and underlined: colour is not the only sign."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line with room for the frame around its keys."""
        return QSize(0, QFontMetrics(option.font).height() + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        found: Found = index.data(Qt.ItemDataRole.UserRole)
        theme = current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            tint = QColor(theme.accent)
            tint.setAlphaF(0.2)
            painter.fillRect(option.rect, tint)
            painter.fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), QColor(theme.accent))
        cell = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        right = _paint_keys(painter, option.font, cell, found, theme)
        _paint_words(painter, option.font, cell.adjusted(0, 0, -right, 0), found, theme)
        painter.restore()


def _paint_keys(painter: QPainter, font: QFont, cell: QRect, found: Found, theme: Theme) -> int:
    """Draw shortcut or note at the right; return the room that they take."""
    command = found.command
    words = command.keys or command.note if command.possible else "not now"
    if not words and found.recent:
        words = "recent"
    if not words:
        return 0
    painter.setFont(font)
    painter.setPen(QColor(theme.muted))
    metrics = QFontMetrics(font)
    width = metrics.horizontalAdvance(words)
    place = QRect(cell.right() - width, cell.top(), width + 1, cell.height())
    if command.keys and command.possible:
        place.translate(-_KEY_PAD, 0)
        frame = QRect(place.left(), 0, width, metrics.height() + 4).adjusted(-_KEY_PAD, 0, _KEY_PAD, 0)
        frame.moveTop(cell.center().y() - frame.height() // 2)
        painter.setPen(QPen(QColor(theme.border)))
        painter.drawRoundedRect(frame, _CORNER, _CORNER)
        painter.setPen(QColor(theme.muted))
    painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
    return width + 2 * _KEY_PAD + _GAP


def _paint_words(painter: QPainter, font: QFont, cell: QRect, found: Found, theme: Theme) -> None:
    """Draw group and title, letter by letter only where some are marked, as far as there is room."""
    command = found.command
    split = len(command.group) + 2
    marked = QFont(font)
    marked.setBold(True)
    marked.setUnderline(True)
    room = cell
    for start, end, hit in _stretches(command.id, found.letters, split):
        text = command.id[start:end]
        quiet = start < split or not command.possible
        painter.setFont(marked if hit else font)
        painter.setPen(QColor(theme.muted if quiet and not hit else theme.text))
        metrics = QFontMetrics(painter.font())
        line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        room = room.adjusted(metrics.horizontalAdvance(line), 0, 0, 0)
        if line != text:
            return


def _stretches(text: str, letters: frozenset[int], split: int) -> list[tuple[int, int, bool]]:
    """Return the runs of letters that look alike: begin, end, and whether they were asked for."""
    edges = [0]
    edges += [i for i in range(1, len(text)) if i == split or (i in letters) != (i - 1 in letters)]
    edges.append(len(text))
    return [(a, b, a in letters) for a, b in pairwise(edges) if b > a]
