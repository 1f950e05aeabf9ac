"""An entropic transport plan between pictures before and after, as a field of displacements."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.errors import TrainingError
from backend.transport import finite, squared_distances, stratified, typical
from backend.transport.sdc import displacement_field

REGULARISATION = 0.05
"""Entropy, in units of the median cost."""
PICTURES = 2000
"""The time grows with the square."""
UNDERFLOW = 300.0
"""exp(-this) and sums of products with it are still far from 0 in float64."""


def entropic_plan(cost: Array, regularisation: float = REGULARISATION) -> Array:
    """Return the entropic plan `(n, m)` of total mass 1 between uniform weights, the cost in units of its median.

    Source: Cuturi, "Sinkhorn distances", NIPS 2013; in the log domain, Peyre and Cuturi, "Computational Optimal
    Transport", section 4.4.

    Raises:
        TrainingError: the plan lost its mass.
    """
    import ot

    n, m = cost.shape
    a, b = np.full(n, 1 / n), np.full(m, 1 / m)
    scaled = finite(cost, "transport cost") / typical(cost)
    # In the log domain every step costs 50 times more: only where float64 would underflow.
    method = "sinkhorn" if scaled.max() < UNDERFLOW * regularisation else "sinkhorn_log"
    found = ot.sinkhorn(a, b, scaled, regularisation, method=method, numItermax=500, stopThr=1e-6, warn=False)
    plan = np.asarray(found, dtype=np.float64)
    # An unfinished plan still sends every picture somewhere after its rows are normalised; one without mass does not.
    if not np.isfinite(plan).all() or plan.sum(axis=1).min() < 0.1 / n:
        raise TrainingError("Sinkhorn's iterations lost the mass of the plan.", "Choose another calibrator.")
    return plan


def debiased_displacements(before: Array, after: Array) -> Array:
    """Return where the plan sends each row of `before` `(n, d)`, less where the plan to itself does.

    The entropic plan blurs: it draws every point to the middle. The blur of the plan from `before` to itself is the
    same but for the drift, so the difference is 0 for equal sets. Means are matched apart, which does not change the
    plan and recovers a translation exactly. Source: debiasing after Feydy et al. 2019; this form of it is ours.
    """
    shift = after.mean(axis=0) - before.mean(axis=0)
    source, target = before - before.mean(axis=0), after - after.mean(axis=0)

    def image(points: Array) -> Array:
        plan = entropic_plan(squared_distances(source, points))
        return plan @ points / plan.sum(axis=1, keepdims=True)

    return image(target) - image(source) + shift


@CALIBRATORS.register
class Sinkhorn(Calibrator):
    """Move every mean as the plan moves the pictures near it."""

    id = "sinkhorn"
    label = "Sinkhorn plan"
    help = (
        "Moves every stored mean by the displacements that an entropic plan between the pictures before and after "
        "stage 1 gives to the pictures near it (Cuturi 2013); the debiased displacement form is our reading."
    )
    rank = 5

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Move the means and leave the covariances."""
        some = stratified(pairs, PICTURES, rng)
        shift = displacement_field(stored.means, some.before, debiased_displacements(some.before, some.after))
        return Pushed(finite(stored.means + shift, "plan's displacement"), stored.covariances)
