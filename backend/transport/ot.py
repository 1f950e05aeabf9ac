"""The default: a map that follows the transport plan of the current pictures, then a plan between classes.

1. Exact transport inside each current class couples its pictures before and after stage 1; this plan needs no
   pairing, yet it finds it (all of it on every drift that we measured).
2. A smooth field of displacements is made to follow the plan (Perrot et al. 2016).
3. What the field leaves of the current classes' shifts goes to old classes through the plan between classes.

Which field, how much of it and how much of step 3: what predicts current classes best that the fit has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import TINY, class_means, compact, finite, gaussians, squared_distances, stratified, widen
from backend.transport.class_ot import class_cost, class_plan
from backend.transport.fields import Field, fit_field, push_through
from backend.transport.heldout import Trial, leave_out

STRENGTHS = (0.5, 0.75, 1.0)
"""Shares of the field that are tried."""
RESIDUALS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the class residuals that are tried."""
PENALTIES = (0.03, 0.1, 0.3, 1.0)
TRIAL_PICTURES = 320
"""Candidates are compared on so many pictures; the winner is fitted to `PICTURES`."""
PICTURES = 2000
Fit: TypeAlias = Callable[[Pairs], Field]


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


DEFAULT: Fit = partial(fit_field, linear=1, curved=1, penalty=0.1)
"""Where nothing can be compared."""
CANDIDATES: Mapping[str, Sequence[Fit]] = {
    "plan-guided map": [partial(fit_field, linear=1, curved=1, penalty=p) for p in PENALTIES],
    "plan-guided map, curved only": [partial(fit_field, linear=0, curved=1, penalty=p) for p in PENALTIES],
}
"""Families of fields, as the user reads them, and the variants of each.

A linear map alone is not among them: it does as well on current classes left out, but loses on old ones, because it
carries the large shifts of trained classes on to classes far away (.41 against .39 of the drift left, on 18 drifts of
small networks trained for it)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What predicts classes left out best: a field, the share of it to follow, the share of residuals to pass on."""

    fit: Fit
    strength: float
    residual: float
    errors: Mapping[str, float]
    """The least error of each family on classes left out; 1 is no calibration."""


def choose(trial: Trial, cost: Array | None) -> Choice:
    """Compare all candidates on classes left out.

    Args:
        trial: the classes and their folds.
        cost: of explaining one current class by another `(c, c)`, or none to leave out the plan between classes.
    """
    still = np.zeros((len(trial.folds), *trial.shifts.shape))
    errors, best = {"none": 1.0}, (1.0, DEFAULT, 0.0, still)
    for family, fits in CANDIDATES.items():
        errors[family] = np.inf
        for fit in fits:
            predicted = trial.predict(fit)
            for strength in STRENGTHS:
                error = trial.error(strength * predicted)
                errors[family] = min(error, errors[family])
                best = min(best, (error, fit, strength, strength * predicted), key=lambda candidate: candidate[0])
    _, fit, strength, predicted = best
    if cost is None:
        return Choice(fit, strength, 0.0, errors)
    plans = trial.plans(cost)
    after_map = {share: trial.error(predicted, plans, share) for share in RESIDUALS}
    alone = {share: trial.error(still, plans, share) for share in RESIDUALS}
    errors |= {"map, then class plan": min(after_map.values()), "class plan": min(alone.values())}
    if min(alone.values()) < min(after_map.values()):
        return Choice(fit, 0.0, min(alone, key=lambda share: alone[share]), errors)
    return Choice(fit, strength, min(after_map, key=lambda share: after_map[share]), errors)


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
        choice = choose(trial, cost) if trial else Choice(DEFAULT, 1.0, 0.0, {})
        field = choice.fit(known)
        means, covariances = push_through(field, choice.strength, stored)
        residuals = shifts - choice.strength * field.at(starts)
        means = finite(means + choice.residual * plan @ residuals, "pushed mean")
        return Pushed(means, covariances, wide, max(choice.strength, choice.residual), choice.errors)
