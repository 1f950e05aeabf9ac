"""What a run, or a bundle of one, says of a picture: now, and at every earlier checkpoint that is still there.

The model is loaded once; from checkpoint to checkpoint only what tuning changed is put into it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend import checkpoint, devices
from backend.bundle import read_bundle
from backend.checkpoint import Checkpoint
from backend.config import parse_config
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.errors import CheckpointError, RunFolderError
from backend.history import read_config
from backend.progress import weights_words
from backend.stages.bench import prompted
from backend.stages.method import below

KEEP_BYTES: Final = 256 * 2**20
"""Bytes of earlier checkpoints that are kept at hand."""


@dataclass(frozen=True, slots=True)
class _Learned:
    """What one checkpoint answers with."""

    task: int
    delta: dict[str, Tensor]
    classifier: Tensor
    scale: float

    @classmethod
    def of(cls, saved: Checkpoint) -> _Learned:
        # Cloned, so that the rest of the checkpoint, which can be much more, goes.
        delta = {name: value.clone() for name, value in below(saved.tensors, "encoder.").items()}
        return cls(saved.task, delta, saved.tensors["classifier"].clone(), float(saved.tensors["scale"]))

    @property
    def bytes(self) -> int:
        return sum(value.nbytes for value in (*self.delta.values(), self.classifier))


class Answering:
    """Asks the checkpoints of a run, or a bundle. Not thread-safe.

    Args:
        source: folder of a run, or a bundle.

    Attributes:
        encoder: the model, as some checkpoint left it.
        manifest: that of the newest checkpoint.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: its checkpoint belongs to other weights, or the bundle cannot be used.
        ModelError: the weights that the run started from cannot be found or loaded.
        DownloadError: they cannot be had.
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        saved = saved_last(source)
        wanted = parse_config(saved.manifest["config"]).run.device
        self.encoder = trained(saved, devices.choose(wanted, "fp32").device)
        self._kept: OrderedDict[int, _Learned] = OrderedDict()
        self._texts: dict[str, Tensor] = {}
        self._take(saved)
        self._loaded = self._newest

    def refresh(self) -> None:
        """Take up the tasks that a run has finished meanwhile.

        Raises:
            RunFolderError: the run is gone.
            CheckpointError: its newest checkpoint belongs to other weights.
        """
        if not self.bundle and self.newest != max(checkpoint.ends(self.source), default=-1):
            self._take(saved_last(self.source))

    def _take(self, saved: Checkpoint) -> None:
        self.manifest: dict[str, Any] = saved.manifest
        self._newest = self._checked(saved)

    @property
    def bundle(self) -> bool:
        """Whether the source is a bundle, which holds only the last state."""
        return self.source.is_file()

    @property
    def tasks(self) -> tuple[tuple[str, ...], ...]:
        """The class names of each finished task."""
        return tuple(map(tuple, self.manifest["tasks"][: self.newest + 1]))

    @property
    def newest(self) -> int:
        """The task after which the newest checkpoint was saved, counting from 0."""
        return self._newest.task

    @property
    def there(self) -> tuple[int, ...]:
        """The tasks whose checkpoint is still there, the newest first; of others nothing can be asked."""
        earlier = () if self.bundle else checkpoint.ends(self.source)
        return (self.newest, *(task for task in earlier if task < self.newest))

    @torch.no_grad()
    def features(self, pixels: Tensor, task: int | None = None) -> Tensor:
        """Encode pictures: unit-norm features `(n, d)`, on the encoder's device.

        Args:
            pixels: as the encoder's `preprocess` makes them `(n, 3, size, size)`.
            task: the checkpoint that sees them; the newest one unless given.

        Raises:
            CheckpointError: that checkpoint is gone, damaged, or belongs to other weights.
        """
        learned = self._learned(self.newest if task is None else task)
        if learned is not self._loaded:
            self.encoder.load_delta(learned.delta)
            self._loaded = learned
        return self.encoder.image(pixels)

    @torch.no_grad()
    def probabilities(self, features: Tensor, task: int | None = None, texts: Sequence[str] = ()) -> Tensor:
        """Return the probability of each class that a checkpoint knows, then of each text `(n, c + t)`.

        Args:
            features: of pictures, as the same checkpoint made them `(n, d)`.
            task: the checkpoint; the newest one unless given.
            texts: names of more classes, scored by the run's hand-written prompts in the same softmax.

        Raises:
            CheckpointError: as `features`.
            ModelError: a text is too long for the model.
        """
        learned = self._learned(self.newest if task is None else task)
        rows = learned.classifier.to(features)
        if texts:
            rows = torch.cat([rows, self.zero_shot(texts).to(features)])
        return (learned.scale * features @ rows.T).softmax(dim=1)

    def zero_shot(self, names: Sequence[str]) -> Tensor:
        """Return unit-norm text features of class names in the run's hand-written prompts `(n, d)`.

        Raises:
            ModelError: a name is too long for the model.
        """
        template: str | list[str] = self.manifest["template"]
        templates = [template] if isinstance(template, str) else template
        self._texts = {
            name: self._texts[name] if name in self._texts else prompted(self.encoder.text, [name], templates)[0]
            for name in names
        }
        return torch.stack(list(map(self._texts.__getitem__, names)))

    def _learned(self, task: int) -> _Learned:
        """Return what a checkpoint learned, from the disk or among those used last."""
        if task == self.newest:
            return self._newest
        if task not in self._kept:
            self._kept[task] = self._checked(checkpoint.load(self._place(task)))
        self._kept.move_to_end(task)
        while len(self._kept) > 1 and sum(kept.bytes for kept in self._kept.values()) > KEEP_BYTES:
            self._kept.popitem(last=False)
        return self._kept[task]

    def _place(self, task: int) -> Path:
        place = None if self.bundle else checkpoint.ends(self.source).get(task)
        if place is None:
            sentence = f"The checkpoint after task {task + 1} is not in '{self.source}'."
            raise CheckpointError(sentence, "A run keeps as many as run.keep_checkpoints says; a bundle has the last.")
        return place

    def _checked(self, saved: Checkpoint) -> _Learned:
        _require_weights(saved, self.encoder)
        return _Learned.of(saved)


def saved_last(source: Path) -> Checkpoint:
    """Return the newest checkpoint of a run, or the one in a bundle.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: the bundle cannot be used.
    """
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
    _require_weights(saved, encoder)
    encoder.load_delta(below(saved.tensors, "encoder."))
    return encoder


def _require_weights(saved: Checkpoint, encoder: ClipEncoder) -> None:
    if encoder.weights != saved.manifest["weights"]:
        sentence = (
            f"'{saved.path}' was trained from the weights {saved.manifest['weights']} of "
            f"'{weights_words(encoder.settings)}'; those here are {encoder.weights}."
        )
        raise CheckpointError(sentence, "Put the weights that it was trained from back, or train again.")
