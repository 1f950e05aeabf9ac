"""What a run keeps for looking, not for going on: answers on test pictures, and class means around a calibration.

```
insight/answers-001.safetensors    after each task: pictures, truth, answers, confidence
insight/means-002.safetensors      at each calibration: means of old classes (stored, pushed, true) and of current ones
insight/first.safetensors          class means under the encoder that the run began with
```

The engine writes these files before it tells of the task or calibration; later tasks of a run that was resumed
overwrite what an earlier try left. Task numbers in file names count from 1. Reading loads no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend import bounded
from backend.errors import CheckpointError, RunFolderError
from backend.tensors import read_arrays

INSIGHT: Final = "insight"
_MOST: Final = 2**30
"""Bytes of a file."""
_AGAIN: Final = "The run itself is not touched by this; only this view of it is lost."

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
Kept: TypeAlias = "Answers | Means | FirstMeans"
T = TypeVar("T", bound="Kept")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a run answered on the test pictures of all classes seen, after a task.

    Attributes:
        pictures: positions in the data set's pictures of the part that is scored `(n,)`.
        truth: true classes as positions in class order, that of `RunStarted.class_names` `(n,)`.
        answers: answered classes, likewise `(n,)`.
        confidence: probability of each answer, 0 .. 1 `(n,)`.
    """

    pictures: Integers
    truth: Integers
    answers: Integers
    confidence: Floats

    @classmethod
    def of(cls, pictures: ArrayLike, truth: ArrayLike, answers: ArrayLike, confidence: ArrayLike) -> Answers:
        """Return them with the types that they are kept with."""

        def whole(numbers: ArrayLike) -> Integers:
            return np.asarray(numbers).astype(np.int32)

        return cls(whole(pictures), whole(truth), whole(answers), np.asarray(confidence).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Means:
    """Class means around a calibration, in the order of `Calibrated.old_classes` and `current_classes`.

    Attributes:
        stored: old classes before stage 1, as they were stored `(k, d)`.
        pushed: old classes after calibration `(k, d)`.
        true: old classes under the encoder after stage 1, from their pictures; NaN where there are none, or drift is
            not measured `(k, d)`.
        before: current classes before stage 1 `(c, d)`.
        after: current classes after stage 1 `(c, d)`.
    """

    stored: Floats
    pushed: Floats
    true: Floats
    before: Floats
    after: Floats


@dataclass(frozen=True, slots=True)
class FirstMeans:
    """Means of a few training pictures of each class under the encoder that the run began with: a plane to draw in.

    Attributes:
        classes: the data set's own class indices `(n,)`.
        means: `(n, d)`.
    """

    classes: Integers
    means: Floats


def answers_name(task: int) -> str:
    """Return the file of a task's answers; tasks count from 0."""
    return f"answers-{task + 1:03d}.safetensors"


def means_name(task: int) -> str:
    """Return the file of the means at the calibration in a task; tasks count from 0."""
    return f"means-{task + 1:03d}.safetensors"


FIRST: Final = "first.safetensors"


def packed(kept: Kept) -> bytes:
    """Return a file's contents."""
    import safetensors.numpy

    return safetensors.numpy.save({f.name: np.ascontiguousarray(getattr(kept, f.name)) for f in fields(kept)})


def read_answers(folder: Path, task: int) -> Answers | None:
    """Return what a run answered after a task; None where it was not kept, as in runs of old.

    Raises:
        RunFolderError: the file is damaged or cannot be read.
    """
    answers = _read(folder / INSIGHT / answers_name(task), Answers)
    if answers is not None:
        _require(folder, len({len(getattr(answers, f.name)) for f in fields(answers)}) == 1)
    return answers


def read_means(folder: Path, task: int) -> Means | None:
    """Return the class means around the calibration in a task; None where none were kept.

    Raises:
        RunFolderError: the file is damaged or cannot be read.
    """
    means = _read(folder / INSIGHT / means_name(task), Means)
    if means is not None:
        shapes = [getattr(means, f.name).shape for f in fields(means)]
        fits = all(len(shape) == 2 for shape in shapes) and len({shape[1] for shape in shapes}) == 1
        _require(folder, fits and shapes[0] == shapes[1] == shapes[2] and shapes[3] == shapes[4])
    return means


def read_first(folder: Path) -> FirstMeans | None:
    """Return the class means under the first encoder; None where they were not kept.

    Raises:
        RunFolderError: the file is damaged or cannot be read.
    """
    first = _read(folder / INSIGHT / FIRST, FirstMeans)
    if first is not None:
        _require(folder, first.means.ndim == 2 and first.classes.shape == first.means.shape[:1])
    return first


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        data = bounded.read_bytes(path, _MOST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFolderError(f"'{path}' cannot be read: {error.strerror}.", _AGAIN) from error
    try:
        return _checked(read_arrays(data, str(path), most=_MOST), kind)
    except CheckpointError as error:
        raise RunFolderError(error.sentence, _AGAIN) from error


def _checked(arrays: Mapping[str, NDArray[Any]], kind: type[T]) -> T:
    types = {"pictures": np.int32, "truth": np.int32, "answers": np.int32, "classes": np.int32}
    wanted = {field.name: types.get(field.name, np.float32) for field in fields(kind)}
    if {name: array.dtype.type for name, array in arrays.items()} != wanted:
        raise CheckpointError("It does not hold what its name says.", _AGAIN)
    return kind(**arrays)


def _require(folder: Path, fits: bool) -> None:
    if not fits:
        raise RunFolderError(f"A file in '{folder / INSIGHT}' is damaged: its arrays do not fit together.", _AGAIN)
