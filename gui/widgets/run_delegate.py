"""How a run looks in the list: state, method and seed above data set and time; the chosen row is tinted."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.models.runs import SUBTITLE, TITLE
from gui.theme import current

Index: TypeAlias = QModelIndex | QPersistentModelIndex

_ROW, _ICON, _PAD = 44, 16, 8


class RunDelegate(QStyledItemDelegate):
    """Two lines in the first column, a number in the others."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; a tint instead of the full highlight keeps the icons' colours readable."""
        theme = current()
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            tint = QColor(theme.accent)
            tint.setAlphaF(0.2)
            painter.fillRect(option.rect, tint)
        painter.setFont(option.font)
        cell = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        if index.column() == 0:
            _paint_run(painter, cell, index, theme.text, theme.muted)
        else:
            painter.setPen(QColor(theme.text))
            painter.drawText(cell, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.restore()


def _paint_run(painter: QPainter, cell: QRect, index: Index, text: str, muted: str) -> None:
    mark: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
    mark.paint(painter, QRect(cell.left(), cell.center().y() - _ICON // 2, _ICON, _ICON))
    words = cell.adjusted(_ICON + _PAD, 5, 0, -5)
    metrics = QFontMetrics(painter.font())
    top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
    for role, colour, side in ((TITLE, text, top), (SUBTITLE, muted, bottom)):
        painter.setPen(QColor(colour))
        line = metrics.elidedText(index.data(role), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | side, line)
