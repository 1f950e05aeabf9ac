"""What tasks will hold, before anything is trained: names, counts and a few pictures."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.config import RunConfig
from backend.errors import DataError
from backend.grown import dataset_of
from backend.pictures import Pictures
from backend.tasks import tasks_of

_THUMBNAIL = 112
"""Longer side of a preview's pictures in pixels."""
_TRIES = 3
"""So many pictures of a class are tried until one can be read."""


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """What one task will hold: class names, picture counts, and a few pictures `(h, w, 3)` uint8, one a class."""

    names: tuple[str, ...]
    train: int
    test: int
    thumbnails: tuple[NDArray[np.uint8], ...]


def preview(config: RunConfig, *, thumbnails: int = 8) -> tuple[TaskPreview, ...]:
    """Return the tasks of a configuration with some pictures. Draws or decodes them: call it off the GUI thread.

    Raises:
        ConfigError: the split does not fit the data set.
        DataError: the data set is missing.
    """
    dataset = dataset_of(config)
    tasks = tasks_of(config, dataset)
    train, test = dataset.pictures("train"), dataset.pictures("test")

    def show(classes: Sequence[int]) -> tuple[NDArray[np.uint8], ...]:
        firsts = (_first_readable(train, np.flatnonzero(train.labels == c)[:_TRIES]) for c in classes[:thumbnails])
        return tuple(picture for picture in firsts if picture is not None)

    return tuple(
        TaskPreview(
            task.names,
            int(np.isin(train.labels, task.classes).sum()),
            int(np.isin(test.labels, task.classes).sum()),
            show(task.classes),
        )
        for task in tasks
    )


def _first_readable(pictures: Pictures, indices: NDArray[np.intp]) -> NDArray[np.uint8] | None:
    for index in indices:
        with contextlib.suppress(DataError):  # a run leaves it out and says so; for a preview any other will do
            return pictures.thumbnail(int(index), _THUMBNAIL)
    return None
