"""Decoded pictures as one uint8 array on disk, mapped into memory: made once, then shared by every run."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from backend.errors import StorageError
from backend.pictures import Pictures
from backend.places import cache_folder


@dataclass(frozen=True, slots=True)
class PixelStore:
    """All pictures of a part, ready for an encoder.

    Attributes:
        pixels: `(n, 3, size, size)` uint8.
        labels: class indices `(n,)` int64.
        names: a name a picture.
    """

    pixels: Tensor
    labels: Tensor
    names: tuple[str, ...]

    def rows(self, classes: tuple[int, ...]) -> Tensor:
        """Return the positions of all pictures of some classes, in storage order."""
        return torch.isin(self.labels, torch.tensor(classes)).nonzero().squeeze(1)


def build_store(
    pictures: Pictures, preprocess: Callable[[Image.Image], Tensor], *, key: str, size: int, tick: Callable[[int], None]
) -> PixelStore:
    """Return the store of `pictures`, from the cache where it is there.

    Args:
        pictures: what to decode.
        preprocess: turns a picture into uint8 `(3, size, size)`.
        key: names everything that decides a pixel: data set, part and transform.
        size: side in pixels.
        tick: called after each picture with its index; may raise to stop.

    Raises:
        StorageError: the cache cannot be written.
        DataError: a picture cannot be decoded.
    """
    name = hashlib.sha256(f"{key}/{size}/{len(pictures)}".encode()).hexdigest()[:24]
    path = cache_folder() / "pixels" / f"{name}.npy"
    shape = (len(pictures), 3, size, size)
    if not _complete(path, shape):
        _fill(path, shape, pictures, preprocess, tick)
    array = np.load(path, mmap_mode="c")
    return PixelStore(torch.from_numpy(array), torch.from_numpy(pictures.labels), pictures.names)


def _complete(path: Path, shape: tuple[int, ...]) -> bool:
    """Tell whether a cache file is there and whole; a damaged one is rebuilt, never trusted."""
    try:
        array = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return False
    return array.shape == shape and array.dtype == np.uint8


def _fill(
    path: Path,
    shape: tuple[int, ...],
    pictures: Pictures,
    preprocess: Callable[[Image.Image], Tensor],
    tick: Callable[[int], None],
) -> None:
    """Write the cache under another name and rename it, so that a file under its name is always whole."""
    half = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        array = np.lib.format.open_memmap(half, mode="w+", dtype=np.uint8, shape=shape)
        for i in range(shape[0]):
            array[i] = preprocess(Image.fromarray(pictures.load(i))).numpy()
            tick(i)
        array.flush()
        half.replace(path)
    except OSError as error:
        raise StorageError(
            f"The picture cache cannot be written: {error}.", f"Free some space in {path.parent}."
        ) from error
    finally:
        half.unlink(missing_ok=True)


def jitter(pixels: Tensor, reach: int, generator: torch.Generator) -> Tensor:
    """Shift each picture by up to `reach` pixels in x and y, the rim repeated; uint8 in, uint8 out."""
    if not reach:
        return pixels
    n, _, height, width = pixels.shape
    move = torch.randint(-reach, reach + 1, (2, n, 1), generator=generator)
    ys = (torch.arange(height) + move[0]).clamp_(0, height - 1)
    xs = (torch.arange(width) + move[1]).clamp_(0, width - 1)
    rows = torch.arange(n)[:, None, None]
    return pixels.permute(0, 2, 3, 1)[rows, ys[:, :, None], xs[:, None, :]].permute(0, 3, 1, 2)
