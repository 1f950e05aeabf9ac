"""What part of the plane is on show: everything, until the user zooms or moves it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_MARGIN: Final = (56.0, 24.0)
"""Pixels left free at the sides, and above and below: names stand there."""
_DEEPEST: Final = 200.0
"""How much larger than fitted it can get."""


class View:
    """Maps the plane to pixels, with one scale for both axes and the second axis upwards."""

    def __init__(self) -> None:
        self._low, self._high = np.full(2, -1.0), np.full(2, 1.0)
        self._size = np.ones(2)
        self._zoom = 1.0
        self._centre: Points | None = None

    @property
    def scale(self) -> float:
        """Pixels a unit of distance."""
        room = np.maximum(self._size - 2 * np.array(_MARGIN), self._size / 4)
        return self._zoom * float((room / np.maximum(self._high - self._low, 1e-9)).min())

    def cover(self, points: Points) -> None:
        """Make room for points `(n, 2)`; those that are not finite need none."""
        known = points[np.isfinite(points).all(axis=1)]
        if len(known):
            self._low, self._high = known.min(axis=0), known.max(axis=0)

    def resize(self, width: float, height: float) -> None:
        """Take the size of the picture in pixels."""
        self._size = np.maximum(1.0, [width, height])

    def show(self, points: Points) -> None:
        """Show these points `(n, 2)` as large as there is room."""
        known = points[np.isfinite(points).all(axis=1)]
        if len(known):
            low, high = known.min(axis=0), known.max(axis=0)
            self.fit()
            room = (self._high - self._low) / np.maximum(high - low, 1e-9)
            self._zoom = min(max(float(room.min()), 1.0), _DEEPEST)
            self._centre = (low + high) / 2

    def fit(self) -> None:
        """Show everything."""
        self._zoom, self._centre = 1.0, None

    def zoom(self, factor: float, at: tuple[float, float] | None = None) -> None:
        """Enlarge; what lies at a pixel, or else in the middle, stays where it is."""
        pixel = self._size / 2 if at is None else np.array(at)
        held = self.to_plane(pixel)
        wanted = min(max(self._zoom * factor, 1.0), _DEEPEST)
        if wanted == 1.0:
            self.fit()
            return
        self._zoom = wanted
        self._centre = held - (pixel - self._size / 2) * [1, -1] / self.scale

    def move(self, right: float, down: float) -> None:
        """Move the picture by pixels."""
        self._centre = self._middle() - np.array([right, -down]) / self.scale

    def to_pixels(self, points: Points) -> Points:
        """Return where points `(n, 2)` of the plane are drawn."""
        return (points - self._middle()) * [self.scale, -self.scale] + self._size / 2

    def to_plane(self, pixel: Points) -> Points:
        """Return the point of the plane at a pixel."""
        return self._middle() + (pixel - self._size / 2) * [1, -1] / self.scale

    def _middle(self) -> Points:
        return (self._low + self._high) / 2 if self._centre is None else self._centre
