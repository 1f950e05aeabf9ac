"""What a calibrator sees and gives back. Calibrators are float64 NumPy, one file each in `backend/transport`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The same current-task pictures under the old and the new encoder.

    Attributes:
        before: unit-norm features under the old encoder `(n, d)`.
        after: unit-norm features under the new encoder `(n, d)`, row by row the same pictures.
        labels: positions in `anchors` `(n,)`, 0 .. c-1.
        anchors: unit-norm text features of the current classes `(c, d)`.
    """

    before: Array
    after: Array
    labels: NDArray[np.int64]
    anchors: Array


@dataclass(frozen=True, slots=True)
class Stored:
    """Gaussians of k old classes.

    Attributes:
        means: `(k, d)`; means of unit-norm features, so shorter than 1.
        covariances: `(k, d, d)`, symmetric and positive semi-definite.
        anchors: unit-norm text features of the old classes `(k, d)`.
    """

    means: Array
    covariances: Array
    anchors: Array


@dataclass(frozen=True, slots=True)
class Pushed:
    """Old classes under the new encoder.

    Attributes:
        means: `(k, d)`.
        covariances: `(k, d, d)`.
        plan: transport plan `(k, c)` from old to current classes with rows that sum to 1, or none.
        strength: the strength chosen by held-out classes, 0 (leave as is) .. 1, or none.
        heldout_error: candidate -> mean error on current classes left out, relative to leaving them as they were.
    """

    means: Array
    covariances: Array
    plan: Array | None = None
    strength: float | None = None
    heldout_error: Mapping[str, float] = field(default_factory=dict[str, float])


class Calibrator(ABC):
    """Pushes stored Gaussians from the old encoder to the new one.

    A calibrator is a class with `id`, `label`, `help` and `push`, registered with `CALIBRATORS.register`
    (from `backend.config`) in a file of its own in `backend/transport`. Identical encoders must give the identity.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 50
    """Place in menus."""
    peeks: ClassVar[bool] = False
    """Whether it looks at old pictures: an upper bound for studies, not a method."""

    @abstractmethod
    def push(
        self, pairs: Pairs, stored: Stored, *, rng: np.random.Generator, truth: Callable[[], Stored] | None = None
    ) -> Pushed:
        """Return the stored Gaussians under the new encoder.

        Args:
            pairs: current-task features before and after stage 1.
            stored: the old classes under the old encoder; k may be 0 never, c and n are at least 1.
            rng: for subsampling.
            truth: recomputes the old classes from old pictures; only given where `peeks` is True.
        """
