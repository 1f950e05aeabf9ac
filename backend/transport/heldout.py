"""Predict how current classes moved that a fit has not seen. Not a calibrator itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.calibration import Array, Pairs
from backend.transport import class_means, subset
from backend.transport.class_ot import class_plan
from backend.transport.fields import Field

FOLDS = 8
"""With up to so many classes each is left out alone: fewer, larger folds may leave out every class of a kind."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Current classes, dealt to folds that are left out in turn."""

    pairs: Pairs
    folds: Sequence[NDArray[np.int64]]
    starts: Array
    """Class means under the old encoder `(c, d)`."""
    shifts: Array
    """How they moved `(c, d)`."""

    def predict(self, fit: Callable[[Pairs], Field]) -> Array:
        """Return displacements of all class means by the fit without each fold `(folds, c, d)`."""
        kept = (subset(self.pairs, ~np.isin(self.pairs.labels, fold)) for fold in self.folds)
        return np.stack([fit(pairs).at(self.starts) for pairs in kept])

    def plans(self, cost: Array) -> list[Array]:
        """Return, for each fold, the plan from its classes to the kept ones `(len(fold), c)`, from a cost `(c, c)`."""
        plans: list[Array] = []
        for fold in self.folds:
            kept = np.setdiff1d(np.arange(len(cost)), fold)
            plan = np.zeros((len(fold), len(cost)))
            plan[:, kept] = class_plan(cost[np.ix_(fold, kept)])
            plans.append(plan)
        return plans

    def error(self, predicted: Array, plans: Sequence[Array] | None = None, share: float = 0.0) -> float:
        """Return the mean error on classes left out, relative to leaving them as they were.

        Args:
            predicted: displacements `(folds, c, d)`.
            plans: of each fold, from its classes to the kept ones.
            share: how much of the kept classes' residuals the plans pass on.
        """
        off = np.empty_like(self.shifts)
        for i, fold in enumerate(self.folds):
            rest = self.shifts - predicted[i]
            off[fold] = rest[fold] if plans is None else rest[fold] - share * plans[i] @ rest
        return float(np.linalg.norm(off, axis=1).sum() / np.linalg.norm(self.shifts, axis=1).sum())


def leave_out(pairs: Pairs, rng: np.random.Generator) -> Trial | None:
    """Deal classes at random to at most `FOLDS` folds; one class is dealt in halves, one picture not at all."""
    groups = pairs.labels if len(pairs.anchors) > 1 else _halves(pairs.before)
    order = rng.permutation(int(groups.max()) + 1)
    if len(order) < 2:
        return None
    folds = [order[start::FOLDS] for start in range(min(FOLDS, len(order)))]
    starts = class_means(pairs.before, groups)
    grouped = Pairs(pairs.before, pairs.after, groups, pairs.anchors)
    return Trial(grouped, folds, starts, class_means(pairs.after, groups) - starts)


def _halves(features: Array) -> NDArray[np.int64]:
    """Split across the widest direction, so that one half tells the other only by going beyond what is known."""
    centred = features - features.mean(axis=0)
    along = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]
    return (np.argsort(np.argsort(along)) >= len(along) / 2).astype(np.int64)
