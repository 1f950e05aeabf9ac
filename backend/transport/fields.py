"""Displacement fields: how far, and how differently around a point, the encoder moved. Not a calibrator itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.calibration import Array, Pairs, Stored
from backend.transport import TINY, congruence, finite, squared_distances, typical


@dataclass(frozen=True, slots=True)
class Field:
    """x -> shift + sum_i k(x, s_i) w_i with k = linear <x - m, s_i - m> / v + curved exp(-|x - s_i|^2 / 2h).

    Source: the learned map of Perrot et al., "Mapping estimation for discrete optimal transport", NIPS 2016, linear and
    kernelised; the sum of both kernels and the pull to the identity (a penalty on the displacement) are our reading.
    """

    samples: Array
    weights: Array
    centre: Array
    shift: Array
    linear: float
    """Weight of the linear kernel over the variance v, tr cov(s)."""
    curved: float
    """Weight of the Gaussian kernel."""
    width: float
    """Squared width h of the Gaussian kernel."""

    def products(self, points: Array) -> Array:
        """Return kernel values `(k, n)` of points `(k, d)` with the samples."""
        near = np.exp(-squared_distances(points, self.samples) / (2 * self.width))
        flat = (points - self.centre) @ (self.samples - self.centre).T
        return self.curved * near + self.linear * flat

    def at(self, points: Array) -> Array:
        """Return the displacements `(k, d)` of points `(k, d)`."""
        return self.shift + self.products(points) @ self.weights

    def derivative(self, point: Array) -> Array:
        """Return the derivative `(d, d)` of the displacement at one point `(d,)`."""
        near = np.exp(-squared_distances(point[None], self.samples)[0] / (2 * self.width))
        steep = self.curved * near / self.width
        slopes = self.linear * (self.samples - self.centre) + steep[:, None] * (self.samples - point)
        return self.weights.T @ slopes


def fit_field(pairs: Pairs, *, penalty: float, linear: float = 1.0, curved: float = 1.0) -> Field:
    """Fit a field to the displacements `after - before` by penalised least squares.

    Args:
        pairs: pictures `(n, d)` and where they went.
        linear: weight of the linear kernel, whose value between two pictures is about 1.
        curved: weight of the Gaussian kernel, as wide as the median distance of two pictures.
        penalty: added to the diagonal of the kernel matrix; more pulls to a mere translation.
    """
    from scipy.linalg import cho_factor, cho_solve  # slow to import, and menus list this file before first paint

    before = pairs.before
    centre, some = before.mean(axis=0), before[:: max(1, len(before) // 200)]
    width = typical(squared_distances(some, some))
    spread = max(float(((before - centre) ** 2).sum(axis=1).mean()), TINY)
    change = pairs.after - before
    shift = change.mean(axis=0)
    empty = Field(before, np.zeros_like(before), centre, shift, linear / spread, curved, width)
    matrix = empty.products(before) + penalty * np.eye(len(before))
    weights = cho_solve(cho_factor(finite(matrix, "kernel matrix")), change - shift)
    return Field(before, weights, centre, shift, linear / spread, curved, width)


def push_through(field: Field, strength: float, stored: Stored) -> tuple[Array, Array]:
    """Push means `(k, d)` by a share of the field, covariances `(k, d, d)` by its derivative at the mean."""
    identity = np.eye(stored.means.shape[1])
    maps = (identity + strength * field.derivative(mean) for mean in stored.means)
    covariances = [congruence(matrix, covariance) for matrix, covariance in zip(maps, stored.covariances, strict=True)]
    means = stored.means + strength * field.at(stored.means)
    return finite(means, "pushed mean"), finite(np.stack(covariances), "pushed covariance")
