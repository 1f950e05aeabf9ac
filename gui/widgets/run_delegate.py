"""How a run looks in the list: state, star, title and tags above what it learns from; the chosen row is tinted."""

from __future__ import annotations

from typing import TypeAlias, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.icons import icon
from gui.models.runs import SUBTITLE, SUMMARY, TITLE
from gui.theme import Theme, current
from gui.widgets.chips import paint_chips

Index: TypeAlias = QModelIndex | QPersistentModelIndex

CELL_PAD = 8
"""Pixels at both sides of what a cell holds."""
_ICON, _STAR = 16, 12


class RunDelegate(QStyledItemDelegate):
    """Two lines in the first column, a word or a number in the others."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(0, 2 * QFontMetrics(option.font).lineSpacing() + 16)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; a tint instead of the full highlight keeps the icons' colours readable."""
        theme = current()
        painter.save()
        _paint_ground(painter, option, theme)
        painter.setFont(option.font)
        cell = option.rect.adjusted(CELL_PAD, 0, -CELL_PAD, 0)
        if index.column() == 0:
            _paint_run(painter, cell, index, theme)
        else:
            side: Qt.AlignmentFlag = index.data(Qt.ItemDataRole.TextAlignmentRole)
            _paint_line(painter, cell, index.data(), theme.text, side)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return a field for the name."""
        field = QLineEdit(parent)
        field.setAutoFillBackground(True)
        field.setAccessibleName("New name of the run")
        field.setToolTip("Enter gives the run this name, Esc leaves it as it was")
        return field

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Put the field over the row, beside the icon: names are long."""
        place = option.rect.adjusted(CELL_PAD + _ICON + 4, 2, 0, -2)
        place.setRight(cast("QWidget", editor.parentWidget()).width() - 3)
        editor.setGeometry(place)


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, theme: Theme) -> None:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    if selected or option.state & QStyle.StateFlag.State_MouseOver:
        tint = QColor(theme.accent)
        tint.setAlphaF(0.2 if selected else 0.07)
        painter.fillRect(option.rect, tint)


def _paint_run(painter: QPainter, cell: QRect, index: Index, theme: Theme) -> None:
    mark: QIcon = index.data(Qt.ItemDataRole.DecorationRole)
    mark.paint(painter, QRect(cell.left(), cell.center().y() - _ICON // 2, _ICON, _ICON))
    words = cell.adjusted(_ICON + CELL_PAD, 7, 0, -7)
    height = QFontMetrics(painter.font()).lineSpacing()
    top = QRect(words.left(), words.top(), words.width(), height)
    run = index.data(SUMMARY)
    if run.star:
        star = QRect(top.left(), top.center().y() - _STAR // 2, _STAR, _STAR)
        icon("starred").paint(painter, star)
        top.setLeft(star.right() + 5)
    title = str(index.data(TITLE))
    room = top.width() - QFontMetrics(painter.font()).horizontalAdvance(title) - CELL_PAD
    top.setRight(top.right() - paint_chips(painter, top, room, run.tags, theme))
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    _paint_line(painter, top, title, theme.text, left)
    below = QRect(words.left(), words.bottom() - height + 1, words.width(), height)
    _paint_line(painter, below, index.data(SUBTITLE), theme.muted, left)


def _paint_line(painter: QPainter, place: QRect, text: str, colour: str, side: Qt.AlignmentFlag) -> None:
    painter.setPen(QColor(colour))
    cut = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, side, cut)
