"""The truth, recomputed from old pictures: an upper bound for studies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backend.calibration import Calibrator, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.errors import TrainingError


@CALIBRATORS.register
class Oracle(Calibrator):
    """Look at the old pictures again."""

    id = "oracle"
    label = "Oracle (looks at old pictures)"
    help = (
        "Recomputes the statistics from the old pictures, which class-incremental learning forbids: "
        "an upper bound for studies, not a method."
    )
    rank = 90
    peeks = True

    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Return the recomputed Gaussians.

        Raises:
            TrainingError: there is no way to recompute them.
        """
        if truth is None:
            hint = "Choose another calibrator."
            raise TrainingError("The oracle needs the old pictures, and none are given.", hint)
        true = truth()
        return Pushed(true.means, true.covariances)
