"""What the engine hands to a method: the encoder, the pictures, and the pulse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from backend.calibration import Array, Stored
from backend.config import RunSettings
from backend.events import Note, Stage
from backend.insight import Kept
from backend.seeding import torch_generator
from backend.stages.ladder import Ladder
from backend.stages.pixels import PictureStore, fed
from backend.stages.pulse import Pulse
from backend.stages.saves import Saves
from backend.tasks import Task

BATCH = 256
"""Pictures encoded at once where nothing is learned."""


class Prompts(Protocol):
    """Learnable prompts: a module whose call returns unit-norm text features of all classes so far."""

    def open_task(self, names: Sequence[str]) -> None: ...  # noqa: D102
    def __call__(self) -> Tensor: ...  # noqa: D102
    def parameters(self) -> Any: ...  # noqa: ANN401, D102
    def state_dict(self) -> Mapping[str, Tensor]: ...  # noqa: D102
    def load_state_dict(self, state: Mapping[str, Tensor], /) -> Any: ...  # noqa: ANN401, D102


class TextEncoder(Protocol):
    """Plain texts to unit-norm features."""

    def features(self, texts: Sequence[str]) -> Tensor: ...  # noqa: D102


class Encoder(Protocol):
    """An image tower to tune and a frozen text tower (see `backend.encoders.clip`)."""

    device: torch.device
    size: int
    scale: float
    weights: str

    @property
    def text(self) -> TextEncoder: ...  # noqa: D102
    @property
    def frozen(self) -> bool: ...  # noqa: D102
    def preprocess(self, picture: Image.Image) -> Tensor: ...  # noqa: D102
    def tower(self, pixels: Tensor) -> Tensor: ...  # noqa: D102
    def image(self, inputs: Tensor) -> Tensor: ...  # noqa: D102
    def parameters(self) -> list[nn.Parameter]: ...  # noqa: D102
    def prompts(  # noqa: D102
        self, template: str, *, length: int, per_task: bool, names: Sequence[str] = ()
    ) -> Prompts: ...


@dataclass
class Bench:
    """All that a method works with.

    Attributes:
        encoder: the model.
        train: training pictures of all classes; a method may look at the current task's only.
        class_names: by the data set's own index.
        templates: hand-written prompts with `{}`; text features are the mean over them.
        settings: seed, batch size and so on.
        pulse: where stages report to.
        saves: where stages leave what they have reached.
        keep: takes what is kept for looking at, with the name of its file (see `backend.insight`).
    """

    encoder: Encoder
    train: PictureStore
    class_names: tuple[str, ...]
    templates: tuple[str, ...]
    settings: RunSettings
    pulse: Pulse
    saves: Saves = field(default_factory=Saves)
    keep: Callable[[str, Kept], None] = lambda *_: None
    _ladders: dict[Stage, Ladder] = field(default_factory=dict[Stage, Ladder])
    _anchors: dict[int, Tensor] = field(default_factory=dict[int, Tensor])

    def anchors(self, classes: Sequence[int]) -> Tensor:
        """Return unit-norm text features of the hand-written prompts `(c, d)`."""
        missing = [c for c in classes if c not in self._anchors]
        if missing:
            self._anchors.update(zip(missing, self._text_features(missing), strict=True))
        return torch.stack([self._anchors[c] for c in classes])

    @property
    def template(self) -> str:
        """The prompt that soft prompts start from."""
        return self.templates[0]

    def _text_features(self, classes: Sequence[int]) -> Tensor:
        return prompted(self.encoder.text, [self.class_names[c] for c in classes], self.templates)

    def generator(self, *names: str | int) -> torch.Generator:
        """Return a CPU generator of its own for that name."""
        return torch_generator(self.settings.seed, *names)

    def ladder(self, stage: Stage) -> Ladder:
        """Return what a stage knows of the device's memory."""

        def say(sentence: str) -> None:
            hint = "The result is the same, a little later."
            self.pulse.emit(Note(level="warning", text=sentence, hint=hint))

        return self._ladders.setdefault(stage, Ladder(say))

    @torch.no_grad()
    def features(self, store: PictureStore, rows: Tensor, *, stage: Stage, task: int) -> Tensor:
        """Encode pictures as they are (no augmentation): unit-norm features `(n, d)` on the encoder's device."""
        batches, ladder = rows.split(BATCH), self.ladder(stage)
        encoded: list[Tensor] = []

        def encode(batch: Tensor, at_once: int) -> list[Tensor]:
            return [self.encoder.image(fed(store.inputs[part], self.encoder.device)) for part in batch.split(at_once)]

        with self.pulse.stage(stage, task, len(batches)) as meter:
            for batch in batches:
                encoded += ladder.climb_down(len(batch), partial(encode, batch))
                meter.step(len(batch))
        return torch.cat(encoded)

    def truth(self, classes: Sequence[int], task: int) -> Stored:
        """Recompute old classes from old pictures under the encoder as it is now: to measure, or for the oracle."""
        rows = self.train.rows(tuple(classes))
        features = to_array(self.features(self.train, rows, stage="calibrate", task=task))
        labels = self.train.labels[rows].numpy()
        groups = [features[labels == c] for c in classes]
        means = np.stack([group.mean(axis=0) for group in groups])
        covariances = np.stack([np.cov(group, rowvar=False, bias=True) for group in groups])
        return Stored(means, covariances, to_array(self.anchors(classes)))


def prompted(text: TextEncoder, names: Sequence[str], templates: Sequence[str]) -> Tensor:
    """Return unit-norm text features of class names in hand-written prompts, the mean over the prompts `(c, d)`."""
    each = [text.features([template.replace("{}", name) for name in names]) for template in templates]
    return each[0] if len(each) == 1 else F.normalize(torch.stack(each).mean(dim=0), dim=-1)


def to_array(features: Tensor) -> Array:
    """Return features as float64 NumPy."""
    return features.detach().cpu().double().numpy()


def means_of(features: Array, labels: NDArray[np.int64]) -> Array:
    """Return the mean feature of each class `(c, d)`, where labels are 0 .. c-1."""
    return np.stack([features[labels == c].mean(axis=0) for c in range(int(labels.max()) + 1)])


def positions(labels: Tensor, classes: Task | Sequence[int]) -> Tensor:
    """Return the position of each label in a list of classes, `(n,)`."""
    order = list(classes.classes if isinstance(classes, Task) else classes)
    table = torch.full((max(order) + 1,), -1, dtype=torch.long)
    table[torch.tensor(order)] = torch.arange(len(order))
    return table[labels]
