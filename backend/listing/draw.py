"""Draw test or validation pictures: the same share of every class, reproducible, groups kept together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.seeding import numpy_generator


def draw(
    labels: NDArray[np.int64],
    class_names: Sequence[str],
    share: float,
    seed: int,
    purpose: str,
    *,
    groups: Sequence[str] | None = None,
) -> NDArray[np.bool_]:
    """Choose pictures, class by class; classes do not influence one another.

    Args:
        labels: class indices `(n,)`, in an order that does not depend on the machine.
        class_names: each names the draw of its class.
        share: of every class, between 0 and 1; at least one picture (or group) is chosen and one is left where a
            class has two or more, and none is chosen where it has only one.
        seed: the same seed draws the same pictures.
        purpose: names the draw; other purposes draw other pictures.
        groups: one name a picture; pictures of a class that share it stay together.

    Returns:
        Which are chosen `(n,)`.
    """
    chosen = np.zeros(len(labels), dtype=np.bool_)
    units = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    for kind, name in enumerate(class_names):
        members = np.flatnonzero(labels == kind)
        taken = _draw_units(units[members], share, numpy_generator(seed, "pictures", purpose, name))
        chosen[members[taken]] = True
    return chosen


def _draw_units(units: NDArray[np.int64], share: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Choose whole units until they hold about `share` of the members `(n,)`."""
    kinds, counts = np.unique(units, return_counts=True)
    if len(kinds) < 2:
        return np.zeros(len(units), dtype=np.bool_)
    order = generator.permutation(len(kinds))
    reached = np.cumsum(counts[order])
    nearest = int(np.argmin(np.abs(reached - share * len(units)))) + 1
    return np.isin(units, kinds[order[: min(nearest, len(kinds) - 1)]])
