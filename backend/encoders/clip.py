"""Any open_clip model as one encoder: pixels or texts in, unit-norm features out.

The demo model goes the same way as every other: it is an open_clip local directory in `resources`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from backend.config import ModelSettings
from backend.download import Tick
from backend.encoders import tuning
from backend.encoders.models import load_model, open_clip_name
from backend.encoders.prompts import SoftPrompts, TextTower
from backend.encoders.squares import square
from backend.errors import CheckpointError
from backend.gate import Gate

_HALF: Final = {"bf16": torch.bfloat16, "fp16": torch.float16}


class ClipEncoder:
    """An image tower that is tuned and a text tower that is frozen, on one device.

    Attributes:
        model: the open_clip model.
        text: its text tower.
        size: side of an input picture in pixels.
        scale: the model's logit scale (exp of its parameter).
        weights: a hash of the weights before tuning.
        warnings: what a user of these weights must know.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: Callable[[Sequence[str]], Tensor],
        settings: ModelSettings,
        device: torch.device,
        precision: str,
        seed: int,
        warnings: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.warnings = warnings
        self.device = device
        self.model: Any = model.to(device).eval().requires_grad_(requires_grad=False)
        self.weights = _hash(self.model.state_dict())
        visual = self.model.visual
        side = visual.image_size
        self.size = int(side[0] if isinstance(side, tuple) else side)
        self.text = TextTower(self.model, tokenizer, device)
        self.scale = float(self.model.logit_scale.exp())
        self._mean = torch.tensor(visual.image_mean, device=device).view(1, 3, 1, 1) * 255
        self._std = torch.tensor(visual.image_std, device=device).view(1, 3, 1, 1) * 255
        self._half = _HALF.get(precision)
        self._first = (
            {name: value.detach().clone() for name, value in visual.state_dict().items()}
            if settings.tuning == "full"
            else {}
        )
        width = self.text.features(["a"]).shape[1]
        self.adapter = tuning.attach(visual, settings, width, seed).to(device)

    def _autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, dtype=self._half) if self._half else nullcontext()

    @property
    def frozen(self) -> bool:
        """Whether the tower itself never moves, so that its output can be kept."""
        return self.settings.tuning in {"adapter", "none"}

    def tower(self, pixels: Tensor) -> Tensor:
        """Return the tower's output `(n, d)`, float32, for pixels `(n, 3, size, size)` uint8 on any device."""
        batch = (pixels.to(self.device, non_blocking=True).float() - self._mean) / self._std
        with self._autocast():
            return self.model.visual(batch).float()

    def image(self, inputs: Tensor) -> Tensor:
        """Return unit-norm features `(n, d)`, float32, of pixels as `tower` takes them, or of its output `(n, d)`."""
        features = self.tower(inputs) if inputs.dim() == 4 else inputs.to(self.device, non_blocking=True)
        return F.normalize(self.adapter(features), dim=-1)

    def parameters(self) -> list[nn.Parameter]:
        """Return what tuning moves; empty for a frozen tower."""
        return list(self._moving().values())

    def _moving(self) -> dict[str, nn.Parameter]:
        named = {f"visual.{name}": value for name, value in tuning.moving(self.model.visual).items()}
        return named | {f"adapter.{name}": value for name, value in tuning.moving(self.adapter).items()}

    def prompts(self, template: str, *, length: int, per_task: bool, names: Sequence[str] = ()) -> SoftPrompts:
        """Return fresh soft prompts on this text tower, after a look at all class names to come.

        Raises:
            ModelError: a class name leaves no room for the contexts.
        """
        return SoftPrompts(self.text, template, length=length, per_task=per_task, names=names).to(self.device)

    def preprocess(self, picture: Image.Image) -> Tensor:
        """Return a picture as uint8 `(3, size, size)`, as the settings' transform makes it."""
        return torch.from_numpy(
            np.asarray(square(picture, self.size, self.settings.transform)).transpose(2, 0, 1).copy()
        )

    def check_prompts(self, names: Sequence[str], templates: Sequence[str]) -> None:
        """Refuse prompts that the text tower would cut short.

        Raises:
            ModelError: names the prompt that is too long.
        """
        self.text.tokenize([template.replace("{}", name) for template in templates for name in names])

    def delta(self) -> dict[str, Tensor]:
        """Return what tuning has changed: LoRA factors, adapter, or the difference of all weights."""
        if self.settings.tuning != "full":
            return {name: value.detach().clone() for name, value in self._moving().items()}
        now = self.model.visual.state_dict()
        return {
            f"visual.{name}": now[name].detach().clone()
            for name, first in self._first.items()
            if not torch.equal(now[name], first)
        }

    def load_delta(self, tensors: Mapping[str, Tensor]) -> None:
        """Put a delta back, whatever was put there before.

        Raises:
            CheckpointError: it is of another model or another tuning.
        """
        state = {f"visual.{n}": v for n, v in self.model.visual.state_dict(keep_vars=True).items()}
        state |= {f"adapter.{n}": v for n, v in self.adapter.state_dict(keep_vars=True).items()}
        first = {f"visual.{n}": v for n, v in self._first.items()}
        with torch.no_grad():
            for name, value in (first | dict(tensors)).items():
                if name not in state or state[name].shape != value.shape:
                    raise CheckpointError(
                        f"The checkpoint's '{name}' does not fit this model.",
                        "Choose the model and tuning that it was trained with.",
                    )
                state[name].copy_(value)


def load_encoder(
    settings: ModelSettings,
    device: torch.device,
    precision: str = "fp32",
    seed: int = 0,
    tick: Tick | None = None,
    gate: Gate | None = None,
) -> ClipEncoder:
    """Load a model as an encoder on a device, downloading its weights if they are not there.

    Args:
        settings: which model, and what moves in it.
        device: where it goes.
        precision: `fp32`, `bf16` or `fp16` autocast.
        seed: of untrained weights, and of what tuning adds.
        tick: told how far a download is.
        gate: a download asks it whether to go on.

    Raises:
        ModelError: there is no such architecture, tag or file, or the weights do not fit.
        DownloadError: the weights cannot be had.
        StorageError: they cannot be written.
        Stopped: the gate was closed.
    """
    loaded = load_model(settings, seed, tick, gate)
    return ClipEncoder(loaded.model, loaded.tokenizer, settings, device, precision, seed, loaded.warnings)


def merged_state(encoder: ClipEncoder) -> tuple[dict[str, Tensor], dict[str, Any], Tensor | None]:
    """Return all weights with what tuning changed merged in, an open_clip config, and the adapter that remains.

    The adapter is merged into the tower's projection where it has one; otherwise it is returned `(d, d)` and belongs
    behind the tower: `f + f @ adapter.T`. The encoder is of no use for training afterwards.
    """
    visual = encoder.model.visual
    tuning.merge(visual)
    rest: Tensor | None = None
    if isinstance(encoder.adapter, tuning.Adapter):
        rest = encoder.adapter.delta.detach()
        if isinstance(getattr(visual, "proj", None), nn.Parameter):
            visual.proj.data += visual.proj.data @ rest.T
            rest = None
    state = {name: value.detach().clone().contiguous() for name, value in encoder.model.state_dict().items()}
    return state, _open_clip_config(encoder), rest


def preprocessing(encoder: ClipEncoder) -> dict[str, Any]:
    """Return how pictures are prepared for this encoder, in open_clip's words."""
    visual = encoder.model.visual
    return {
        "mean": list(visual.image_mean),
        "std": list(visual.image_std),
        "interpolation": "bicubic",
        "resize_mode": {"crop": "shortest", "squash": "squash"}[encoder.settings.transform],
    }


def _open_clip_config(encoder: ClipEncoder) -> dict[str, Any]:
    """Return what open_clip needs to build the model and to prepare pictures as this encoder does."""
    model = open_clip.get_model_config(open_clip_name(encoder.settings))
    return {"model_cfg": model, "preprocess_cfg": preprocessing(encoder)}


def _hash(state: Mapping[str, Tensor]) -> str:
    """Return 12 hex digits of all weights."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
