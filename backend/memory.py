"""Class Gaussians: fit, shrink, push, sample. Stored in float32, computed in float64; torch is imported on use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backend.calibration import Array, Stored
from backend.errors import CheckpointError, DataError, TrainingError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    Factor: TypeAlias = tuple[Tensor, Tensor, Tensor]

Single = NDArray[np.float32]

FEW = 10
"""Up to so many pictures, a class borrows from the covariance of its whole task."""
SPREAD = 1e-3
"""Trace of the covariance where not one class of a task has two pictures."""


def oas(features: Array) -> Array:
    """Estimate a covariance `(d, d)` by oracle approximating shrinkage towards a multiple of the identity.

    Works for n < d; features `(n, d)` need not be centred. Source: Chen, Wiesel, Eldar and Hero, "Shrinkage algorithms
    for MMSE covariance estimation", 2010, equation 23.
    """
    n, d = features.shape
    centred = features - features.mean(axis=0)
    sample = centred.T @ centred / n
    trace, square = float(np.trace(sample)), float(np.sum(sample * sample))
    excess = (n + 1 - 2 / d) * (square - trace**2 / d)
    weight = min(1.0, ((1 - 2 / d) * square + trace**2) / excess) if excess > 0 else 1.0
    return (1 - weight) * sample + weight * trace / d * np.eye(d)


def pooled(groups: Sequence[Array]) -> Array:
    """Estimate the covariance `(d, d)` that the classes of a task share from their features `(n_i, d)`."""
    several = [group - group.mean(axis=0) for group in groups if len(group) > 1]
    if several:
        return oas(np.concatenate(several))
    d = groups[0].shape[1]
    return SPREAD / d * np.eye(d)


def blended(features: Array, shared: Array) -> Array:
    """Estimate the covariance of a class, trusting `n / (n + d/4)` its own pictures where it has at most `FEW`."""
    n, d = features.shape
    if n == 1:
        return shared
    own = oas(features)
    trust = n / (n + d / 4) if n <= FEW else 1.0
    return trust * own + (1 - trust) * shared


@dataclass(frozen=True, slots=True)
class Entry:
    """One class: mean `(d,)`, number of pictures, covariance `root root' + diag(rest)`, or `root` itself if full."""

    mean: Single
    count: int
    root: Single
    """`(d, d)`, the covariance itself; or `(d, r)`, scaled leading directions."""
    rest: Single | None
    """Variances `(d,)` beside the leading directions, or none if the covariance is full."""

    @property
    def covariance(self) -> Array:
        """The covariance `(d, d)` in float64, exactly symmetric."""
        root = self.root.astype(np.float64)
        full = root if self.rest is None else root @ root.T + np.diag(self.rest.astype(np.float64))
        return (full + full.T) / 2

    @property
    def bytes(self) -> int:
        """Size of the numbers."""
        return self.mean.nbytes + self.root.nbytes + (0 if self.rest is None else self.rest.nbytes)


def _entry(mean: Array, covariance: Array, count: int, rank: int | None) -> Entry:
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise TrainingError("The statistics of a class are not finite.", "Lower the learning rate of stage 1.")
    single = mean.astype(np.float32)
    if rank is None or rank >= len(mean):
        return Entry(single, count, covariance.astype(np.float32), None)
    values, vectors = np.linalg.eigh(covariance)
    # What all directions share belongs to the diagonal (probabilistic PCA, Tipping and Bishop 1999).
    root = vectors[:, -rank:] * np.sqrt(np.maximum(values[-rank:] - values[:-rank].mean(), 0))
    rest = np.maximum(np.diag(covariance) - (root**2).sum(axis=1), 0)
    return Entry(single, count, root.astype(np.float32), rest.astype(np.float32))


class ClassMemory:
    """What a run remembers of old classes: a Gaussian each.

    Args:
        rank: store so many leading directions and a diagonal; none stores full covariances.
    """

    def __init__(self, rank: int | None = None) -> None:
        self.rank = rank
        self._entries: dict[int, Entry] = {}
        self._factors: dict[int, Factor] = {}

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that are stored, in the order in which they came."""
        return tuple(self._entries)

    @property
    def bytes(self) -> int:
        """Size of what is stored, without the cached factors."""
        return sum(entry.bytes for entry in self._entries.values())

    def fit(self, features: Any, labels: Any, classes: Sequence[int]) -> list[str]:  # noqa: ANN401
        """Store a Gaussian for each class of a task.

        Args:
            features: unit-norm features `(n, d)`, a tensor on any device or an array.
            labels: class ids `(n,)`.
            classes: the classes of the task.

        Returns:
            A sentence for each class without pictures; such a class is not stored.
        """
        rows, ids = _numbers(features), _numbers(labels)
        groups = {c: rows[ids == c] for c in classes}
        filled = {c: group for c, group in groups.items() if len(group)}
        if filled:
            shared = pooled(list(filled.values()))
            for c, group in filled.items():
                self._store(c, group.mean(axis=0), blended(group, shared), len(group))
        return [f"Class {c} has no training pictures: nothing is remembered of it." for c in groups if c not in filled]

    def push(self, classes: Sequence[int], means: Array, covariances: Array) -> None:
        """Replace the Gaussians of classes by means `(k, d)` and covariances `(k, d, d)`; counts stay."""
        for c, mean, covariance in zip(classes, means, covariances, strict=True):
            self._store(c, mean, covariance, self._entry(c).count)

    def stored(self, classes: Sequence[int], anchors: Array) -> Stored:
        """Return the Gaussians of classes in float64, with their text anchors `(k, d)`."""
        entries = [self._entry(c) for c in classes]
        means = np.stack([entry.mean for entry in entries]).astype(np.float64)
        return Stored(means, np.stack([entry.covariance for entry in entries]), np.asarray(anchors, dtype=np.float64))

    def sample(
        self, classes: Sequence[int], counts: Sequence[int], generator: torch.Generator, device: torch.device | str
    ) -> tuple[Tensor, Tensor]:
        """Draw features of classes, class by class.

        Args:
            classes: class ids.
            counts: how many features of each.
            generator: where chance comes from; it may live on another device than `device`.
            device: where the features are wanted.

        Returns:
            Unit-norm float32 features `(n, d)` and their class ids `(n,)`.
        """
        import torch
        import torch.nn.functional as F

        factors = [self._factor(c, device) for c in classes]
        _, root, deviation = factors[0]
        shape = sum(counts), root.shape[1] + len(deviation)
        noise = torch.randn(shape, generator=generator, device=generator.device).to(device).split(list(counts))
        rows = torch.cat([_coloured(*factor, noise=part) for factor, part in zip(factors, noise, strict=True)])
        ids = torch.tensor(list(classes)).repeat_interleave(torch.tensor(list(counts)))
        return F.normalize(rows, dim=1), ids.to(device)

    def state(self, order: Sequence[int]) -> dict[str, Tensor]:
        """Return everything as contiguous tensors.

        Args:
            order: ids of the classes learned; a class is named by its place there, for ids are the data set's own.
        """
        import torch

        entries = list(self._entries.values())
        state = {
            "classes": torch.tensor([order.index(c) for c in self._entries], dtype=torch.float64),
            "counts": torch.tensor([entry.count for entry in entries], dtype=torch.float64),
        }
        columns = {"means": [e.mean for e in entries], **_packed([e.root for e in entries])}
        columns["rests"] = [e.rest for e in entries if e.rest is not None]
        return state | {name: torch.from_numpy(np.stack(rows)) for name, rows in columns.items() if rows}

    def load(self, state: Mapping[str, Tensor], order: Sequence[int]) -> None:
        """Replace everything by what `state` returned.

        Args:
            state: tensors.
            order: ids of the classes learned, in the same order as then; the ids may be others.

        Raises:
            CheckpointError: tensors are missing or do not fit together.
        """
        self._factors.clear()
        try:
            places, counts = state["classes"].tolist(), state["counts"].tolist()
            rows = [state["means"].cpu().numpy(), _unpacked(state)] if places else [[], []]
            rests = state["rests"].cpu().numpy() if "rests" in state else [None] * len(places)
            columns = zip(places, counts, *rows, rests, strict=True)
            self._entries = {order[int(p)]: Entry(mean, int(n), root, rest) for p, n, mean, root, rest in columns}
        except (KeyError, ValueError, IndexError) as error:
            sentence = f"The memory of old classes is damaged: {error}."
            raise CheckpointError(sentence, "Resume from an older checkpoint.") from error

    def _store(self, c: int, mean: Array, covariance: Array, count: int) -> None:
        self._entries[c] = _entry(mean, covariance, count, self.rank)
        self._factors.pop(c, None)

    def _entry(self, c: int) -> Entry:
        if c not in self._entries:
            raise DataError(f"Nothing is remembered of class {c}.", "Does it have training pictures?")
        return self._entries[c]

    def _factor(self, c: int, device: torch.device | str) -> Factor:
        """Return (and cache) mean `(d,)`, root `(d, r)` and standard deviations beside it, `(d,)` or `(0,)`."""
        import torch

        if c not in self._factors:
            entry = self._entry(c)
            root = cholesky(entry.covariance) if entry.rest is None else entry.root
            deviation = np.zeros(0) if entry.rest is None else np.sqrt(entry.rest)
            mean, root, deviation = (torch.from_numpy(part).float() for part in (entry.mean, root, deviation))
            self._factors[c] = mean, root, deviation
        mean, root, deviation = (part.to(device) for part in self._factors[c])
        self._factors[c] = mean, root, deviation
        return mean, root, deviation


def _packed(roots: Sequence[Single]) -> dict[str, Sequence[Single]]:
    """Return the lower triangles of covariances that are exactly symmetric, which halves them; others as they are."""
    if all(root.shape[0] == root.shape[1] and np.array_equal(root, root.T) for root in roots):
        return {"triangles": [root[np.tril_indices(len(root))] for root in roots]}
    return {"roots": roots}


def _unpacked(state: Mapping[str, Tensor]) -> NDArray[np.float32]:
    if "roots" in state:
        return state["roots"].cpu().numpy()
    triangles = state["triangles"].cpu().numpy()
    d = state["means"].shape[1]
    rows, columns = np.tril_indices(d)
    roots = np.empty((len(triangles), d, d), dtype=np.float32)
    roots[:, rows, columns] = triangles
    roots[:, columns, rows] = triangles
    return roots


def cholesky(covariance: Array) -> Array:
    """Return a lower-triangular L `(d, d)` with L L' = covariance, which may be singular, up to a small ridge.

    Raises:
        TrainingError: the covariance has clearly negative eigenvalues.
    """
    d = len(covariance)
    unit = float(np.trace(covariance)) / d + 1e-12
    for ridge in (1e-7, 1e-5, 1e-3):
        try:
            return np.asarray(np.linalg.cholesky(covariance + ridge * unit * np.eye(d)), dtype=np.float64)
        except np.linalg.LinAlgError:
            continue
    raise TrainingError("A stored covariance has negative eigenvalues.", "Choose another calibrator.")


def _coloured(mean: Tensor, root: Tensor, deviation: Tensor, *, noise: Tensor) -> Tensor:
    rows = mean + noise[:, : root.shape[1]] @ root.T
    return rows + noise[:, root.shape[1] :] * deviation if len(deviation) else rows


def _numbers(values: Any) -> Any:  # noqa: ANN401
    """Return a tensor of any device or an array as NumPy: float64 or whole numbers."""
    array = np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)
    return array.astype(np.float64) if array.dtype.kind == "f" else array
