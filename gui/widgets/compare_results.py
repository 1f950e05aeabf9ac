"""The table of a comparison on show; its first column is the legend of all charts of the page."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from gui.charts.markers import paint_marker
from gui.charts.pens import line_pen, small_font
from gui.models.table import Index
from gui.state.compare import View
from gui.theme import Theme, current
from gui.widgets.compare_chart import Mark, mark
from gui.widgets.compare_model import BEST, GROUP, NOTE, ResultsModel

_ROW: Final = 44
_PAD: Final = 8
SAMPLE: Final = QSize(32, 16)
_FINE: Final = 2
"""Pixels of a sample's picture for each one on the screen."""
_NUMBERS: Final = 124


class ResultsTable(QTreeView):
    """A row a group."""

    baseline_chosen = Signal(str)
    """The key of the group that the others are to be compared with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.results = ResultsModel(self)
        self.view = View()
        self.setModel(self.results)
        self.setItemDelegate(_Delegate(self))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setAccessibleName("Results of the compared groups")
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(_NUMBERS)
        for column in range(1, self.results.columnCount()):
            header.resizeSection(column, _NUMBERS)
        self.activated.connect(lambda index: self.baseline_chosen.emit(self.results.group(index.row()).key))

    def show_view(self, view: View) -> None:
        """Show a comparison; the chosen row stays."""
        row = self.currentIndex().row()
        self.view = view
        self.results.show_view(view)
        if 0 <= row < self.results.rowCount():
            self.setCurrentIndex(self.results.index(row, 0))

    def set_theme(self, theme: Theme) -> None:
        """Draw anew."""
        del theme
        self.viewport().update()


class _Delegate(QStyledItemDelegate):
    """Two lines a cell; a line with its marker before the name."""

    def __init__(self, table: ResultsTable) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(0, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; a tint instead of the full highlight keeps the samples' colours readable."""
        theme = current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            tint = QColor(theme.accent)
            tint.setAlphaF(0.15)
            painter.fillRect(rect, tint)
        cell = rect.adjusted(_PAD, 5, -_PAD, -5)
        if index.column() == 0:
            paint_sample(
                painter, QRect(cell.left(), rect.top(), SAMPLE.width(), rect.height()), self._mark(index, theme)
            )
            cell.setLeft(cell.left() + SAMPLE.width() + _PAD)
        font = QFont(option.font)
        font.setBold(bool(index.data(BEST)))
        right = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        _write(painter, cell, index.data(), font, theme.text, right | (top if index.data(NOTE) else _MIDDLE))
        _write(painter, cell, index.data(NOTE), small_font(), theme.muted, right | bottom)
        painter.restore()

    def _mark(self, index: Index, theme: Theme) -> Mark:
        return mark(self._table.view, index.data(GROUP), theme)


_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter


def paint_sample(painter: QPainter, place: QRect, drawn: Mark) -> None:
    """Draw a piece of a group's line with its marker."""
    middle = place.center().y()
    painter.setPen(line_pen(drawn.colour, 2.0, drawn.dash))
    painter.drawLine(QPointF(place.left(), middle), QPointF(place.right(), middle))
    painter.setPen(line_pen(drawn.colour))
    painter.setBrush(QColor(drawn.colour))
    paint_marker(painter, drawn.marker, QPointF(place.center().x(), middle), 9.0)


def sample(drawn: Mark) -> QPixmap:
    """Return the same as a picture."""
    made = QPixmap(SAMPLE * _FINE)
    made.setDevicePixelRatio(_FINE)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sample(painter, QRect(QPoint(0, 0), SAMPLE), drawn)
    painter.end()
    return made


def _write(painter: QPainter, cell: QRect, text: str, font: QFont, colour: str, side: Any) -> None:  # noqa: ANN401
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(cell, side, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, cell.width()))
