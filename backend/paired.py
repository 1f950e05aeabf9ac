"""What several seeds say together: mean and deviation of one list, and whether two paired lists differ. Pure.

Tests: Student's paired t-test with the 95 % confidence interval of the mean difference, and from six pairs on
Wilcoxon's signed-rank test, whose exact two-sided p cannot fall below 0.05 with fewer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
FEWEST_RANKS: Final = 6
"""Pairs from which on a two-sided signed-rank test can reach p < 0.05: 2 / 2^6."""
_MOST_RANKS: Final = 1000
_STILL: Final = 1e-9
"""Differences that vary by less than this share of their size do not vary: what is left is rounding."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and sample standard deviation of `n` values; none where one value cannot tell."""

    n: int
    mean: float
    std: float | None

    def __str__(self) -> str:
        """Return it as papers write it, with one digit."""
        return f"{self.mean:.1f}" if self.std is None else f"{self.mean:.1f} ± {self.std:.1f}"


@dataclass(frozen=True, slots=True)
class Paired:
    """The differences of two paired lists.

    Attributes:
        n: pairs.
        mean: mean difference.
        low: lower end of the 95 % confidence interval of the mean; none where there is no t-test.
        high: its upper end.
        p: two-sided p of the paired t-test; none where there is none.
        rank_p: exact two-sided p of Wilcoxon's signed-rank test; none where there is none.
        why: why there is no t-test, or ''.
    """

    n: int
    mean: float
    low: float | None = None
    high: float | None = None
    p: float | None = None
    rank_p: float | None = None
    why: str = ""

    def __str__(self) -> str:
        """Return mean difference, p and n in a few words."""
        p = "" if self.p is None else f"  p {p_words(self.p)}"
        return f"{self.mean:+.1f}{p}  n {self.n}"


def p_words(p: float) -> str:
    """Return a p value as papers write it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def spread(values: Sequence[float]) -> Spread:
    """Return mean and sample standard deviation of one value or more; numpy takes longer for so few."""
    n = len(values)
    mean = math.fsum(values) / n
    return Spread(n, mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1)) if n > 1 else None)


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Paired:
    """Compare two lists of equal length, at least one pair: `ours` minus `theirs`."""
    difference = np.array(ours, np.float64) - np.array(theirs, np.float64)
    n, mean = len(difference), float(difference.mean())
    if n == 1:
        return Paired(n, mean, why="n = 1: no test")
    deviation = float(difference.std(ddof=1))
    if deviation <= _STILL * max(1.0, abs(mean)):
        return Paired(n, mean, why="all pairs differ alike: no test")
    from scipy.special import stdtr, stdtrit  # a tenth of a second, and only a comparison needs it

    error = deviation / n**0.5
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * error
    p = 2 * float(stdtr(n - 1, -abs(mean) / error))
    return Paired(n, mean, mean - half, mean + half, p, signed_rank(difference))


def signed_rank(difference: NDArray[np.float64]) -> float | None:
    """Return the exact two-sided p of Wilcoxon's signed-rank test of differences `(n,)`.

    Zeros are left out and equal sizes share their mean rank. None where fewer than `FEWEST_RANKS` are left, or so
    many that counting is no use.
    """
    moved = difference[difference != 0]
    if not FEWEST_RANKS <= len(moved) <= _MOST_RANKS:
        return None
    _, place, times = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(times) - times + 1)[place]  # twice the mean rank, so that shared ranks are whole too
    total = int(doubled.sum())
    chance = np.zeros(total + 1)
    chance[0] = 1.0
    for rank in doubled:  # each sign is as likely as the other
        chance = 0.5 * (chance + np.concatenate((np.zeros(rank), chance[:-rank])))
    up = int(doubled[moved > 0].sum())
    return min(1.0, 2 * float(chance[: min(up, total - up) + 1].sum()))
