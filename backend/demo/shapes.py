"""Outlines of the drawn world: every shape is a list of polygons that add or remove ink.

Coordinates are in the box [-1, 1] x [-1, 1], y pointing down, as in pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """One polygon of a shape, `(n, 2)` corners; `ink=False` cuts a hole."""

    points: Points
    ink: bool = True


def _polygon(*corners: tuple[float, float], ink: bool = True) -> Part:
    return Part(np.array(corners, dtype=np.float64), ink)


def _oval(x: float, y: float, rx: float, ry: float | None = None, *, ink: bool = True) -> Part:
    angle = np.linspace(0.0, 2.0 * np.pi, 28, endpoint=False)
    return Part(np.stack([x + rx * np.cos(angle), y + (ry or rx) * np.sin(angle)], axis=1), ink)


def _box(left: float, top: float, right: float, bottom: float, *, ink: bool = True) -> Part:
    return _polygon((left, top), (right, top), (right, bottom), (left, bottom), ink=ink)


def _regular(corners: int, radius: float = 0.95, turn: float = -0.5) -> Part:
    angle = np.pi * turn + np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    return Part(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def _spiked(spikes: int, inner: float) -> Part:
    radius = np.where(np.arange(2 * spikes) % 2 == 0, 1.0, inner)
    angle = -np.pi / 2 + np.arange(2 * spikes) * np.pi / spikes
    return Part(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def _heart() -> Part:
    t = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return Part(np.stack([x / 17, y / 17], axis=1))


PRETRAINING_SHAPES: Final[dict[str, Sequence[Part]]] = {
    "circle": (_oval(0, 0, 0.9),),
    "square": (_box(-0.8, -0.8, 0.8, 0.8),),
    "triangle": (_polygon((0, -0.95), (0.95, 0.75), (-0.95, 0.75)),),
    "star": (_spiked(5, 0.42),),
    "cross": (_box(-0.32, -0.95, 0.32, 0.95), _box(-0.95, -0.32, 0.95, 0.32)),
    "heart": (_heart(),),
    "moon": (_oval(-0.05, 0, 0.95), _oval(0.42, -0.1, 0.76, ink=False)),
    "ring": (_oval(0, 0, 0.95), _oval(0, 0, 0.5, ink=False)),
    "arrow": (_polygon((-0.95, -0.28), (0.1, -0.28), (0.1, -0.8), (0.95, 0), (0.1, 0.8), (0.1, 0.28), (-0.95, 0.28)),),
    "diamond": (_polygon((0, -1), (0.68, 0), (0, 1), (-0.68, 0)),),
    "hexagon": (_regular(6, turn=0.0),),
    "house": (
        _polygon((0, -0.95), (0.95, -0.1), (-0.95, -0.1)),
        _box(-0.7, -0.1, 0.7, 0.9),
        _box(-0.2, 0.3, 0.2, 0.9, ink=False),
    ),
    "tree": (
        _polygon((0, -0.98), (0.6, -0.2), (-0.6, -0.2)),
        _polygon((0, -0.5), (0.8, 0.5), (-0.8, 0.5)),
        _box(-0.18, 0.5, 0.18, 0.98),
    ),
    "fish": (_oval(-0.2, 0, 0.75, 0.5), _polygon((0.35, 0), (0.95, -0.55), (0.95, 0.55))),
    "drop": (_oval(0, 0.3, 0.62), _polygon((0, -0.98), (0.55, 0.05), (-0.55, 0.05))),
    "flower": (
        *(_oval(0.55 * np.cos(a), 0.55 * np.sin(a), 0.38) for a in np.arange(5) * 2 * np.pi / 5 - np.pi / 2),
        _oval(0, 0, 0.4),
        _oval(0, 0, 0.2, ink=False),
    ),
    "bell": (
        _oval(0, -0.3, 0.55),
        _polygon((-0.55, -0.3), (0.55, -0.3), (0.9, 0.6), (-0.9, 0.6)),
        _oval(0, 0.75, 0.22),
    ),
    "bolt": (_polygon((0.25, -1), (-0.65, 0.15), (-0.1, 0.15), (-0.3, 1), (0.65, -0.25), (0.1, -0.25)),),
    "umbrella": (
        _oval(0, 0, 0.95, 0.8),
        _box(-1, 0, 1, 1, ink=False),
        _box(-0.09, 0, 0.09, 0.85),
        _box(-0.09, 0.7, 0.42, 0.88),
    ),
    "crown": (_polygon((-0.95, -0.6), (-0.45, 0), (0, -0.85), (0.45, 0), (0.95, -0.6), (0.75, 0.75), (-0.75, 0.75)),),
    "rocket": (
        _polygon((0, -1), (0.38, -0.4), (0.38, 0.6), (-0.38, 0.6), (-0.38, -0.4)),
        _polygon((0.38, 0.1), (0.85, 0.85), (0.38, 0.6)),
        _polygon((-0.38, 0.1), (-0.85, 0.85), (-0.38, 0.6)),
    ),
    "gear": (
        *(_box(-0.2, -0.98, 0.2, 0.98), _box(-0.98, -0.2, 0.98, 0.2)),
        _spiked(4, 0.55),
        _oval(0, 0, 0.68),
        _oval(0, 0, 0.28, ink=False),
    ),
    "butterfly": (
        _oval(-0.5, -0.4, 0.45, 0.5),
        _oval(0.5, -0.4, 0.45, 0.5),
        _oval(-0.42, 0.45, 0.34, 0.4),
        _oval(0.42, 0.45, 0.34, 0.4),
        _box(-0.1, -0.75, 0.1, 0.8),
    ),
    "ladder": (
        _box(-0.6, -0.98, -0.32, 0.98),
        _box(0.32, -0.98, 0.6, 0.98),
        *(_box(-0.6, y, 0.6, y + 0.2) for y in (-0.75, -0.3, 0.15, 0.6)),
    ),
}
"""Shapes that the demo model sees and reads about before any run."""

HELD_OUT_SHAPES: Final[dict[str, Sequence[Part]]] = {
    "hourglass": (_polygon((-0.7, -0.95), (0.7, -0.95), (0.12, 0), (0.7, 0.95), (-0.7, 0.95), (-0.12, 0)),),
    "anchor": (
        _oval(0, -0.7, 0.28),
        _oval(0, -0.7, 0.13, ink=False),
        _box(-0.13, -0.45, 0.13, 0.75),
        _box(-0.45, -0.35, 0.45, -0.12),
        _polygon(
            (-0.95, 0.15), (-0.6, 0.35), (0, 0.68), (0.6, 0.35), (0.95, 0.15), (0.7, 0.75), (0, 0.98), (-0.7, 0.75)
        ),
    ),
    "key": (
        _oval(-0.5, 0, 0.45),
        _oval(-0.5, 0, 0.2, ink=False),
        _box(-0.1, -0.13, 0.98, 0.13),
        _box(0.75, 0, 0.98, 0.5),
        _box(0.4, 0, 0.6, 0.4),
    ),
    "boat": (
        _polygon((-0.95, 0.3), (0.95, 0.3), (0.55, 0.85), (-0.55, 0.85)),
        _polygon((-0.05, -0.95), (-0.05, 0.2), (-0.75, 0.2)),
        _polygon((0.08, -0.7), (0.7, 0.2), (0.08, 0.2)),
    ),
    "mushroom": (
        _oval(0, -0.1, 0.95, 0.8),
        _box(-1, -0.05, 1, 1, ink=False),
        _polygon((-0.25, -0.05), (0.25, -0.05), (0.38, 0.9), (-0.38, 0.9)),
    ),
    "cup": (
        _polygon((-0.75, -0.7), (0.4, -0.7), (0.28, 0.8), (-0.63, 0.8)),
        _oval(0.45, -0.05, 0.45, 0.42),
        _oval(0.45, -0.05, 0.24, 0.22, ink=False),
        _polygon((-0.75, -0.7), (0.4, -0.7), (0.28, 0.8), (-0.63, 0.8)),
    ),
    "bowtie": (
        _polygon((-0.95, -0.6), (0, -0.14), (0.95, -0.6), (0.95, 0.6), (0, 0.14), (-0.95, 0.6)),
        _oval(0, 0, 0.24),
    ),
    "comb": (_box(-0.95, -0.6, 0.95, -0.15), *(_box(x, -0.2, x + 0.2, 0.7) for x in (-0.95, -0.57, -0.1, 0.37, 0.75))),
}
"""Shapes that first appear in the benchmark: never drawn and never named in pre-training."""

SHAPES: Final[dict[str, Sequence[Part]]] = {**PRETRAINING_SHAPES, **HELD_OUT_SHAPES}
