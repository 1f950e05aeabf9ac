"""Classify pictures with the last checkpoint of a run, or with a bundle; or ask every checkpoint of the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import torch
from torch import Tensor

from backend.answering import Answering
from backend.errors import CheckpointError
from backend.images import read_image

_BATCH: Final = 64


class Guess(NamedTuple):
    """A class that a picture may show."""

    name: str
    probability: float
    task: int
    """The task in which the class was learned, counting from 0."""


def predict(source: Path, images: Sequence[Path], top: int = 5) -> list[list[Guess]]:
    """Return the most probable classes of each picture, best first.

    Args:
        source: the folder of a run, or a bundle.
        images: the pictures.
        top: how many classes of each.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: its checkpoint belongs to another model, or the bundle cannot be used.
        DataError: a picture cannot be read.
    """
    asked = Answering(source)
    guesses: list[list[Guess]] = []
    for start in range(0, len(images), _BATCH):
        features = asked.features(_pixels(asked, images[start : start + _BATCH]))
        guesses += [_best(row, asked.tasks, top) for row in asked.probabilities(features).cpu()]
    return guesses


def history(source: Path, images: Sequence[Path]) -> Iterator[tuple[int, list[Guess | None]]]:
    """Yield each finished task, counting from 0, with what its checkpoint says of each picture.

    Args:
        source: the folder of a run, or a bundle, of which only the last task answers.
        images: the pictures.

    Yields:
        None for each picture where the checkpoint is gone or damaged.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: its newest checkpoint belongs to another model, or the bundle cannot be used.
        DataError: a picture cannot be read.
    """
    asked = Answering(source)
    pixels = _pixels(asked, images)
    for task in range(len(asked.tasks)):
        try:
            features = [asked.features(batch, task) for batch in pixels.split(_BATCH)]
            rows = asked.probabilities(torch.cat(features), task).cpu()
        except CheckpointError:
            yield task, [None] * len(images)
        else:
            yield task, [_best(row, asked.tasks[: task + 1], 1)[0] for row in rows]


def _pixels(asked: Answering, images: Sequence[Path]) -> Tensor:
    return torch.stack([asked.encoder.preprocess(read_image(path)) for path in images])


def _best(probabilities: Tensor, tasks: Sequence[Sequence[str]], top: int) -> list[Guess]:
    classes = [(name, task) for task, names in enumerate(tasks) for name in names]
    best = probabilities.topk(min(top, len(classes)))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [Guess(classes[i][0], probability, classes[i][1]) for i, probability in pairs]
