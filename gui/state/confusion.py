"""What a confusion matrix is asked, and the table that answers it: classes one by one, or folded into tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backend.api import Cases, confusion, of_classes, pair_answers, read_answers
from gui.state.curves import task_name

Tasks: TypeAlias = Sequence[Sequence[str]]
"""Class names of each task, in class order."""

MANY_COLUMNS: Final = 24
"""From this many on, classes of other tasks are folded at first."""
_MOST_FOLDED: Final = 40
"""With more other tasks than this there is one column for all earlier, and one for all later ones."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; tasks count from 0.

    Attributes:
        after: after which task the answers were given.
        of: of which task the pictures are; None for all pictures.
        before: with the answers after which task they are compared.
        folded: whether classes of other tasks (of all tasks, if pictures of all are asked for) share a column.
    """

    after: int
    of: int | None = None
    before: int = 0
    folded: bool = False

    def at(self, tasks: Tasks) -> Question:
        """Return it folded where there would be very many columns."""
        many = sum(map(len, tasks[: self.after + 1])) > MANY_COLUMNS
        return replace(self, folded=many and self.of is not None)


class Part(NamedTuple):
    """A row or column: one class, or several that stand beside one another in class order."""

    label: str
    group: str
    classes: range


@dataclass(frozen=True, slots=True)
class Table:
    """A confusion matrix as it is shown: `counts[i, j]` pictures of `rows[i]` were taken for `columns[j]`."""

    counts: NDArray[np.int64]
    rows: tuple[Part, ...]
    columns: tuple[Part, ...]

    @property
    def totals(self) -> NDArray[np.int64]:
        """Pictures of each row `(rows,)`."""
        return self.counts.sum(axis=1)

    @property
    def shares(self) -> NDArray[np.float64]:
        """Percent of the row's pictures; NaN where a row has none `(rows, columns)`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return 100 * self.counts / self.totals[:, None]

    @property
    def right(self) -> int:
        """How many pictures lie where row and column are the same."""
        return int(self.counts[self._same].sum())

    @property
    def worst(self) -> tuple[int, int] | None:
        """Row and column of the most frequent mistake; None where there is none."""
        wrong = np.where(self._same, 0, self.counts)
        if not wrong.any():
            return None
        row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return int(row), int(column)

    @property
    def _same(self) -> NDArray[np.bool_]:
        """Where row and column have the same classes `(rows, columns)`."""
        first = [np.array([part.classes.start for part in side]) for side in (self.rows, self.columns)]
        stop = [np.array([part.classes.stop for part in side]) for side in (self.rows, self.columns)]
        return (first[0][:, None] == first[1]) & (stop[0][:, None] == stop[1])


@dataclass(frozen=True, slots=True)
class Found:
    """The answers to a question.

    Attributes:
        counts: of all classes seen, rows without pictures of the question are 0 `(seen, seen)`.
        cases: the pictures.
        compared: whether the answers before were kept.
    """

    counts: NDArray[np.int64]
    cases: Cases
    compared: bool


def find(folder: Path, tasks: Tasks, question: Question) -> Found | None:
    """Read what a run answered; None where it was not kept. Call it off the GUI thread.

    Raises:
        RunFolderError: what was kept is damaged.
    """
    after = read_answers(folder, question.after)
    if after is None:
        return None
    bounds = _bounds(tasks)
    seen = bounds[question.after + 1]
    asked = range(seen) if question.of is None else range(bounds[question.of], bounds[question.of + 1])
    after = of_classes(after, asked)
    before = read_answers(folder, question.before)
    return Found(confusion(after, seen), pair_answers(before, after), before is not None)


def table_of(counts: NDArray[np.int64], tasks: Tasks, question: Question) -> Table:
    """Return the table of a question.

    Args:
        counts: confusion matrix of all classes seen `(seen, seen)`.
        tasks: class names of each task.
        question: its pictures and folding.
    """
    seen = tasks[: question.after + 1]
    if question.of is None:
        rows = columns = tuple(_tasks(seen) if question.folded else _classes(seen))
    else:
        rows = tuple(part for part in _classes(seen) if part.group == task_name(question.of))
        columns = tuple(_around(seen, question.of) if question.folded else _classes(seen))
    across = np.add.reduceat(counts, [part.classes.start for part in columns], axis=1)
    return Table(_summed(across, rows), rows, columns)


def _summed(counts: NDArray[np.int64], rows: tuple[Part, ...]) -> NDArray[np.int64]:
    first, last = rows[0].classes.start, rows[-1].classes.stop
    return np.add.reduceat(counts[first:last], [part.classes.start - first for part in rows], axis=0)


def _bounds(tasks: Tasks) -> list[int]:
    """Return where each task begins in class order, and where the last one ends."""
    return [0, *accumulate(map(len, tasks))]


def _classes(tasks: Tasks) -> Iterable[Part]:
    for task, (start, names) in enumerate(zip(_bounds(tasks), tasks, strict=False)):
        for place, name in enumerate(names, start):
            yield Part(name, task_name(task), range(place, place + 1))


def _tasks(tasks: Tasks) -> Iterable[Part]:
    for task, (start, stop) in enumerate(pairwise(_bounds(tasks))):
        yield Part(task_name(task), "", range(start, stop))


def _around(tasks: Tasks, of: int) -> Iterable[Part]:
    """Yield the classes of a task one by one, and those of other tasks by task, or all at once where these are many."""
    bounds, parts = _bounds(tasks), tuple(_tasks(tasks))
    own = [part for part in _classes(tasks) if part.group == task_name(of)]
    earlier, later = parts[:of], parts[of + 1 :]
    if len(parts) > _MOST_FOLDED:
        earlier = (Part(_span(earlier), "", range(bounds[of])),) if earlier else ()
        later = (Part(_span(later), "", range(bounds[of + 1], bounds[-1])),) if later else ()
    yield from (part._replace(group="earlier tasks") for part in earlier)
    yield from own
    yield from (part._replace(group="later tasks") for part in later)


def _span(parts: Sequence[Part]) -> str:
    first, last = parts[0].label, parts[-1].label
    return first if first == last else f"{first}\N{EN DASH}{last}"
