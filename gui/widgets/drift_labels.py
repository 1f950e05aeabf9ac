"""Where the names of marks stand: beside their mark, over no other name and no other mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that wants to stand beside its mark.

    Attributes:
        x: place of the mark.
        y: likewise.
        width: of the name in pixels.
        must: whether it stands even where it covers marks.
    """

    x: float
    y: float
    width: float
    must: bool = False


def place(
    wishes: Sequence[Wish], height: float, size: tuple[float, float], marks: NDArray[np.float64], gap: float
) -> list[Box | None]:
    """Return a place for each name, or None; who comes first is served first.

    Args:
        wishes: the most important first.
        height: of a name in pixels.
        size: width and height of the picture.
        marks: places of all marks, which names should not cover `(m, 2)`.
        gap: pixels between the middle of a mark and its name.
    """
    taken: list[Box] = []
    places: list[Box | None] = []
    for wish in wishes:
        free = [box for box in _around(wish, height, gap) if _fits(box, size) and not _meets(box, taken)]
        covered = [_covered(box, marks) for box in free]
        best = min(range(len(free)), key=covered.__getitem__, default=None)
        if best is None or (covered[best] and not wish.must):
            places.append(None)
            continue
        taken.append(free[best])
        places.append(free[best])
    return places


def _around(wish: Wish, height: float, gap: float) -> tuple[Box, ...]:
    """Return places right, left, above and below of a mark, the best first."""
    x, y, w, h = wish.x, wish.y, wish.width, height
    return (
        (x + gap, y - h / 2, x + gap + w, y + h / 2),
        (x - gap - w, y - h / 2, x - gap, y + h / 2),
        (x - w / 2, y - gap - h, x + w / 2, y - gap),
        (x - w / 2, y + gap, x + w / 2, y + gap + h),
    )


def _fits(box: Box, size: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _meets(box: Box, others: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    return any(left < o[2] and o[0] < right and top < o[3] and o[1] < bottom for o in others)


def _covered(box: Box, marks: NDArray[np.float64]) -> int:
    """Return how many marks a name would cover."""
    x, y = marks[:, 0], marks[:, 1]
    return int(np.count_nonzero((x > box[0] - 3) & (x < box[2] + 3) & (y > box[1]) & (y < box[3])))
