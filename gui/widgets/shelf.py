"""Small pictures in rows with words below each; as high as its rows, so that the page around it scrolls, not this."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.theme import current
from gui.widgets.pixels import boxed

_PADDING: Final = 5
_PICTURE: Final = Qt.ItemDataRole.UserRole


class Shelf(QListWidget):
    """Arrow keys choose a picture.

    Args:
        side: of each picture.
        lines: of words below each.
        most_rows: rows on show, the rest by scrolling; 0 shows all.
    """

    def __init__(self, side: int, lines: int, most_rows: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side, self._lines, self._most_rows = side, lines, most_rows
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setItemDelegate(_Cell(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.fit()

    def put(self, image: QImage, words: str, tip: str, place: int = -1) -> QListWidgetItem:
        """Add a picture at a place, or else at the end; `tip` is all that is known of it."""
        item = QListWidgetItem(words)
        item.setData(_PICTURE, boxed(image, self.side, self.devicePixelRatioF()))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, tip)
        item.setToolTip(tip)
        self.insertItem(self.count() if place < 0 else place, item)
        self.fit()
        return item

    def fit(self) -> None:
        """Be as high as the rows."""
        line = self.fontMetrics().lineSpacing()
        words = 3 * line if self._lines else 0
        cell = QSize(self.side + words + 2 * _PADDING, self.side + self._lines * line + 2 * _PADDING)
        if cell != self.gridSize():
            self.setGridSize(cell)
        columns = max(1, self.viewport().width() // cell.width())
        rows = max(1, -(-self.count() // columns))
        height = min(rows, self._most_rows or rows) * cell.height() + 2
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep as many rows as there are."""
        super().resizeEvent(event)
        self.fit()


class _Cell(QStyledItemDelegate):
    """A picture above its words; a frame around the chosen one."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf)
        self._shelf = shelf

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the same room for each."""
        return self._shelf.gridSize()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a cell."""
        theme, cell, side = current(), QRect(option.rect), self._shelf.side
        picture: QPixmap = index.data(_PICTURE)
        box = QRect(cell.center().x() - side // 2, cell.top() + _PADDING, side, side)
        painter.save()
        painter.drawPixmap(box, picture)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(box.adjusted(-2, -2, 2, 2))
        painter.setFont(option.font)
        painter.setPen(QColor(theme.text))
        metrics, words = option.fontMetrics, cell.adjusted(_PADDING, side + 2 * _PADDING, -_PADDING, 0)
        for line in str(index.data()).splitlines():
            cut = metrics.elidedText(line, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, cut)
            painter.setPen(QColor(theme.muted))
            words.translate(0, metrics.lineSpacing())
        painter.restore()
