"""Calibrators, one file each, and the float64 mathematics that they share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from backend.calibration import Array, Pairs, Stored
from backend.errors import TrainingError
from backend.memory import oas

TINY = 1e-12
"""Squared lengths below this are rounding, not drift: features have unit norm."""


def class_means(features: Array, labels: NDArray[np.int64]) -> Array:
    """Average features `(n, d)` by label: `(c, d)`. Every label 0 .. c-1 must occur."""
    sums = np.zeros((int(labels.max()) + 1, features.shape[1]))
    np.add.at(sums, labels, features)
    return sums / np.bincount(labels)[:, None]


def gaussians(features: Array, labels: NDArray[np.int64], anchors: Array) -> Stored:
    """Fit a Gaussian to the features `(n, d)` of each label. Every label 0 .. c-1 must occur."""
    means = class_means(features, labels)
    return Stored(means, np.stack([oas(features[labels == label]) for label in range(len(means))]), anchors)


def squared_distances(left: Array, right: Array) -> Array:
    """Return squared Euclidean distances `(n, m)` of rows `(n, d)` and `(m, d)`."""
    distances = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    return np.maximum(distances, 0.0)


def typical(values: Array) -> float:
    """Return the median as a unit of length, never 0."""
    return max(float(np.median(values)), TINY)


def congruence(matrix: Array, covariances: Array) -> Array:
    """Push covariances `(..., d, d)` through a linear map `(d, d)`: A S A', exactly symmetric."""
    pushed = matrix @ covariances @ matrix.T
    return (pushed + np.swapaxes(pushed, -1, -2)) / 2


def finite(values: Array, what: str) -> Array:
    """Return the values as they are.

    Raises:
        TrainingError: one of them is not finite.
    """
    if not np.isfinite(values).all():
        sentence = f"Calibration failed: the {what} is not finite."
        raise TrainingError(sentence, "Lower the learning rate of stage 1, or choose another calibrator.")
    return values


def subset(pairs: Pairs, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Pairs:
    """Keep some pictures; labels and anchors keep their meaning."""
    return Pairs(pairs.before[rows], pairs.after[rows], pairs.labels[rows], pairs.anchors)


def stratified(pairs: Pairs, limit: int, rng: np.random.Generator) -> Pairs:
    """Keep about `limit` pictures, the same share of every class and at least one of each."""
    if len(pairs.labels) <= limit:
        return pairs
    share = limit / len(pairs.labels)
    groups = [np.flatnonzero(pairs.labels == label) for label in np.unique(pairs.labels)]
    picks = [rng.choice(group, max(1, int(share * len(group))), replace=False) for group in groups]
    return subset(pairs, np.sort(np.concatenate(picks)))


def compact(pairs: Pairs) -> tuple[Pairs, NDArray[np.int64]]:
    """Renumber labels so that every one occurs; also return which of the c classes have pictures."""
    present, labels = np.unique(pairs.labels, return_inverse=True)
    return Pairs(pairs.before, pairs.after, labels.astype(np.int64), pairs.anchors[present]), present


def widen(plan: Array, present: NDArray[np.int64], classes: int) -> Array:
    """Give a plan over the classes with pictures a column of zeros for every other class: `(k, c)`."""
    wide = np.zeros((len(plan), classes))
    wide[:, present] = plan
    return wide
