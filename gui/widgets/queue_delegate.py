"""How a run looks in the queue: state, method and seed above where it stands; a bar under one that is on."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.queue import ROW
from gui.state.queue_words import Row
from gui.theme import current

_ICON, _PAD, _BAR = 16, 8, 3


class QueueDelegate(QStyledItemDelegate):
    """Two lines a run."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of two lines."""
        return QSize(0, 2 * QFontMetrics(option.font).lineSpacing() + 2 * _PAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a row; a tint instead of the full highlight keeps the icons' colours readable."""
        theme, row = current(), index.data(ROW)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            tint = QColor(theme.accent)
            tint.setAlphaF(0.2)
            painter.fillRect(option.rect, tint)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        cell = option.rect.adjusted(_PAD, _PAD - 2, -_PAD, -_PAD + 1)
        mark: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
        mark.paint(painter, QRect(cell.left(), cell.center().y() - _ICON // 2, _ICON, _ICON))
        words = cell.adjusted(_ICON + _PAD, 0, 0, 0)
        painter.setFont(option.font)
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        bad = row.fate in {"failed", "killed"}
        below = words.adjusted(0, 0, 0, -_BAR) if row.share is not None else words
        _line(painter, words, row.title, theme.text, top)
        _line(painter, below, row.words, theme.error if bad else theme.muted, bottom)
        _paint_bar(painter, words, row, theme.grid, theme.accent)
        painter.restore()


def _line(painter: QPainter, place: QRect, text: str, colour: str, side: Qt.AlignmentFlag) -> None:
    painter.setPen(QColor(colour))
    cut = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | side, cut)


def _paint_bar(painter: QPainter, place: QRect, row: Row, empty: str, full: str) -> None:
    if row.share is not None:
        bar = QRect(place.left(), place.bottom() - _BAR + 2, place.width(), _BAR)
        painter.fillRect(bar, QColor(empty))
        bar.setWidth(round(bar.width() * min(1.0, row.share)))
        painter.fillRect(bar, QColor(full))
