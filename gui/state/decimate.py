"""Fewer points that look the same: the lowest and the highest of each stretch."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]

MOST = 5000
"""Points that are ever drawn of a line; files keep all of them."""


def decimate(x: Points, y: Points, most: int = MOST) -> tuple[Points, Points]:
    """Return at most `most` of the points `(n,)`, in order; every peak and every trough stays.

    Args:
        x: increasing.
        y: one value a point.
        most: an even number of points.
    """
    if len(x) <= most:
        return x, y
    size = -(-len(x) // (most // 2))
    count = -(-len(x) // size)
    stretches = np.pad(y, (0, count * size - len(y)), mode="edge").reshape(count, size)
    starts = np.arange(count) * size
    both = np.concatenate([starts + stretches.argmin(axis=1), starts + stretches.argmax(axis=1)])
    keep = np.unique(np.minimum(both, len(x) - 1))
    return x[keep], y[keep]
