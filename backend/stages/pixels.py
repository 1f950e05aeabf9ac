"""Decoded pictures as one uint8 array on disk, mapped into memory: made once, then shared by every run."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from backend import arrays
from backend.arrays import Wanted
from backend.errors import DataError
from backend.pictures import Pictures

AHEAD: Final = 4
"""Pictures that may wait, decoded or not, for each worker."""

Preprocess = Callable[[Image.Image], Tensor]


@dataclass(frozen=True, slots=True)
class PictureStore:
    """All readable pictures of a part, as an encoder takes them.

    Attributes:
        inputs: pixels `(n, 3, size, size)` uint8, or features of a frozen image tower `(n, d)` float32.
        labels: class indices `(n,)` int64.
        names: a name a picture.
        places: position of each picture in the data set's list, which has the skipped ones too `(n,)`.
        checksums: CRC-32 of each picture's pixels.
        skipped: names of the pictures that cannot be read.
    """

    inputs: Tensor
    labels: Tensor
    names: tuple[str, ...]
    places: NDArray[np.int64]
    checksums: tuple[int, ...] = ()
    skipped: tuple[str, ...] = ()

    def rows(self, classes: tuple[int, ...]) -> Tensor:
        """Return the positions of all pictures of some classes, in storage order."""
        return torch.isin(self.labels, torch.tensor(classes)).nonzero().squeeze(1)


def build_store(
    pictures: Pictures, preprocess: Preprocess, *, key: str, size: int, tick: Callable[[int], None]
) -> PictureStore:
    """Return the store of `pictures`, from the cache where it is there; pictures that cannot be read are left out.

    Args:
        pictures: what to decode; `load` is called from several threads.
        preprocess: turns a picture into uint8 `(3, size, size)`.
        key: names everything that decides a pixel: data set, part and transform.
        size: side in pixels.
        tick: called after each picture with its index; may raise to stop.

    Raises:
        StorageError: the cache cannot be written.
    """
    wanted = Wanted("pixels", key, len(pictures), (3, size, size), "uint8")
    cached = arrays.find(wanted) or arrays.make(wanted, _decoded(pictures, preprocess, tick))
    kept = np.delete(np.arange(len(pictures)), cached.missing)
    return PictureStore(
        torch.from_numpy(cached.rows),
        torch.from_numpy(pictures.labels[kept]),
        tuple(pictures.names[i] for i in kept),
        kept,
        cached.checksums,
        tuple(pictures.names[i] for i in cached.missing),
    )


def workers() -> int:
    """Return how many pictures are decoded at once: the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _decoded(
    pictures: Pictures, preprocess: Preprocess, tick: Callable[[int], None]
) -> Generator[tuple[int, NDArray[Any]]]:
    """Yield index and pixels of each picture that can be read, in order, decoded in parallel.

    Threads are enough: Pillow lets go of the interpreter while it decodes and resizes.
    """

    def decode(index: int) -> NDArray[Any] | None:
        try:
            return preprocess(Image.fromarray(pictures.load(index))).numpy()
        except DataError:
            return None

    count, waiting = workers(), deque[Future[NDArray[Any] | None]]()
    pool = ThreadPoolExecutor(count, thread_name_prefix="decode")
    try:
        for index in range(len(pictures)):
            while len(waiting) < AHEAD * count and index + len(waiting) < len(pictures):
                waiting.append(pool.submit(decode, index + len(waiting)))
            pixels = waiting.popleft().result()
            if pixels is not None:
                yield index, pixels
            tick(index)
    finally:
        pool.shutdown(cancel_futures=True)


def fed(inputs: Tensor, device: torch.device) -> Tensor:
    """Return a batch from where `device` fetches it without making anybody wait: for a GPU, page-locked memory."""
    return inputs.pin_memory() if device.type == "cuda" else inputs


def shifts(count: int, reach: int, generator: torch.Generator) -> Tensor:
    """Draw a shift of up to `reach` pixels in y and x for each of `count` pictures, `(count, 2)`."""
    if not reach:
        return torch.zeros(count, 2, dtype=torch.long)
    return torch.randint(-reach, reach + 1, (2, count), generator=generator).T


def shifted(inputs: Tensor, moves: Tensor) -> Tensor:
    """Shift each picture `(n, 3, h, w)` by its row of `moves` `(n, 2)`, the rim repeated; uint8 in, uint8 out.

    Features of a frozen tower `(n, d)` have nothing to shift and come back as they are.
    """
    if inputs.dim() != 4 or not moves.any():
        return inputs
    n, _, height, width = inputs.shape
    ys = (torch.arange(height) + moves[:, :1]).clamp_(0, height - 1)
    xs = (torch.arange(width) + moves[:, 1:]).clamp_(0, width - 1)
    rows = torch.arange(n)[:, None, None]
    return inputs.permute(0, 2, 3, 1)[rows, ys[:, :, None], xs[:, None, :]].permute(0, 3, 1, 2)
