"""Before anything is learned: where the classes lie under the first encoder, to find a plane to draw in."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from backend import insight
from backend.stages.bench import Bench, means_of, to_array

EACH: Final = 10
"""Training pictures of each class: enough to find a plane, and few beside an epoch."""


def keep_first_means(bench: Bench) -> None:
    """Encode a few pictures of each class and keep their means; nothing is learned from them.

    With `run.measure_drift` off no picture of another task is looked at, so nothing is kept.
    """
    if not bench.settings.measure_drift:
        return
    classes = torch.unique(bench.train.labels)
    rows = torch.cat([_spread(bench.train.rows((int(c),))) for c in classes])
    features = to_array(bench.features(bench.train, rows, stage="prepare", task=0))
    labels = torch.searchsorted(classes, bench.train.labels[rows]).numpy()
    means = means_of(features, labels).astype(np.float32)
    bench.keep(insight.FIRST, insight.FirstMeans(classes.numpy().astype(np.int32), means))


def _spread(rows: torch.Tensor) -> torch.Tensor:
    """Return up to `EACH` of them, evenly spread."""
    return rows if len(rows) <= EACH else rows[torch.linspace(0, len(rows) - 1, EACH).long()]
