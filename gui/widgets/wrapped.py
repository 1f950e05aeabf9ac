"""A label of two lines; what does not fit is cut, long words such as paths first, and the tooltip has all of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LINES = 2
_WORD = re.compile(r"'[^']*'|\S+")
"""A path stands between quotes, and may hold spaces."""
_SHORTEST = 24
"""Letters that are left of a long word; a path is known by its two ends."""


class WrappedLabel(QLabel):
    """`text()` is all of the text, whatever is painted of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)  # painted here, but without it QLabel takes back that height depends on width
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show a text."""
        super().setText(text)
        self._explain()

    def painted(self) -> str:
        """Return as much of the text as is painted."""
        text = self.text()
        if self._fits(text):
            return text
        word = max(_WORD.findall(text), key=len)
        if len(word) > _SHORTEST:
            text = _longest(lambda kept: self.text().replace(word, _cut(word, kept)), _SHORTEST, len(word), self._fits)
        return _longest(lambda kept: _begin(text, kept), 1, len(text), self._fits)

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that it takes."""
        return min(LINES, self._layout(self.text(), width).lineCount()) * self.fontMetrics().lineSpacing()

    def sizeHint(self) -> QSize:
        """Return the room of all of the text on one line."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()), metrics.lineSpacing())

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few words."""
        return QSize(160, self.fontMetrics().lineSpacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the text anew."""
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines in the middle of the height."""
        layout = self._layout(self.painted(), self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout.draw(painter, QPointF(0, (self.height() - layout.boundingRect().height()) / 2))
        painter.end()

    def _explain(self) -> None:
        self.setToolTip(self.text() if self.painted() != self.text() else "")

    def _fits(self, text: str) -> bool:
        return self._layout(text, self.width()).lineCount() <= LINES

    def _layout(self, text: str, width: int) -> QTextLayout:
        """Return the text in as many lines as it takes."""
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout


def _longest(cut: Callable[[int], str], least: int, most: int, fits: Callable[[str], bool]) -> str:
    """Return `cut` of the largest number of letters that fits, or of the least."""
    while least < most:
        middle = (least + most + 1) // 2
        if fits(cut(middle)):
            least = middle
        else:
            most = middle - 1
    return cut(least)


def _cut(word: str, kept: int) -> str:
    return word if kept >= len(word) else f"{word[: kept // 2]}…{word[len(word) - (kept - kept // 2) :]}"


def _begin(text: str, kept: int) -> str:
    return text if kept >= len(text) else f"{text[:kept].rstrip()}…"
