"""The default: a map that follows the transport plan of the current pictures, then a plan between classes.

1. Exact transport inside each current class couples its pictures before and after stage 1. The plan is not told which
   pictures are the same; where the drift is smaller than the distance of pictures, it finds them all.
2. A smooth field of displacements, linear plus curved, follows the plan (Perrot et al. 2016).
3. What the field leaves of the current classes' shifts goes to old classes through the plan between classes.

How smooth, how much of the field and how much of step 3: what predicts best how current classes moved that the fit has
not seen; leaving all as it was is one of the candidates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import TINY, class_means, compact, finite, gaussians, squared_distances, stratified, widen
from backend.transport.class_ot import class_cost, class_plan
from backend.transport.fields import fit_field, push_through
from backend.transport.heldout import Trial, leave_out

STRENGTHS = (0.0, 0.5, 0.75, 1.0)
"""Shares of the field that are tried."""
RESIDUALS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the class residuals that are tried."""
PENALTIES = (0.01, 0.1, 1.0)
"""Smoothness of the field."""
TRIAL_PICTURES = 320
"""Candidates are compared on so many pictures; the winner is fitted to `PICTURES`."""
PICTURES = 1500
KINDS = {
    (False, False): "none",
    (True, False): "map along the plan",
    (False, True): "class plan",
    (True, True): "map, then class plan",
}
"""Candidates as the user reads them, by whether they follow the field and pass residuals on."""


def match(pairs: Pairs) -> Pairs:
    """Replace `after` by where the exact plan inside each class sends each picture.

    Means are matched apart: that changes no plan between equally many pictures, and lets large common shifts cancel.
    """
    import ot

    image = np.empty_like(pairs.after)
    for label in np.unique(pairs.labels):
        rows = np.flatnonzero(pairs.labels == label)
        before, after = pairs.before[rows], pairs.after[rows]
        cost = squared_distances(before - before.mean(axis=0), after - after.mean(axis=0))
        plan = ot.emd([], [], finite(cost, "transport cost"), numItermax=1_000_000)
        image[rows] = len(rows) * plan @ after
    return Pairs(pairs.before, image, pairs.labels, pairs.anchors)


@dataclass(frozen=True, slots=True)
class Choice:
    """How to calibrate: how smooth the field is, the share of it to follow, the share of residuals to pass on."""

    penalty: float = PENALTIES[1]
    strength: float = 1.0
    residual: float = 0.0
    error: float = 1.0
    """On classes left out; 1 is no calibration."""


def choose(trial: Trial, cost: Array | None) -> tuple[Choice, dict[str, float]]:
    """Compare candidates on classes left out.

    Args:
        trial: the classes and their folds.
        cost: of explaining one current class by another `(c, c)`, or none to leave out the plan between classes.

    Returns:
        The best candidate, and the least error of each kind of candidate.
    """
    plans = None if cost is None else trial.plans(cost)
    shares = RESIDUALS if plans else (0.0,)
    kinds = {"none": Choice(strength=0.0)}
    for penalty in PENALTIES:
        predicted = trial.predict(partial(fit_field, penalty=penalty))
        for strength, residual in product(STRENGTHS, shares):
            error = trial.error(strength * predicted, plans, residual)
            kind, choice = KINDS[strength > 0, residual > 0], Choice(penalty, strength, residual, error)
            kinds[kind] = min(kinds.get(kind, choice), choice, key=_error)
    return min(kinds.values(), key=_error), {kind: choice.error for kind, choice in kinds.items()}


def _error(choice: Choice) -> float:
    return choice.error


@CALIBRATORS.register
class OptimalTransport(Calibrator):
    """Follow the plan of the current pictures, then the plan between classes, as far as held-out classes support it."""

    id = "ot"
    label = "Optimal transport (DMC-OT)"
    help = (
        "Follows the transport plan of the current pictures with a smooth map (after Perrot et al. 2016) and passes on "
        "what is left through a plan between classes, as far as current classes left out confirm it; our reading of "
        "the calibration in DMC-OT (2511.10974)."
    )
    rank = 0

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Push means and covariances; return the plan, the strength and the errors on classes left out."""
        known, present = compact(pairs)
        current = gaussians(known.before, known.labels, known.anchors)
        plan = class_plan(class_cost(stored, current))
        wide = widen(plan, present, len(pairs.anchors))
        known = match(stratified(known, PICTURES, rng))
        starts = class_means(known.before, known.labels)
        shifts = class_means(known.after, known.labels) - starts
        if float((shifts**2).sum(axis=1).max()) < TINY:
            return Pushed(stored.means, stored.covariances, wide, 0.0, {"none": 1.0})
        trial = leave_out(stratified(known, TRIAL_PICTURES, rng), rng)
        cost = class_cost(current, current) if len(starts) > 1 else None
        choice, errors = choose(trial, cost) if trial else (Choice(), {})
        field = fit_field(known, penalty=choice.penalty)
        means, covariances = push_through(field, choice.strength, stored)
        residuals = shifts - choice.strength * field.at(starts)
        means = finite(means + choice.residual * plan @ residuals, "pushed mean")
        return Pushed(means, covariances, wide, choice.strength or choice.residual, errors)
