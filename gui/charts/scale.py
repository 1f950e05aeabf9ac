"""Where numbers lie on an axis: what is on show, pixels, and ticks at round numbers; linear or logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np

from gui.state.decimate import Points

_NEAR = 1e-9
_FINEST = 1e-6
"""The smallest stretch on show, as a share of all there is."""


class Range(NamedTuple):
    """A stretch of an axis; of a logarithmic one, of its logarithms."""

    low: float
    high: float

    @property
    def size(self) -> float:
        """Its length."""
        return self.high - self.low

    def zoomed(self, factor: float, about: float, within: Range) -> Range:
        """Return a stretch `factor` times as fine in which `about` stays where it is, kept inside `within`."""
        size = max(self.size / factor, _FINEST * within.size)
        if size >= within.size:
            return within
        share = (about - self.low) / self.size if self.size else 0.5
        low = about - share * size
        return Range(low, low + size).kept(within)

    def moved(self, by: float, within: Range) -> Range:
        """Return the stretch shifted, kept inside `within`."""
        return Range(self.low + by, self.high + by).kept(within)

    def kept(self, within: Range) -> Range:
        """Return a stretch of the same length, as far as `within` has room for it."""
        if self.size >= within.size:
            return within
        low = min(max(self.low, within.low), within.high - self.size)
        return Range(low, low + self.size)

    def widened(self, share: float) -> Range:
        """Return it with a share of its length more at both ends; a point gets some length."""
        room = share * self.size or 0.05 * abs(self.low) or 0.5
        return Range(self.low - room, self.high + room)


NOTHING = Range(0.0, 1.0)
"""What is on show of an axis on which there is nothing."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of numbers along a stretch of pixels, from `start` to `end`."""

    range: Range
    start: float
    end: float
    log: bool = False

    def place(self, values: Points) -> Points:
        """Return pixels `(n,)`; NaN where a number has no logarithm."""
        return self.start + (self.inner(values) - self.range.low) * self._per_unit

    def at(self, value: float) -> float:
        """Return the pixel of one number."""
        return float(self.place(np.array([value]))[0])

    def inner(self, values: Points) -> Points:
        """Return values as the axis counts them `(n,)`: their logarithms, where it is logarithmic."""
        return logarithm(values) if self.log else values

    def inner_at(self, pixel: float) -> float:
        """Return what the axis counts at a pixel."""
        return self.range.low + (pixel - self.start) / self._per_unit

    def value(self, pixel: float) -> float:
        """Return the number at a pixel."""
        inner = self.inner_at(pixel)
        return 10.0**inner if self.log else inner

    def ticks(self, most: int, *, whole: bool = False) -> list[float]:
        """Return up to about `most` round numbers on show; with `whole` no fractions."""
        low, high = self.range
        if not self.log:
            return _round_numbers(low, high, most, whole=whole)
        if high - low < 1.0:
            return _round_numbers(10**low, 10**high, most)
        decades = range(ceil(low - _NEAR), floor(high + _NEAR) + 1)
        if 3 * len(decades) <= most:
            found = [part * 10.0**decade for decade in range(floor(low), floor(high) + 1) for part in (1, 2, 5)]
            return [value for value in found if low - _NEAR <= log10(value) <= high + _NEAR]
        return [10.0**decade for decade in decades[:: ceil(len(decades) / most) or 1]]

    @property
    def _per_unit(self) -> float:
        return (self.end - self.start) / (self.range.size or 1.0)


def logarithm(values: Points) -> Points:
    """Return decadic logarithms `(n,)`; NaN where there is none."""
    return np.log10(np.where(values > 0, values, np.nan))


def _round_numbers(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if span <= 0 or not np.isfinite(span):
        return [low]
    step = 10.0 ** floor(log10(span / max(1, most)))
    step *= next(times for times in (1, 2, 5, 10, 20) if span / (step * times) <= most)
    if whole:
        step = max(1.0, step)
    first = ceil(low / step - _NEAR)
    return [count * step for count in range(first, floor(high / step + _NEAR) + 1)]


def number_words(ticks: Sequence[float]) -> list[str]:
    """Return ticks in words, all with as many decimals as they need to differ."""
    gaps = [abs(b - a) for a, b in pairwise(ticks)]
    step = min(gaps, default=abs(ticks[0]) if ticks else 1.0) or 1.0
    if any(tick and (abs(tick) < 1e-4 or abs(tick) >= 1e7) for tick in ticks):
        return [f"{tick:.3g}" for tick in ticks]
    decimals = max(0, min(6, -floor(log10(step) + _NEAR)))
    return [f"{tick:,.{decimals}f}".replace("-", "\N{MINUS SIGN}") for tick in ticks]
