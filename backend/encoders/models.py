"""Building an open_clip model with its weights and its tokenizer.

The demo model goes the same way as every other: it is an open_clip local directory in `resources`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import open_clip
import torch
from torch import Tensor, nn

from backend.config import ModelSettings
from backend.download import Tick
from backend.encoders import activation
from backend.encoders.state import OPENAI_MARKS, put_state, read_state
from backend.encoders.weights import Weights, find_weights
from backend.errors import ModelError, nearest
from backend.gate import Gate

_LOCAL: Final = "local-dir:"
_CONFIG: Final = "open_clip_config.json"
_FILES: Final = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "model.safetensors",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on the CPU in float32, its tokenizer, and what a user of these weights must know."""

    model: nn.Module
    tokenizer: Callable[..., Tensor]
    warnings: tuple[str, ...]


def demo_folder() -> Path:
    """Return the folder of the demo model."""
    with as_file(files("resources").joinpath("demo_model")) as folder:
        return Path(folder)


def open_clip_name(settings: ModelSettings) -> str:
    """Return what open_clip calls a model."""
    return f"{_LOCAL}{demo_folder()}" if settings.name == "demo" else settings.name


def check_model(settings: ModelSettings) -> None:
    """See to it that a model can be loaded, or downloaded; loads and downloads nothing.

    Raises:
        ModelError: there is no such architecture, tag or file.
    """
    name = open_clip_name(settings)
    _check_name(name)
    if settings.pretrained != "random" and not open_clip.get_pretrained_cfg(name, settings.pretrained):
        _find(name, settings.pretrained, lambda _: None, Gate())


def load_model(settings: ModelSettings, seed: int, tick: Tick | None = None, gate: Gate | None = None) -> Loaded:
    """Load an open_clip model and its tokenizer on the CPU, in float32.

    Args:
        settings: which model.
        seed: of the weights where `pretrained` is `random`.
        tick: told how far a download is.
        gate: a download asks it whether to go on.

    Raises:
        ModelError: there is no such architecture, tag or file, or the weights do not fit.
        DownloadError: the weights cannot be had.
        StorageError: they cannot be written.
        Stopped: the gate was closed.
    """
    name = open_clip_name(settings)
    _check_name(name)
    random = settings.pretrained == "random"
    weights = None if random else _find(name, settings.pretrained, tick or (lambda _: None), gate or Gate())
    state = read_state(weights.file) if weights else {}
    model, tokenizer = _build(name, seed)
    if weights is None:
        return Loaded(model, tokenizer, ())
    put_state(model, state, weights.file, settings.name)
    _normalise_as(model, weights)
    warning = activation.warning(settings.name, model, weights, openai_marks=not OPENAI_MARKS.isdisjoint(state))
    ignored = (
        f"model.pretrained = '{settings.pretrained}' was ignored: '{settings.name}' has weights of its own."
        if name.startswith(_LOCAL) and settings.pretrained
        else ""
    )
    return Loaded(model, tokenizer, tuple(text for text in (warning, ignored) if text))


def _check_name(name: str) -> None:
    if name.startswith(_LOCAL):
        folder = Path(name.removeprefix(_LOCAL))
        if not (folder / _CONFIG).is_file():
            raise ModelError(f"'{folder}' holds no {_CONFIG}.", "Give a folder in open_clip's local-directory format.")
    elif name not in open_clip.list_models():
        raise ModelError(f"open_clip has no model '{name}'.", nearest(name, open_clip.list_models()))


def _find(name: str, pretrained: str, tick: Tick, gate: Gate) -> Weights:
    if not name.startswith(_LOCAL):
        return find_weights(name, pretrained, tick, gate)
    folder = Path(name.removeprefix(_LOCAL))
    file = next((folder / known for known in _FILES if (folder / known).is_file()), None)
    if file is None:
        raise ModelError(f"'{folder}' holds no weights.", f"Put {_FILES[0]} there.")
    return Weights(file, {})


def _build(name: str, seed: int) -> tuple[nn.Module, Callable[..., Tensor]]:
    """Return a model without its weights, and the tokenizer; downloads nothing."""
    try:
        with torch.random.fork_rng(devices=[]), _weights_come_later():
            torch.manual_seed(seed)
            model = open_clip.create_model(name, load_weights=False, pretrained_text=False)
        return model, _tokenizer(name) if not name.startswith(_LOCAL) else open_clip.get_tokenizer(name)
    except (RuntimeError, OSError, ValueError, KeyError, TypeError, ImportError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"Model '{name}' cannot be built: {first}", "Check model.name.") from error


@cache
def _tokenizer(name: str) -> Callable[..., Tensor]:
    """Return open_clip's tokenizer; it reads its table of words each time that one is made."""
    return open_clip.get_tokenizer(name)


@contextlib.contextmanager
def _weights_come_later() -> Generator[None]:
    """Keep open_clip from warning of random weights: they are put into the model next."""

    def other(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("No pretrained weights loaded")

    logger = logging.getLogger()
    logger.addFilter(other)
    try:
        yield
    finally:
        logger.removeFilter(other)


def _normalise_as(model: Any, weights: Weights) -> None:  # noqa: ANN401 - an open_clip model
    """Take the pixel mean and deviation that a tag's weights were trained with."""
    if weights.tag:
        model.visual.image_mean, model.visual.image_std = weights.tag["mean"], weights.tag["std"]
