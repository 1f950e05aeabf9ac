"""Features of an image tower that never moves: each picture is encoded once, for all runs with that tower."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import replace
from typing import Any, Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend import arrays
from backend.arrays import Wanted
from backend.stages.pixels import PictureStore, fed
from backend.stages.pulse import Pulse

_BATCH: Final = {"cuda": 256}
_SMALL_BATCH: Final = 16
"""Pictures at once without a GPU: no slower than many, and a stop is soon heard."""


class Tower(Protocol):
    """A frozen image tower (see `backend.encoders.clip`)."""

    device: torch.device
    size: int
    weights: str

    def tower(self, pixels: Tensor) -> Tensor: ...  # noqa: D102


def feature_store(store: PictureStore, encoder: Tower, *, key: str, pulse: Pulse) -> PictureStore:
    """Return the same pictures as float32 features of the tower `(n, d)`, from the cache where they are there.

    Args:
        store: pictures as pixels.
        encoder: a tower whose output does not depend on what is learned.
        key: names everything that decides a pixel.
        pulse: where progress is told.

    Raises:
        StorageError: the cache cannot be written.
        Stopped: the user stopped the run; nothing is left behind.
    """
    probe = _probe(encoder)
    key = f"{key}/{encoder.weights}/{hashlib.sha256(probe.tobytes()).hexdigest()}"
    wanted = Wanted("features", key, len(store.names), (probe.shape[1],), "float32")
    cached = arrays.find(wanted) or arrays.make(wanted, _encoded(store, encoder, pulse))
    return replace(store, inputs=torch.from_numpy(cached.rows))


@torch.no_grad()
def _probe(encoder: Tower) -> NDArray[Any]:
    """Return the features of a fixed picture.

    They are part of the key: weights alone do not tell the activation, the normalisation of pixels, the precision, the
    device, or how many threads added up the numbers.
    """
    pixels = np.random.default_rng(0).integers(0, 256, (1, 3, encoder.size, encoder.size), dtype=np.uint8)
    return encoder.tower(torch.from_numpy(pixels)).cpu().numpy()


@torch.no_grad()
def _encoded(store: PictureStore, encoder: Tower, pulse: Pulse) -> Generator[tuple[int, NDArray[Any]]]:
    batches = torch.arange(len(store.names)).split(_BATCH.get(encoder.device.type, _SMALL_BATCH))
    with pulse.stage("prepare", 0, len(batches)) as meter:
        for batch in batches:
            features = encoder.tower(fed(store.inputs[batch], encoder.device)).cpu().numpy()
            yield from zip(batch.tolist(), features, strict=True)
            meter.step(len(batch))
