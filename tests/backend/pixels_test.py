"""The cache of decoded pictures: made once, whole or rebuilt, never half trusted."""

from __future__ import annotations

import errno

import numpy as np
import pytest
import torch
from PIL import Image

from backend.errors import StorageError
from backend.stages.pixels import build_store, jitter
from tests.worlds import TinyPictures


def to_tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture).transpose(2, 0, 1).copy())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "dmc-studio" / "pixels"


def build(ticks=None):
    tick = (lambda _: None) if ticks is None else ticks.append
    return build_store(TinyPictures("test", 2), to_tensor, key="k", size=48, tick=tick)


def test_a_store_holds_the_pictures_and_is_made_once(cache):
    first, second = [], []
    store = build(first)
    again = build(second)
    pictures = TinyPictures("test", 2)
    assert torch.equal(store.pixels[3], to_tensor(Image.fromarray(pictures.load(3))))
    assert torch.equal(store.pixels, again.pixels)
    assert len(first) == len(pictures)
    assert second == []
    assert store.rows((1, 0)).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"rubbish" * 99])
def test_a_damaged_cache_is_rebuilt(cache, damage):
    whole = build().pixels.clone()
    (file,) = cache.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    ticks = []
    assert torch.equal(build(ticks).pixels, whole)
    assert ticks


def test_a_build_that_is_cut_off_leaves_nothing(cache):
    def tick(i):
        if i == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_store(TinyPictures("test", 2), to_tensor, key="k", size=48, tick=tick)
    assert list(cache.iterdir()) == []


def test_a_full_disk_is_a_clear_error(cache, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numpy.lib.format.open_memmap", full)
    with pytest.raises(StorageError, match="No space left"):
        build()


def test_jitter_moves_by_at_most_its_reach_and_keeps_bytes():
    picture = torch.zeros(512, 3, 9, 9, dtype=torch.uint8)
    picture[:, :, 4, 4] = 255
    moved = jitter(picture, 2, torch.Generator().manual_seed(0))
    assert moved.dtype == torch.uint8
    assert torch.equal(moved.sum(dim=(1, 2, 3)), picture.sum(dim=(1, 2, 3)))
    spots = {(int(y), int(x)) for _, c, y, x in moved.nonzero() if c == 0}
    assert spots == {(y, x) for y in range(2, 7) for x in range(2, 7)}
    assert jitter(picture, 0, torch.Generator()) is picture


def test_jitter_is_the_same_for_the_same_generator():
    picture = torch.randint(0, 255, (5, 3, 8, 8), dtype=torch.uint8)
    a, b = (jitter(picture, 3, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(a, b)
