"""The moving average of a loss, for any smoothing, made piece by piece so that no frame waits for it."""

from __future__ import annotations

import numpy as np

from gui.state.decimate import Points, Series
from gui.state.losses import Losses

SMOOTHING = 0.8
"""The share of the past unless another was chosen."""
PIECE = 40_000
"""Points that are averaged in about a millisecond."""
STRONGEST = 0.99
_NOTHING = 1e-12


class Smoothed:
    """An exponential moving average that begins anew with each task.

    The first points of a task are averaged evenly, so that none of them weighs more than a later one. A loss that is
    not a number counts as the one before it.

    Args:
        share: of the past in the average, 0 .. 0.99.
    """

    def __init__(self, share: float) -> None:
        self.share = share
        self.series = Series()
        """The average at every point so far."""
        self._held = np.nan
        """The last loss that was a number."""

    @property
    def last(self) -> float | None:
        """The newest average, if there is one."""
        return float(self.series.y[-1]) if len(self.series) else None

    def follow(self, losses: Losses, most: int = PIECE) -> bool:
        """Average at most `most` more points; tell whether all are done."""
        borders = [border.index for border in losses.borders]
        while most > 0 and len(self.series) < len(losses):
            begin = len(self.series)
            task = int(np.searchsorted(borders, begin, side="right")) - 1
            end = borders[task + 1] if task + 1 < len(borders) else len(losses)
            end = min(end, begin + most)
            most -= end - begin
            values = self._known(losses.loss[begin:end], losses.loss[begin - 1] if begin > borders[task] else np.nan)
            self.series.extend(losses.x[begin:end], self._average(values, begin - borders[task]))
        return len(self.series) == len(losses)

    def _known(self, values: Points, before: float) -> Points:
        """Return the losses `(n,)` with the last number in the place of each that is none."""
        if np.isfinite(before):
            self._held = before
        known = np.isfinite(values)
        if not known.all():
            held = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
            values = np.where(held >= 0, values[np.maximum(held, 0)], self._held)
        if len(values):
            self._held = values[-1]
        return values

    def _average(self, values: Points, seen: int) -> Points:
        """Return the average at each of the next points `(n,)` of a task that has `seen` of them before."""
        past = float(self.series.y[-1]) if seen else 0.0
        evenly = int(self.share / (1 - self.share) + 1e-9) + 1
        split = min(len(values), max(0, evenly - seen))
        counts = np.arange(seen + 1, seen + split + 1)
        first = (past * seen + np.cumsum(values[:split])) / counts
        rest = values[split:]
        if not len(rest):
            return first
        return np.concatenate([first, _blend(rest, float(first[-1]) if split else past, self.share)])


def smoothed(losses: Losses, share: float) -> Points:
    """Return the average at every point `(n,)`."""
    made = Smoothed(share)
    made.follow(losses, max(1, len(losses)))
    return made.series.y


def _blend(values: Points, past: float, share: float) -> Points:
    """Return y[i] = share * y[i - 1] + (1 - share) * values[i], with y[-1] = past, in a few passes over all of it."""
    y = (1 - share) * values
    y[0] += share * past
    reach, weight = 1, share
    while reach < len(y) and weight > _NOTHING:
        y[reach:] += weight * y[:-reach]
        reach, weight = 2 * reach, weight * weight
    return y
