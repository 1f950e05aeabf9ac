"""Paired ridge regression towards the identity: the control that optimal transport must beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import TINY, congruence, finite

PENALTY = 0.1
"""In units of the mean variance of a direction."""


def ridge_map(before: Array, after: Array, penalty: float = PENALTY) -> Array:
    """Return the matrix A `(d, d)` that best takes centred rows of `before` `(n, d)` to those of `after`.

    A' = I + (S'S/n + penalty I)^-1 S'(T - S)/n for centred S and T, the penalty in units of tr(S'S/n)/d: least squares
    that a penalty pulls to the identity (Hoerl and Kennard 1970).
    """
    n, d = before.shape
    source = before - before.mean(axis=0)
    change = after - after.mean(axis=0) - source
    gram = source.T @ source / n
    penalised = gram + (penalty * np.trace(gram) / d + TINY) * np.eye(d)
    return np.eye(d) + np.linalg.solve(penalised, source.T @ change / n).T


@CALIBRATORS.register
class Ridge(Calibrator):
    """Push every Gaussian through a linear map fitted to the pairs."""

    id = "ridge"
    label = "Ridge regression (not transport)"
    help = (
        "Pushes means and covariances through a linear map fitted by least squares to the same pictures before and "
        "after stage 1: no optimal transport, the control that it must beat."
    )
    rank = 12

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Push means and covariances."""
        matrix = finite(ridge_map(pairs.before, pairs.after), "linear map")
        means = (stored.means - pairs.before.mean(axis=0)) @ matrix.T + pairs.after.mean(axis=0)
        return Pushed(means, congruence(matrix, stored.covariances))
