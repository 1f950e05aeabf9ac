"""The Monge map between two Gaussians, linear and in closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.memory import oas
from backend.transport import congruence, finite

REGULARISATION = 0.1
"""Added to both covariances, in units of their mean eigenvalue: POT's own 1e-6 is far too small for such features."""
DAMPING = 0.5
"""Share of the map that is followed; the rest is the identity."""
STRETCH = (0.5, 2.0)
"""A direction is never shrunk or stretched by more: what lies beyond is noise of few pictures."""


def monge_map(source: Array, target: Array, stretch: tuple[float, float] = STRETCH) -> Array:
    """Return the matrix A of the optimal map from N(0, source) to N(0, target).

    A = S0^-1/2 (S0^1/2 S1 S0^1/2)^1/2 S0^-1/2 is symmetric, positive definite, and A S0 A = S1 where `stretch` is not
    reached. Source: Knott and Smith 1984; Peyre and Cuturi, "Computational Optimal Transport", equation 2.40.

    Args:
        source: covariance `(d, d)`, positive definite.
        target: covariance `(d, d)`, positive semi-definite.
        stretch: least and largest eigenvalue of the result.

    Raises:
        TrainingError: a covariance is singular or not finite.
    """
    import ot

    finite(source, "covariance before")
    finite(target, "covariance after")
    centre = np.zeros((1, len(source)))
    with np.errstate(all="ignore"):
        found = ot.gaussian.bures_wasserstein_mapping(centre, centre, source, target)
    matrix = finite(np.asarray(found[0]), "Monge map")
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.clip(values, *stretch)) @ vectors.T


def regularised(covariance: Array, amount: float = REGULARISATION) -> Array:
    """Add `amount` times the mean eigenvalue to the diagonal of `(d, d)`."""
    d = len(covariance)
    return covariance + (amount * np.trace(covariance) / d + np.finfo(np.float64).eps) * np.eye(d)


def fit_monge(before: Array, after: Array, damping: float = DAMPING) -> Array:
    """Return the damped Monge matrix `(d, d)` between the Gaussians of two sets of features `(n, d)`."""
    matrix = monge_map(regularised(oas(before)), regularised(oas(after)))
    return (1 - damping) * np.eye(len(matrix)) + damping * matrix


@CALIBRATORS.register
class Monge(Calibrator):
    """Push every Gaussian through one linear optimal-transport map."""

    id = "monge"
    label = "Monge map"
    help = (
        "Pushes means and covariances through the damped optimal map between the Gaussians of the current pictures "
        "before and after stage 1 (Knott and Smith 1984); the damping is ours."
    )
    rank = 3

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Push means and covariances."""
        matrix = fit_monge(pairs.before, pairs.after)
        means = (stored.means - pairs.before.mean(axis=0)) @ matrix.T + pairs.after.mean(axis=0)
        return Pushed(means, congruence(matrix, stored.covariances))
