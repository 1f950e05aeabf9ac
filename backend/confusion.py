"""What is taken for what, and which pictures flipped between two tasks: pure functions of kept answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.errors import RunFolderError
from backend.insight import Answers

UNKNOWN: Final = -1
"""The answer before where none was kept."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Pictures that were answered after two tasks; all arrays `(n,)`, classes as positions in class order.

    Attributes:
        pictures: positions in the data set's pictures of the part that is scored.
        truth: true classes.
        before: answers after the one task; `UNKNOWN` where none was kept.
        after: answers after the other task.
        confidence_before: probability of the answer before, 0 .. 1; NaN where it is unknown.
        confidence_after: probability of the answer after.
    """

    pictures: NDArray[np.int32]
    truth: NDArray[np.int32]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    confidence_before: NDArray[np.float32]
    confidence_after: NDArray[np.float32]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.pictures)

    @property
    def lost(self) -> Cases:
        """Those that were right before and are wrong after, the surest mistakes first."""
        return self._surest(self.pick((self.before == self.truth) & (self.after != self.truth)))

    @property
    def gained(self) -> Cases:
        """Those that were wrong before and are right after, the surest ones first."""
        known = self.before != UNKNOWN
        return self._surest(self.pick(known & (self.before != self.truth) & (self.after == self.truth)))

    def taken(self, truth: range, answer: range) -> Cases:
        """Return those of some classes that are taken for some classes after, the surest ones first."""
        of = (self.truth >= truth.start) & (self.truth < truth.stop)
        return self._surest(self.pick(of & (self.after >= answer.start) & (self.after < answer.stop)))

    def pick(self, which: NDArray[Any]) -> Cases:
        """Return some of them, by a mask or by their places."""
        return Cases(*(getattr(self, field.name)[which] for field in fields(self)))

    @staticmethod
    def _surest(cases: Cases) -> Cases:
        return cases.pick(np.argsort(-cases.confidence_after, kind="stable"))


def pair_answers(before: Answers | None, after: Answers) -> Cases:
    """Return the pictures of `after`, with what was answered before; those that are not in `before` are left out.

    Args:
        before: answers after an earlier (or later) task; None where they were not kept.
        after: answers after a task.
    """
    if before is None:
        unknown = np.full(len(after.pictures), UNKNOWN, np.int32)
        nowhere = np.full(len(after.pictures), np.nan, np.float32)
        return Cases(after.pictures, after.truth, unknown, after.answers, nowhere, after.confidence)
    _, here, there = np.intersect1d(after.pictures, before.pictures, return_indices=True)
    return Cases(
        after.pictures[here],
        after.truth[here],
        before.answers[there],
        after.answers[here],
        before.confidence[there],
        after.confidence[here],
    )


def of_classes(answers: Answers, classes: range) -> Answers:
    """Return the answers on pictures of some classes, positions in class order."""
    where = (answers.truth >= classes.start) & (answers.truth < classes.stop)
    return Answers(*(getattr(answers, field.name)[where] for field in fields(answers)))


def confusion(answers: Answers, classes: int) -> NDArray[np.int64]:
    """Return how many pictures of each class (row) were taken for each class (column) `(classes, classes)`.

    Raises:
        RunFolderError: there are answers that are none of these classes.
    """
    both = np.concatenate([answers.truth, answers.answers])
    if both.size and (both.min() < 0 or both.max() >= classes):
        raise RunFolderError("The answers that were kept are not of this run's classes.", "The run itself is fine.")
    places = answers.truth.astype(np.int64) * classes + answers.answers
    return np.bincount(places, minlength=classes**2).reshape(classes, classes)
