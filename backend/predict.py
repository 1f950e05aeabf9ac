"""Classify pictures with the last checkpoint of a run, or with a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor

from backend import checkpoint, devices
from backend.bundle import read_bundle
from backend.checkpoint import Checkpoint
from backend.config import parse_config
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.errors import CheckpointError, RunFolderError
from backend.history import read_config
from backend.images import read_image
from backend.progress import weights_words
from backend.stages.method import below

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
    saved = _saved(source)
    wanted = parse_config(saved.manifest["config"]).run.device
    encoder = trained(saved, devices.choose(wanted, "fp32").device)
    classifier, scale = saved.tensors["classifier"].to(encoder.device), float(saved.tensors["scale"])
    guesses: list[list[Guess]] = []
    for start in range(0, len(images), _BATCH):
        pixels = torch.stack([encoder.preprocess(read_image(path)) for path in images[start : start + _BATCH]])
        with torch.no_grad():
            probabilities = (scale * encoder.image(pixels) @ classifier.T).softmax(dim=1)
        guesses += [_best(row, saved.manifest, top) for row in probabilities.cpu()]
    return guesses


def _saved(source: Path) -> Checkpoint:
    if source.is_file():
        return read_bundle(source).checkpoint
    read_config(source)
    saved = checkpoint.latest(source)
    if saved is None:
        raise RunFolderError(
            f"'{source}' has no finished task yet.", "Wait until the first task is scored, or resume the run."
        )
    return saved


def trained(saved: Checkpoint, device: torch.device) -> ClipEncoder:
    """Load the model that a checkpoint is of, as it was trained.

    Raises:
        CheckpointError: the weights that it was trained from have changed, or its tensors do not fit.
        ModelError: these weights cannot be found or loaded.
        DownloadError: they cannot be had.
    """
    config = parse_config(saved.manifest["config"])
    encoder = load_encoder(config.model, device, "fp32", config.run.seed)
    if encoder.weights != saved.manifest["weights"]:
        sentence = (
            f"'{saved.path}' was trained from the weights {saved.manifest['weights']} of "
            f"'{weights_words(config.model)}'; those here are {encoder.weights}."
        )
        raise CheckpointError(sentence, "Put the weights that it was trained from back, or train again.")
    encoder.load_delta(below(saved.tensors, "encoder."))
    return encoder


def _best(probabilities: Tensor, manifest: dict[str, Any], top: int) -> list[Guess]:
    names: list[str] = manifest["class_names"]
    task_of = {name: i for i, task in enumerate(manifest["tasks"]) for name in task}
    best = probabilities.topk(min(top, len(names)))
    pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
    return [Guess(names[i], probability, task_of[names[i]]) for i, probability in pairs]
