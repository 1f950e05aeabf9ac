"""One shift for all: the mean displacement of the current pictures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.transport import finite


@CALIBRATORS.register
class MeanShift(Calibrator):
    """Move every mean by the mean displacement of the current pictures."""

    id = "mean_shift"
    label = "Mean shift"
    help = "Moves every stored mean by the mean displacement of the current pictures: the simplest control."
    rank = 10

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Shift the means and leave the covariances."""
        shift = (pairs.after - pairs.before).mean(axis=0)
        return Pushed(finite(stored.means + shift, "mean displacement"), stored.covariances)
