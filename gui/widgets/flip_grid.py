"""Thumbnails of pictures that were answered twice, each with its class and both answers."""

from __future__ import annotations

from math import isnan
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from backend.api import Cases
from gui.charts.pens import small_font
from gui.theme import current
from gui.widgets.thumbnail_grid import GAP, SIDE, ThumbnailGrid

_NARROWEST: Final = 168
"""Pixels from one picture to the next, at least; what room there is beyond that goes to the words."""
_LINES: Final = 3
_PADDING: Final = 4


class FlipGrid(ThumbnailGrid):
    """A click, or Enter, opens a picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cases: Cases | None = None
        self._classes: tuple[str, ...] = ()
        self.setAccessibleName("Pictures that were answered")
        self.setToolTip("Click or Enter: see it larger")

    def show_cases(self, cases: Cases, classes: tuple[str, ...]) -> None:
        """Show these of the pictures; `classes` are all of the run in class order."""
        self._cases, self._classes = cases, classes
        self.show_only(cases.pictures.astype(np.int64))

    def answers(self, place: int) -> str:
        """Return what was answered, in a sentence."""
        return ", ".join(f"{when} {_MARKS[right]} {words} {sure}" for when, words, sure, right in self._lines(place))

    def words(self, place: int) -> str:
        """Return class, answers and file name of a picture, and what is wrong with it."""
        if self.thumbnails is None or self._cases is None:
            return ""
        index = int(self._cases.pictures[place])
        lines = [self._classes[int(self._cases.truth[place])], self.answers(place)]
        lines += [self.thumbnails.pictures.names[index], self.thumbnails.reason(index)]
        return "\n".join(line for line in lines if line)

    def paint_words(self, painter: QPainter, place: int) -> None:
        """Write the class and both answers below a picture; a sign tells right from wrong beside the colour."""
        if self._cases is None:
            return
        theme, font = current(), small_font()
        metrics = QFontMetrics(font)
        line = self.cell(place).adjusted(_PADDING, 0, -_PADDING, 0)
        line.setTop(line.top() + SIDE + GAP // 2)
        line.setHeight(metrics.height())
        bold = small_font()
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        name = self._classes[int(self._cases.truth[place])]
        middle = Qt.TextElideMode.ElideMiddle
        painter.drawText(line, _CENTRE, QFontMetrics(bold).elidedText(name, middle, line.width()))
        painter.setFont(font)
        for when, words, sure, right in self._lines(place):
            line.translate(0, metrics.height())
            head, tail = f"{when} {_MARKS[right]} ", f" {sure}"
            room = line.width() - metrics.horizontalAdvance(head + tail)
            painter.setPen(QColor(theme.ok if right else theme.error))
            shown = "" if right else metrics.elidedText(words, middle, room)
            painter.drawText(line, _CENTRE, f"{head}{shown}{tail}".replace("  ", " "))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Deal the width to the columns."""
        self._fit_words()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Leave room for words of another size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_words()
            self._fit_scroll_bar()

    def _fit_words(self) -> None:
        room = self.viewport().width() - GAP
        words = _LINES * QFontMetrics(small_font()).height()
        self.pitch = QSize(room // max(1, room // _NARROWEST), SIDE + words + 2 * GAP)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open the picture under the pointer."""
        point = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton and (place := self.place_at(point)) is not None:
            self.opened.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do nothing more: the first click has opened it."""
        event.accept()

    def _lines(self, place: int) -> list[tuple[str, str, str, bool]]:
        """Return when, what was answered, how sure, and whether it was right; only what is known."""
        cases = self._cases
        if cases is None:
            return []
        truth = int(cases.truth[place])
        found: list[tuple[str, str, str, bool]] = []
        for when, answers, sureness in (
            ("then", cases.before, cases.confidence_before),
            ("now", cases.after, cases.confidence_after),
        ):
            answer, sure = int(answers[place]), float(sureness[place])
            if not isnan(sure):
                found.append((when, self._classes[answer], f"{100 * sure:.0f} %", answer == truth))
        return found


_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_MARKS: Final = {True: "\N{CHECK MARK}", False: "\N{BALLOT X}"}
