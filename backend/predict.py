"""Classify pictures with the last checkpoint of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

from backend import checkpoint, devices
from backend.checkpoint import Checkpoint
from backend.config import parse_config
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.errors import CheckpointError, RunFolderError
from backend.history import read_config
from backend.images import read_image

_BATCH: Final = 64


class Guess(NamedTuple):
    """A class that a picture may show."""

    name: str
    probability: float
    task: int
    """The task in which the class was learned, counting from 0."""


def predict(folder: Path, images: Sequence[Path], top: int = 5) -> list[list[Guess]]:
    """Return the most probable classes of each picture, best first.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: its checkpoint belongs to another model.
        DataError: a picture cannot be read.
    """
    read_config(folder)
    saved = checkpoint.latest(folder)
    if saved is None:
        raise RunFolderError(
            f"'{folder}' has no finished task yet.", "Wait until the first task is scored, or resume the run."
        )
    encoder = _encoder(saved)
    classifier, scale = saved.tensors["classifier"].to(encoder.device), float(saved.tensors["scale"])
    guesses: list[list[Guess]] = []
    for start in range(0, len(images), _BATCH):
        pixels = torch.stack([encoder.preprocess(read_image(path)) for path in images[start : start + _BATCH]])
        with torch.no_grad():
            probabilities = (scale * encoder.image(pixels) @ classifier.T).softmax(dim=1)
        guesses += [_best(row, saved.manifest, top) for row in probabilities.cpu()]
    return guesses


def _encoder(saved: Checkpoint) -> ClipEncoder:
    config = parse_config(saved.manifest["config"])
    device = devices.choose(config.run.device, "fp32").device
    encoder = load_encoder(config.model, device, "fp32", config.run.seed)
    if encoder.weights != saved.manifest["weights"]:
        sentence = f"'{saved.path}' was trained from other weights than '{config.model.name}' has now."
        raise CheckpointError(sentence, "Put the model's old weights back, or train again.")
    tensors = saved.tensors.items()
    encoder.load_delta({name.removeprefix("encoder."): value for name, value in tensors if name.startswith("encoder.")})
    return encoder


def _best(probabilities: Tensor, manifest: dict[str, Any], top: int) -> list[Guess]:
    names: list[str] = manifest["class_names"]
    task_of = {name: i for i, task in enumerate(manifest["tasks"]) for name in task}
    best = probabilities.topk(min(top, len(names)))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [Guess(names[i], probability, task_of[names[i]]) for i, probability in pairs]
