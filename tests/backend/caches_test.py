"""The room that caches take: told, freed in one step, checked whole."""

from __future__ import annotations

import os

import numpy as np
import pytest

from backend.api import cache_sizes, clear_caches, verify_caches
from backend.arrays import Wanted, find, make


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "dmc-studio"


def fill(kind, key, rows=3):
    wanted = Wanted(kind, key, rows, (4,), "float32")
    make(wanted, ((i, np.full(4, i, dtype=np.float32)) for i in range(rows)))
    return wanted


def on_disk(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_sizes_are_those_on_disk(folder):
    assert [(c.kind, c.bytes, c.files) for c in cache_sizes()] == [("pixels", 0, 0), ("features", 0, 0)]
    fill("pixels", "a")
    fill("features", "a")
    fill("features", "b")
    pixels, features = cache_sizes()
    assert (pixels.files, features.files) == (2, 4)
    assert (pixels.bytes, features.bytes) == (on_disk(folder / "pixels"), on_disk(folder / "features"))


def test_clearing_frees_one_cache_or_all(folder):
    kept, gone = fill("pixels", "a"), fill("features", "a")
    size = on_disk(folder / "features")
    assert clear_caches("features") == size
    assert find(gone) is None
    assert find(kept) is not None
    assert clear_caches() > 0
    assert clear_caches() == on_disk(folder) == 0


def test_an_array_that_is_open_can_still_be_read_after_clearing(folder):
    opened = find(fill("pixels", "a"))
    clear_caches()
    assert opened.rows[2].tolist() == [2, 2, 2, 2]


def test_what_somebody_is_writing_is_not_cleared_but_what_a_crash_left_is(folder):
    (folder / "pixels").mkdir(parents=True)
    mine, left = folder / "pixels" / f"x.{os.getpid()}.part", folder / "pixels" / "y.part"
    mine.write_bytes(b"1")
    left.write_bytes(b"22")
    assert clear_caches() == 2
    assert mine.exists()
    assert not left.exists()


def test_verify_removes_what_is_damaged_and_nothing_else(folder):
    good, bad = fill("pixels", "a"), fill("features", "b")
    data = bytearray(bad.path.read_bytes())
    data[-1] ^= 1
    bad.path.write_bytes(data)
    assert verify_caches() == (bad.path,)
    assert find(good) is not None
    assert not bad.path.exists()
    assert verify_caches() == ()


def test_a_row_that_is_left_out_is_missing(folder):
    wanted = Wanted("features", "k", 12, (2,), "float32")
    make(wanted, ((i, np.full(2, i, dtype=np.float32)) for i in range(12) if i not in {0, 7}))
    found = find(wanted)
    assert found.missing == (0, 7)
    assert found.rows[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 8, 9, 10, 11]
