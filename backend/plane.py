"""One plane to draw class means in: that of their principal components, the same each time it is fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend.errors import RunFolderError

Array = NDArray[np.float64]
_HINT = "The run itself is not touched by this; only this view of it is lost."


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane through the centre of some points along which they are spread most.

    Attributes:
        centre: mean of the points that it was fitted on `(d,)`.
        axes: two orthonormal directions, the one of more variance first, in each of which the entry of the largest
            magnitude is positive: without that rule a picture could come out mirrored `(2, d)`.
        kept: share of the points' variance that lies in the plane, 0 .. 1; 1 where they have none.
    """

    centre: Array
    axes: Array
    kept: float

    @classmethod
    def fit(cls, points: ArrayLike) -> Plane:
        """Fit a plane on points `(n, d)`; points that are not finite are left out.

        Raises:
            RunFolderError: no finite point is left, or there are fewer than two dimensions.
        """
        given = np.asarray(points, np.float64)
        used = given[np.isfinite(given).all(axis=1)]
        if not len(used) or used.shape[1] < 2:
            raise RunFolderError("These class means span no plane: they are empty or not numbers.", _HINT)
        centre = used.mean(axis=0)
        # Two rows of nothing change no principal axis, and give a lone point two of them.
        spread = np.vstack([used - centre, np.zeros((2, used.shape[1]))])
        _, sizes, directions = np.linalg.svd(spread, full_matrices=False)
        axes = directions[:2]
        largest = np.abs(axes).argmax(axis=1)
        variance = sizes**2
        kept = float(variance[:2].sum() / variance.sum()) if variance.any() else 1.0
        return cls(centre, axes * np.sign(axes[[0, 1], largest])[:, None], min(1.0, kept))

    def project(self, points: ArrayLike) -> Array:
        """Return where points `(n, d)` lie in the plane `(n, 2)`; distances never grow by it. NaN stays NaN.

        Raises:
            RunFolderError: the points have another number of dimensions.
        """
        given = np.asarray(points, np.float64)
        if given.shape[1] != len(self.centre):
            found, wanted = given.shape[1], len(self.centre)
            raise RunFolderError(f"Class means have {found} dimensions, those of the plane {wanted}.", _HINT)
        return (given - self.centre) @ self.axes.T


def distances(one: ArrayLike, other: ArrayLike) -> Array:
    """Return how far each point of `one` `(n, d)` is from its partner in `other`, in all dimensions `(n,)`."""
    return np.linalg.norm(np.asarray(one, np.float64) - np.asarray(other, np.float64), axis=1)
