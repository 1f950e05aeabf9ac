"""The cache of decoded pictures: made once, whole or rebuilt, never half trusted."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import zlib
from collections import namedtuple

import numpy as np
import pytest
import torch
from PIL import Image

from backend import arrays, caches
from backend.errors import DataError, StorageError
from backend.stages.pixels import build_store, shifted, shifts
from tests.worlds import TinyPictures

Usage = namedtuple("Usage", "total used free")


def to_tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture).transpose(2, 0, 1).copy())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "dmc-studio" / "pixels"


def build(ticks=None, key="k", pictures=None):
    tick = (lambda _: None) if ticks is None else ticks.append
    return build_store(pictures or TinyPictures("test", 2), to_tensor, key=key, size=48, tick=tick)


def test_a_store_holds_the_pictures_in_order_and_is_made_once(cache):
    first, second = [], []
    store = build(first)
    again = build(second)
    pictures = TinyPictures("test", 2)
    wanted = [to_tensor(Image.fromarray(pictures.load(i))) for i in range(len(pictures))]
    assert torch.equal(store.inputs, torch.stack(wanted))
    assert torch.equal(store.inputs, again.inputs)
    assert store.names == pictures.names
    assert first == list(range(len(pictures)))
    assert second == []
    assert store.rows((1, 0)).tolist() == [0, 1, 2, 3]


def test_pictures_are_decoded_on_several_threads_but_few_wait(cache, monkeypatch):
    monkeypatch.setattr("backend.stages.pixels.workers", lambda: 3)
    together, begun, done = threading.Barrier(3, timeout=20), [], []

    class Watched(TinyPictures):
        def load(self, index):
            begun.append(index)
            if index < 3:
                together.wait()  # passes only when three are being decoded at once
            assert len(begun) - len(done) <= 3 * 4 + 1
            return super().load(index)

    build(done, pictures=Watched("train", 12))
    assert sorted(begun) == done == list(range(96))


def test_another_key_is_another_array(cache):
    build(key="crop")
    build(key="squash")
    assert len(list(cache.glob("*.npy"))) == 2


def flipped(data: bytes) -> bytes:
    """One bit in the middle of the pixels."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"rubbish" * 99, flipped, None]
)
def test_a_damaged_cache_is_rebuilt(cache, suffix, damage):
    whole = build().inputs.clone()
    (file,) = cache.glob(f"*{suffix}")
    if damage:
        file.write_bytes(damage(file.read_bytes()))
    else:
        file.unlink()
    ticks = []
    assert torch.equal(build(ticks).inputs, whole)
    if suffix == ".npy" or damage is not flipped:
        assert ticks


def test_of_a_large_cache_a_start_reads_some_rows_and_verify_reads_all(cache, monkeypatch):
    build()
    (file,) = cache.glob("*.npy")
    one = 3 * 48 * 48
    monkeypatch.setattr(arrays, "CHECKED", 2 * one)
    read = []
    monkeypatch.setattr(arrays.zlib, "crc32", lambda data, crc32=zlib.crc32: read.append(len(data)) or crc32(data))
    build()
    assert read == [one] * 2
    file.write_bytes(flipped(file.read_bytes()))
    assert caches.verify() == (file,)
    assert list(cache.iterdir()) == []


def test_a_build_that_is_cut_off_leaves_nothing(cache):
    def tick(i):
        if i == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_store(TinyPictures("test", 2), to_tensor, key="k", size=48, tick=tick)
    assert list(cache.iterdir()) == []


KILLED = """
import os, signal, sys, platformdirs
from pathlib import Path
platformdirs.user_cache_path = lambda name: Path(sys.argv[1]) / name
from tests.backend.pixels_test import build
class Ticks:
    def append(self, i):
        if i == 5:
            os.kill(os.getpid(), signal.SIGKILL)
build(Ticks())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_killed_build_leaves_is_swept_and_built_again(cache, tmp_path, request):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=request.config.rootpath, check=False)
    assert killed.returncode == -9
    assert [path.suffix for path in cache.iterdir()] == [".part"]
    ticks = []
    build(ticks)
    assert len(ticks) == 16
    assert sorted(path.suffix for path in cache.iterdir()) == [".json", ".npy"]


def test_too_little_room_is_said_before_anything_is_decoded(cache, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(10**9, 10**9, 10_000_000))
    ticks = []
    with pytest.raises(StorageError, match=r"needs 2.* MB in '.*pixels', where 10.0 MB are free") as caught:
        build(ticks)
    assert "clear" in caught.value.hint
    assert ticks == []
    assert list(cache.iterdir()) == []


def test_a_cache_folder_that_may_not_be_made_is_a_clear_error(cache):
    cache.parent.parent.mkdir(exist_ok=True)
    cache.parent.write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="cannot be written"):
        build()


def test_pictures_that_cannot_be_read_are_left_out_and_remembered(cache):
    class Broken(TinyPictures):
        def load(self, index):
            if index in {4, 15}:
                raise DataError("broken")
            return super().load(index)

    pictures = Broken("test", 2)
    first = build(pictures=pictures)
    ticks = []
    for store in (first, build(ticks, pictures=pictures)):
        assert store.skipped == ("test/4", "test/15")
        assert len(store.inputs) == len(store.names) == len(store.labels) == len(store.checksums) == 14
        assert store.names[4] == "test/5"
        assert store.labels.tolist() == [c for c in range(8) for i in range(2) if 2 * c + i not in {4, 15}]
        assert torch.equal(store.inputs[4], to_tensor(Image.fromarray(pictures.load(5))))
    assert ticks == []


def test_the_sheet_tells_what_it_vouches_for(cache):
    store = build()
    (sheet,) = cache.glob("*.json")
    told = json.loads(sheet.read_text())
    assert told["key"] == "k"
    assert tuple(told["shape"]) == tuple(store.inputs.shape)
    assert tuple(told["checksums"]) == store.checksums


def test_jitter_moves_by_at_most_its_reach_and_keeps_bytes():
    picture = torch.zeros(512, 3, 9, 9, dtype=torch.uint8)
    picture[:, :, 4, 4] = 255
    moved = shifted(picture, shifts(512, 2, torch.Generator().manual_seed(0)))
    assert moved.dtype == torch.uint8
    assert torch.equal(moved.sum(dim=(1, 2, 3)), picture.sum(dim=(1, 2, 3)))
    spots = {(int(y), int(x)) for _, c, y, x in moved.nonzero() if c == 0}
    assert spots == {(y, x) for y in range(2, 7) for x in range(2, 7)}
    assert shifted(picture, shifts(512, 0, torch.Generator())) is picture


def test_jitter_leaves_features_alone():
    features = torch.randn(4, 8)
    assert shifted(features, shifts(4, 3, torch.Generator())) is features


def test_jitter_is_the_same_for_the_same_generator():
    picture = torch.randint(0, 255, (5, 3, 8, 8), dtype=torch.uint8)
    a, b = (shifted(picture, shifts(5, 3, torch.Generator().manual_seed(4))) for _ in range(2))
    assert torch.equal(a, b)
