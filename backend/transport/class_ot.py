"""A transport plan between old and current classes: which current classes tell an old class how it moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import class_means, compact, finite, gaussians, squared_distances, typical, widen

DIRECTIONS = 16
"""Covariances are compared in the directions in which classes spread most: d^3 per pair of classes is too slow."""
TEXT = 0.5
"""Weight of the texts in the cost."""
REGULARISATION = 0.1
"""Entropy, in units of the median cost."""
UNDERFLOW = 300.0
"""exp(-this) and sums of products with it are still far from 0 in float64."""
ITERATIONS = 2000
PRECISION = 1e-9
"""Change of a logarithm from one iteration to the next."""
RELAXATION = 1.0
"""How much it costs to use a current class more than others; infinity would use all of them alike."""


def class_cost(old: Stored, current: Stored, text: float = TEXT) -> Array:
    """Return the cost `(k, c)` of explaining an old class by a current one, both under the old encoder.

    The squared 2-Wasserstein distance of their Gaussians (Dowson and Landau 1982; covariances in their `DIRECTIONS`
    leading directions) and the squared distance of their text anchors, each divided by its median. Picture and text
    are never compared with each other.
    """
    pictures = wasserstein(old, current)
    texts = squared_distances(old.anchors, current.anchors)
    return (1 - text) * pictures / typical(pictures) + text * texts / typical(texts)


def wasserstein(old: Stored, current: Stored) -> Array:
    """Return squared 2-Wasserstein distances `(k, c)` of Gaussians, covariances in their leading directions."""
    import ot

    _, vectors = np.linalg.eigh(old.covariances.mean(axis=0) + current.covariances.mean(axis=0))
    basis = vectors[:, -DIRECTIONS:]
    ridge = np.finfo(np.float64).eps * np.eye(basis.shape[1])
    one, other = (basis.T @ gaussian.covariances @ basis + ridge for gaussian in (old, current))
    spread = np.asarray(ot.gaussian.bures_distance(one, other))
    return finite(squared_distances(old.means, current.means) + spread**2, "distance of classes")


def class_plan(cost: Array, regularisation: float = REGULARISATION, relaxation: float = RELAXATION) -> Array:
    """Return a plan `(k, c)` with rows that sum to 1: semi-relaxed entropic transport.

    Every old class is explained in full; current classes may be used unequally, at a price. Source: Chizat et al.,
    "Scaling algorithms for unbalanced optimal transport problems", 2018.
    """
    import ot

    k, c = cost.shape
    # A constant a row changes nothing under fixed row sums, and keeps exp(-cost / regularisation) from underflow.
    lowered = finite(cost, "class cost") - cost.min(axis=1, keepdims=True)
    if lowered.max() > UNDERFLOW * regularisation:
        plan = _plan_of_logarithms(lowered, regularisation, relaxation)
    else:
        weights = np.full(k, 1 / k), np.full(c, 1 / c)
        plan = ot.unbalanced.sinkhorn_unbalanced(*weights, lowered, regularisation, reg_m=(float("inf"), relaxation))
    return finite(plan / plan.sum(axis=1, keepdims=True), "plan between classes")


def _plan_of_logarithms(cost: Array, regularisation: float, relaxation: float) -> Array:
    """Return the same plan `(k, c)` by the same iterations on logarithms, which POT has for balanced plans only.

    A current class that is far from every old one would otherwise get a column of zeros, on which POT gives up.
    """
    from scipy.special import logsumexp

    k, c = cost.shape
    kernel = -cost / regularisation - np.log(k * c)
    power = relaxation / (relaxation + regularisation)
    rows, columns = np.zeros((k, 1)), np.zeros(c)
    for _ in range(ITERATIONS):
        rows = -np.log(k) - logsumexp(kernel + columns, axis=1, keepdims=True)
        before, columns = columns, power * (-np.log(c) - logsumexp(kernel + rows, axis=0))
        if np.abs(columns - before).max() < PRECISION:
            break
    return np.exp(kernel + rows + columns)


@CALIBRATORS.register
class ClassTransport(Calibrator):
    """Move every old class as the current classes moved that the plan couples it with."""

    id = "class_ot"
    label = "Class-to-class transport"
    help = (
        "Moves every stored mean as the current classes like it moved, likeness being a semi-relaxed optimal transport "
        "plan between class Gaussians and class texts: our reading of 'guided by optimal transport' (2511.10974)."
    )
    rank = 4

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Move the means, leave the covariances, return the plan."""
        known, present = compact(pairs)
        current = gaussians(known.before, known.labels, known.anchors)
        plan = class_plan(class_cost(stored, current))
        shifts = class_means(known.after, known.labels) - current.means
        means = finite(stored.means + plan @ shifts, "shift of classes")
        return Pushed(means, stored.covariances, plan=widen(plan, present, len(pairs.anchors)))
