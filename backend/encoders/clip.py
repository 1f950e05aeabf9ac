"""Any open_clip model as one encoder: pixels or texts in, unit-norm features out.

The demo model goes the same way as every other: it is an open_clip local directory in `resources`.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from backend.config import ModelSettings
from backend.encoders import tuning
from backend.encoders.prompts import SoftPrompts, TextTower
from backend.errors import CheckpointError, ModelError, nearest

_HALF: Final = {"bf16": torch.bfloat16, "fp16": torch.float16}


class ClipEncoder:
    """An image tower that is tuned and a text tower that is frozen, on one device.

    Attributes:
        model: the open_clip model.
        text: its text tower.
        size: side of an input picture in pixels.
        scale: the model's logit scale (exp of its parameter).
        weights: a hash of the weights before tuning.
    """

    def __init__(
        self,
        model: nn.Module,
        tokenizer: Callable[[Sequence[str]], Tensor],
        settings: ModelSettings,
        device: torch.device,
        precision: str,
        seed: int,
    ) -> None:
        self.settings = settings
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

    def image(self, pixels: Tensor) -> Tensor:
        """Return unit-norm features `(n, d)`, float32, of pixels `(n, 3, size, size)` uint8 on any device."""
        batch = (pixels.to(self.device, non_blocking=True).float() - self._mean) / self._std
        with self._autocast():
            features = self.model.visual(batch)
        return F.normalize(self.adapter(features.float()), dim=-1)

    def parameters(self) -> list[nn.Parameter]:
        """Return what tuning moves; empty for a frozen tower."""
        return list(self._moving().values())

    def _moving(self) -> dict[str, nn.Parameter]:
        named = {f"visual.{name}": value for name, value in tuning.moving(self.model.visual).items()}
        return named | {f"adapter.{name}": value for name, value in tuning.moving(self.adapter).items()}

    def prompts(self, template: str, *, length: int, per_task: bool) -> SoftPrompts:
        """Return fresh soft prompts on this text tower."""
        return SoftPrompts(self.text, template, length=length, per_task=per_task).to(self.device)

    def preprocess(self, picture: Image.Image) -> Tensor:
        """Return a picture as uint8 `(3, size, size)`: shorter side resized (bicubic), centre cropped."""
        picture = picture.convert("RGB")
        side = self.size
        if picture.size != (side, side):
            factor = side / min(picture.size)
            width, height = (max(side, round(n * factor)) for n in picture.size)
            left, top = (width - side) // 2, (height - side) // 2
            picture = picture.resize((width, height), Image.Resampling.BICUBIC).crop(
                (left, top, left + side, top + side)
            )
        return torch.from_numpy(np.asarray(picture).transpose(2, 0, 1).copy())

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
        """Put a delta back.

        Raises:
            CheckpointError: it is of another model or another tuning.
        """
        state = {f"visual.{n}": v for n, v in self.model.visual.state_dict(keep_vars=True).items()}
        state |= {f"adapter.{n}": v for n, v in self.adapter.state_dict(keep_vars=True).items()}
        with torch.no_grad():
            for name, value in tensors.items():
                if name not in state or state[name].shape != value.shape:
                    raise CheckpointError(
                        f"The checkpoint's '{name}' does not fit this model.",
                        "Choose the model and tuning that it was trained with.",
                    )
                state[name].copy_(value)


def demo_folder() -> Path:
    """Return the folder of the demo model."""
    with as_file(files("resources").joinpath("demo_model")) as folder:
        return Path(folder)


def load_model(settings: ModelSettings) -> tuple[nn.Module, Any]:
    """Load an open_clip model and its tokenizer on the CPU, in float32.

    Raises:
        ModelError: there is no such architecture, tag or file, or the weights do not fit.
    """
    name = f"local-dir:{demo_folder()}" if settings.name == "demo" else settings.name
    if name.startswith("local-dir:"):
        folder = Path(name.removeprefix("local-dir:"))
        if not (folder / "open_clip_config.json").is_file():
            raise ModelError(
                f"'{folder}' holds no open_clip_config.json.", "Give a folder in open_clip's local-directory format."
            )
    elif name not in open_clip.list_models():
        raise ModelError(f"open_clip has no model '{name}'.", nearest(name, open_clip.list_models()))
    try:
        random = settings.pretrained == "random"
        model = open_clip.create_model(
            name, pretrained=None if random else settings.pretrained or None, load_weights=not random
        )
        return model, open_clip.get_tokenizer(name)
    except (RuntimeError, OSError, ValueError, KeyError, pickle.UnpicklingError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"Model '{settings.name}' cannot be loaded: {first}", "Check model.name and model.pretrained."
        ) from error


def load_encoder(settings: ModelSettings, device: torch.device, precision: str = "fp32", seed: int = 0) -> ClipEncoder:
    """Load a model as an encoder on a device.

    Raises:
        ModelError: see `load_model`.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # the weights of an architecture without pre-trained ones
        model, tokenizer = load_model(settings)
    return ClipEncoder(model, tokenizer, settings, device, precision, seed)


def merged_state(
    settings: ModelSettings, delta: Mapping[str, Tensor], seed: int = 0
) -> tuple[dict[str, Tensor], dict[str, Any], Tensor | None]:
    """Return all weights with the delta merged in, an open_clip config for them, and the adapter that remains.

    The adapter is merged into the tower's projection where it has one; otherwise it is returned `(d, d)` and belongs
    behind the tower: `f + f @ adapter.T`.
    """
    encoder = load_encoder(settings, torch.device("cpu"), seed=seed)
    encoder.load_delta(delta)
    visual = encoder.model.visual
    tuning.merge(visual)
    rest: Tensor | None = None
    if isinstance(encoder.adapter, tuning.Adapter):
        rest = encoder.adapter.delta.detach()
        if isinstance(getattr(visual, "proj", None), nn.Parameter):
            visual.proj.data += visual.proj.data @ rest.T
            rest = None
    state = {name: value.detach().clone().contiguous() for name, value in encoder.model.state_dict().items()}
    return state, _open_clip_config(settings, encoder), rest


def _open_clip_config(settings: ModelSettings, encoder: ClipEncoder) -> dict[str, Any]:
    if settings.name == "demo" or settings.name.startswith("local-dir:"):
        folder = demo_folder() if settings.name == "demo" else Path(settings.name.removeprefix("local-dir:"))
        return json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))
    visual = encoder.model.visual
    return {
        "model_cfg": open_clip.get_model_config(settings.name),
        "preprocess_cfg": {"mean": list(visual.image_mean), "std": list(visual.image_std)},
    }


def _hash(state: Mapping[str, Tensor]) -> str:
    """Return 12 hex digits of all weights."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
