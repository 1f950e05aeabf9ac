"""Semantic drift compensation: each old class moves as the current pictures near it moved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Array, Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import finite, squared_distances, typical

BANDWIDTH = 0.1
"""Squared kernel width in units of the median squared distance of two current pictures."""


def displacement_field(points: Array, samples: Array, displacements: Array, bandwidth: float = BANDWIDTH) -> Array:
    """Average the displacements of samples around each point, weighted by a Gaussian kernel.

    Args:
        points: where to ask `(k, d)`.
        samples: where displacements are known `(n, d)`.
        displacements: the known ones `(n, d)`.
        bandwidth: squared kernel width in units of the median squared distance of two samples.

    Returns:
        Displacements `(k, d)`.

    Source: Yu et al., "Semantic Drift Compensation for Class-Incremental Learning", CVPR 2020, equation 8;
    the relative width is ours.
    """
    width = bandwidth * typical(squared_distances(samples, samples))
    distances = squared_distances(points, samples)
    # Subtracting the nearest distance cancels in the weights and keeps far points from dividing 0 by 0.
    weights = np.exp((distances.min(axis=1, keepdims=True) - distances) / (2 * width))
    return weights / weights.sum(axis=1, keepdims=True) @ displacements


@CALIBRATORS.register
class DriftCompensation(Calibrator):
    """Move every mean as the pictures near it moved."""

    id = "sdc"
    label = "Semantic drift compensation"
    help = "Moves every stored mean by a kernel-weighted average of the displacements near it (Yu et al. 2020)."
    rank = 11

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Move the means and leave the covariances."""
        shift = displacement_field(stored.means, pairs.before, pairs.after - pairs.before)
        return Pushed(finite(stored.means + shift, "kernel-weighted displacement"), stored.covariances)
