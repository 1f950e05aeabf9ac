"""What each checkpoint of a run says of one picture, as a Qt table: one row a task."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from gui.models.table import Index, RowTable
from gui.state.answers import How, Moment
from gui.theme import current

SHARE: Final = Qt.ItemDataRole.UserRole
"""The probability that a cell draws as a bar; none where it draws none."""
INDENT: Final = "   "
"""Keeps the last column away from the numbers before it."""
TASK, ANSWER, SCORE, FOLLOWED = range(4)
_MARKS: Final[dict[How, str]] = {"same": "✓", "other": "✗", "unlearned": "–", "waiting": "…", "gone": "?"}  # noqa: RUF001
_MEANS: Final[dict[How, str]] = {
    "same": "The class that is followed is the answer.",
    "other": "Another class is the answer.",
    "unlearned": "The class that is followed was not learned yet.",
    "waiting": "This checkpoint has not answered yet.",
    "gone": "This checkpoint is not there any more, or cannot be read.",
}


class MomentsModel(RowTable):
    """The first task first."""

    columns = ("After", "Answer", "Score", "The class followed")
    meanings = (
        "The task after which the checkpoint was saved",
        "The class that it thinks most probable",
        "Probability of that class, among those learned by then",
        "Probability of the class that is followed",
    )

    _rows: tuple[Moment, ...]
    _followed = ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return column titles, with the name of the class that is followed, and what they mean."""
        if section == FOLLOWED and role == Qt.ItemDataRole.DisplayRole and self._followed:
            return f"{INDENT}{self._followed}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(section)
        return super().headerData(section, orientation, role)

    def show_moments(self, moments: list[Moment], followed: str) -> None:
        """Show what checkpoints say, seen from a class."""
        rows, before = tuple(moments), len(self._rows)
        if (rows, followed) == (self._rows, self._followed):
            return
        if len(rows) != before:
            self.beginResetModel()
        self._rows, self._followed = rows, followed
        if len(rows) != before:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, FOLLOWED))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, FOLLOWED, FOLLOWED)

    def moment(self, row: int) -> Moment:
        """Return a row."""
        return self._rows[row]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a cell shows."""
        moment, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _text(moment, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(moment)
            case Qt.ItemDataRole.ForegroundRole:
                return _colour(moment, column)
            case _:
                return moment.followed if role == SHARE and column == FOLLOWED else None


def _side(column: int) -> Qt.AlignmentFlag:
    return (
        Qt.AlignmentFlag.AlignRight if column == SCORE else Qt.AlignmentFlag.AlignLeft
    ) | Qt.AlignmentFlag.AlignVCenter


def _text(moment: Moment, column: int) -> str:
    if column == TASK:
        return f"task {moment.task + 1}"
    if column == FOLLOWED:
        return f"{INDENT}not learned yet" if moment.how == "unlearned" else ""
    if moment.answer is None:
        words = "not answered yet" if moment.how == "waiting" else "checkpoint gone"
        return f"{_MARKS[moment.how]}  {words}" if column == ANSWER else ""
    return f"{_MARKS[moment.how]}  {moment.answer.name}" if column == ANSWER else percent(moment.answer.probability)


def _tip(moment: Moment) -> str:
    said = f"After task {moment.task + 1}"
    if moment.answer is not None:
        said += f": {moment.answer.name}, {percent(moment.answer.probability)}"
    if moment.followed is not None:
        said += f"\nThe class that is followed: {percent(moment.followed)}"
    return f"{said}\n{_MEANS[moment.how]}"


def _colour(moment: Moment, column: int) -> QColor | None:
    theme = current()
    if moment.answer is None or column == FOLLOWED:
        return QColor(theme.muted)
    if column != ANSWER:
        return None
    return {"same": QColor(theme.ok), "other": QColor(theme.error)}.get(moment.how)


def percent(share: float) -> str:
    """Return a share, 0 .. 1, in percent."""
    return f"{100 * share:.1f} %"
