"""Classes with their scores: a bar and a number each, and where the class was learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.state.answers import Guess
from gui.theme import current

_GAP: Final = 12
_PADDING: Final = 10
_NAME_SHARE: Final = 0.36
_UNLEARNED: Final = "zero-shot, not learned"
_NARROW: Final = 480
"""Below this width only the first word of that is drawn."""


class ScoreBars(QWidget):
    """Bars of classes that were never learned are hatched, and say so; the answer is the first that was learned."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._guesses: tuple[Guess, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Scores")

    def show_guesses(self, guesses: Sequence[Guess]) -> None:
        """Show these, in this order."""
        if tuple(guesses) != self._guesses:
            self._guesses = tuple(guesses)
            self.setAccessibleDescription("; ".join(map(words, guesses)))
            self.updateGeometry()
            self.update()

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """What is shown."""
        return self._guesses

    @property
    def answer(self) -> Guess | None:
        """What is written in bold: a name that was typed is no answer of the run, however well it scores."""
        return next((guess for guess in self._guesses if guess.task is not None), None)

    def sizeHint(self) -> QSize:
        """Return the room of all rows."""
        return QSize(420, max(1, len(self._guesses)) * self._row)

    def minimumSizeHint(self) -> QSize:
        """Return the least that can be read."""
        return QSize(300, self.sizeHint().height())

    @property
    def _row(self) -> int:
        return self.fontMetrics().height() + _PADDING

    def event(self, event: QEvent) -> bool:
        """Answer a hover with all of the row's words."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = event.pos().y() // self._row
            text = words(self._guesses[place]) if place < len(self._guesses) else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        painter = QPainter(self)
        for place, guess in enumerate(self._guesses):
            row = QRect(0, place * self._row, self.width(), self._row)
            self._paint(painter, row, guess, is_answer=guess == self.answer)

    def _paint(self, painter: QPainter, row: QRect, guess: Guess, *, is_answer: bool) -> None:
        theme, metrics = current(), self.fontMetrics()
        tag = self._tag(guess)
        tags = max(metrics.horizontalAdvance(self._tag(other)) for other in self._guesses)
        number = metrics.horizontalAdvance("100.0 %")
        name = round(_NAME_SHARE * row.width())
        bar = QRect(name + _GAP, row.top() + 4, row.width() - name - number - tags - 3 * _GAP, row.height() - 8)
        font = self.font()
        font.setBold(is_answer)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        cut = painter.fontMetrics().elidedText(guess.name, Qt.TextElideMode.ElideRight, name)
        painter.drawText(QRect(0, row.top(), name, row.height()), left | middle, cut)
        painter.setFont(self.font())
        painter.drawText(
            QRect(bar.right() + _GAP, row.top(), number, row.height()), right | middle, _percent(guess.probability)
        )
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRect(row.right() - tags, row.top(), tags + 1, row.height()), left | middle, tag)
        paint_bar(painter, bar, guess.probability, learned=guess.task is not None)

    def _tag(self, guess: Guess) -> str:
        if guess.task is not None:
            return f"task {guess.task + 1}"
        return _UNLEARNED.partition(",")[0] if self.width() < _NARROW else _UNLEARNED


def paint_bar(painter: QPainter, box: QRect, share: float, *, learned: bool = True) -> None:
    """Draw a share, 0 .. 1, of a box as a bar; hatched where the class was not learned."""
    theme = current()
    painter.fillRect(box, QColor(theme.grid))
    filled = QRect(box)
    filled.setWidth(max(1, round(share * box.width())))
    colour = QColor(theme.accent if learned else theme.series[1])
    if learned:
        painter.fillRect(filled, colour)
    else:
        painter.fillRect(filled, QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.setPen(colour)
        painter.drawRect(filled.adjusted(0, 0, -1, -1))


def words(guess: Guess) -> str:
    """Return a row in words."""
    where = _UNLEARNED if guess.task is None else f"learned in task {guess.task + 1}"
    return f"{guess.name}: {_percent(guess.probability)}, {where}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
