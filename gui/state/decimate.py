"""Points of a line that grows, and fewer of them that look the same: the lowest and the highest of each stretch."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
_Indices: TypeAlias = NDArray[np.int64]

MOST = 5000
"""Points that are ever drawn of a line; files keep all of them."""
CHUNK = 64
"""Points whose extremes are found once and kept, so that a long line is not searched again for every frame."""
_FIRST = 256


def decimate(x: Points, y: Points, most: int = MOST) -> tuple[Points, Points]:
    """Return at most `most` of the points `(n,)`, in order; every peak and every trough stays.

    Args:
        x: increasing.
        y: one value a point; those that are not numbers may be left out.
        most: an even number of points.
    """
    if len(x) <= most:
        return x, y
    size = -(-len(x) // (most // 2))
    count = -(-len(x) // size)
    whole = len(x) // size
    keep = _extremes(y[: whole * size], size)
    if whole < count:
        keep = np.concatenate([keep, whole * size + _extremes(y[whole * size :], len(y) - whole * size)])
    keep = np.unique(keep)
    return x[keep], y[keep]


def _extremes(y: Points, size: int) -> _Indices:
    """Return where the lowest and the highest of every `size` points are; `y` is that many times as long."""
    unknown = np.isnan(y)
    low, high = (np.where(unknown, np.inf, y), np.where(unknown, -np.inf, y)) if unknown.any() else (y, y)
    starts = np.arange(len(y) // size) * size
    return np.concatenate(
        [starts + low.reshape(-1, size).argmin(axis=1), starts + high.reshape(-1, size).argmax(axis=1)]
    )


def _lowest(y: Points) -> float:
    return float(np.min(y, initial=np.inf, where=np.isfinite(y)))


class Series:
    """The points of one line; x never decreases.

    Appending takes constant time, and so does reading a stretch of it for the screen, however many points there are.
    Arrays that were handed out are views: valid until the series is cut and grows again.
    """

    def __init__(self, x: Points | Sequence[float] = (), y: Points | Sequence[float] = ()) -> None:
        self._x, self._y = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
        self._count = len(self._x)
        self.lowest = _lowest(self._y)
        """The lowest y that is a number; infinity if there is none."""
        self._marks: _Indices = np.empty(0, dtype=np.int64)
        """Indices of the two extremes of each whole chunk, in order."""
        self._marked = 0

    def __len__(self) -> int:
        """Return the number of points."""
        return self._count

    @property
    def x(self) -> Points:
        """All x `(n,)`."""
        return self._x[: self._count]

    @property
    def y(self) -> Points:
        """All y `(n,)`."""
        return self._y[: self._count]

    def append(self, x: float, y: float) -> None:
        """Add a point at the end."""
        if self._count == len(self._x):
            self._grow(self._count + 1)
        self._x[self._count], self._y[self._count] = x, y
        self._count += 1
        if y < self.lowest and isfinite(y):
            self.lowest = y

    def extend(self, x: Points, y: Points) -> None:
        """Add points `(n,)` at the end."""
        end = self._count + len(x)
        if end > len(self._x):
            self._grow(end)
        self._x[self._count : end], self._y[self._count : end] = x, y
        self._count = end
        self.lowest = min(self.lowest, _lowest(y))

    def cut(self, count: int) -> None:
        """Keep only the first `count` points."""
        self._count = min(count, self._count)
        self.lowest = _lowest(self.y)
        whole = min(self._marked, self._count // CHUNK)
        self._marked, self._marks = whole, self._marks[: 2 * whole]

    def between(self, low: float, high: float, most: int = MOST) -> tuple[Points, Points]:
        """Return at most `most` points that show how the line goes from `low` to `high`.

        The nearest point on either side is among them, so that a line goes on to the edge; every peak stays.
        """
        first = max(0, int(self.x.searchsorted(low)) - 1)
        end = min(self._count, int(self.x.searchsorted(high, side="right")) + 1)
        if end - first < 4 * CHUNK + most or end - first < CHUNK * most // 2:
            return decimate(self.x[first:end], self.y[first:end], most)
        self._mark()
        head, tail = -(-first // CHUNK), min(end // CHUNK, self._marked)
        ends = np.arange(first, head * CHUNK), np.arange(tail * CHUNK, end)
        keep = np.concatenate([ends[0], self._marks[2 * head : 2 * tail], ends[1]])
        return decimate(self._x[keep], self._y[keep], most)

    def nearest(self, x: float) -> int:
        """Return the index of the point nearest to `x`.

        Raises:
            IndexError: there are no points.
        """
        if not self._count:
            msg = "a line without points has no nearest one"
            raise IndexError(msg)
        after = min(int(self.x.searchsorted(x)), self._count - 1)
        before = max(0, after - 1)
        return before if x - self._x[before] <= self._x[after] - x else after

    def _mark(self) -> None:
        """Find the extremes of chunks that were filled since."""
        whole = self._count // CHUNK
        if whole == self._marked:
            return
        fresh = _extremes(self._y[self._marked * CHUNK : whole * CHUNK], CHUNK)
        pairs = np.sort(fresh.reshape(2, -1).T, axis=1) + self._marked * CHUNK
        self._marks = np.concatenate([self._marks, pairs.ravel()])
        self._marked = whole

    def _grow(self, least: int) -> None:
        """Make room; what was handed out before stays as it is."""
        room = max(_FIRST, 2 * len(self._x), least)
        for name in ("_x", "_y"):
            wider = np.empty(room)
            wider[: self._count] = getattr(self, name)[: self._count]
            setattr(self, name, wider)
