"""The answer of each checkpoint as a table; the chosen row's answer can be looked at in full."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.models.moments import ANSWER, FOLLOWED, SCORE, SHARE, TASK, MomentsModel, percent
from gui.state.answers import Moment
from gui.theme import Theme, faded
from gui.widgets.plain_table import set_up_table
from gui.widgets.score_bars import paint_bar

_MOST_ROWS: Final = 10
_PADDING: Final = 8


class MomentsTable(QTableView):
    """One row a task; Up and Down choose one."""

    chosen = Signal(int)
    """The task whose answer is to be shown, counting from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moments = MomentsModel(self)
        self.setModel(self.moments)
        self.setItemDelegate(_Cell(self))
        self.setItemDelegateForColumn(FOLLOWED, _Bar(self))
        set_up_table(self, "Answer after each task", "Choose a row to see all scores of that checkpoint")
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        for part in (self, header):  # names that begin alike differ at their ends
            part.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column in (TASK, SCORE):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        for column in (ANSWER, FOLLOWED):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(self._choose)

    def show_moments(self, moments: list[Moment], followed: str) -> None:
        """Show what checkpoints say, seen from a class; its name heads the last column."""
        self.moments.show_moments(moments, followed)
        self.fit()

    def set_theme(self, theme: Theme) -> None:
        """Tint the chosen row: on the full highlight neither bars nor marks could be seen."""
        self.fit()
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Highlight, faded(theme.accent, theme.base, 0.2))
        palette.setColor(QPalette.ColorRole.HighlightedText, QColor(theme.text))
        self.setPalette(palette)

    def select(self, task: int | None) -> None:
        """Mark the row of the answer that is shown in full."""
        row = -1 if task is None else task
        if self.currentIndex().row() != row:
            self.selectionModel().blockSignals(True)
            self.selectRow(row) if row >= 0 else self.clearSelection()
            self.selectionModel().blockSignals(False)
            self.scrollTo(self.currentIndex())
            self.viewport().update()

    def fit(self) -> None:
        """Be as high as the rows, up to some."""
        row = self.fontMetrics().height() + _PADDING
        for column, widest in ((TASK, "task 100"), (SCORE, "100.0 %")):
            self.horizontalHeader().resizeSection(column, self.fontMetrics().horizontalAdvance(widest) + 2 * _PADDING)
        self.verticalHeader().setDefaultSectionSize(row)
        shown = min(_MOST_ROWS, self.moments.rowCount())
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + shown * row + 2 * self.frameWidth())

    def _choose(self, now: QModelIndex) -> None:
        if now.isValid() and self.moments.moment(now.row()).answer is not None:
            self.chosen.emit(self.moments.moment(now.row()).task)


class _Cell(QStyledItemDelegate):
    """Keeps the colour of a mark in the chosen row too."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Take the cell's own colour."""
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if colour is not None:
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)


class _Bar(_Cell):
    """Draws a probability as a bar with its number; a cell without one as the words that it has."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw a cell."""
        super().paint(painter, option, index)
        share = index.data(SHARE)
        if share is None:
            return
        box: QRect = option.rect.adjusted(14, 4, -4, -4)
        number = option.fontMetrics.horizontalAdvance("100.0 %")
        paint_bar(painter, box.adjusted(0, 0, -number - 8, 0), share)
        painter.setPen(option.palette.color(option.palette.ColorRole.Text))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent(share))
