"""No calibration: what DMC does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS


@CALIBRATORS.register
class NoCalibration(Calibrator):
    """Leave every Gaussian as it was stored."""

    id = "none"
    label = "None (DMC)"
    help = "Leaves stored statistics as they are while the image tower moves on: DMC without optimal transport."
    rank = 1

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Return what is stored."""
        return Pushed(stored.means, stored.covariances)
