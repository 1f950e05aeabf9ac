"""What a run leaves behind besides its numbers: evidence of a step that went wrong, and the room of its checkpoints."""

from __future__ import annotations

import math

import pytest

from backend.api import Room, RunConfig, RunFolderError, read_evidence, room_of
from backend.store import EVIDENCE, RunFolder


@pytest.fixture
def home(tmp_path):
    with RunFolder.create(tmp_path / "run", RunConfig()) as made:
        yield made


def test_evidence_is_read_as_it_was_written(home):
    batch = {"pictures": ["train/a.png", "train/b.png"], "moves": [1, 2]}
    home.write_evidence({"step": 11, "where": "adapt of task 2", "losses": [2.5, math.nan, math.inf], "batch": batch})
    read = read_evidence(home.path)
    assert (read.step, read.where) == (11, "adapt of task 2")
    assert read.losses[0] == 2.5
    assert math.isnan(read.losses[1])
    assert read.losses[2] == math.inf
    assert read.batch.pictures == ("train/a.png", "train/b.png")


def test_a_step_over_features_names_their_classes(home):
    home.write_evidence(
        {"step": 1, "where": "align of task 1", "losses": [], "batch": {"features": [[0.5]], "classes": [3]}}
    )
    assert read_evidence(home.path).batch.classes == (3,)


def test_a_run_that_went_well_left_no_evidence(home):
    assert read_evidence(home.path) is None


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"step": 1}', b'{"step": "x", "where": 1}', b"[" * 100_000])
def test_damaged_evidence_is_told(home, damage):
    (home.path / EVIDENCE).write_bytes(damage)
    with pytest.raises(RunFolderError, match="is damaged"):
        read_evidence(home.path)


def test_evidence_beyond_all_measure_is_not_read(home, monkeypatch):
    monkeypatch.setattr("backend.evidence._MOST", 10)
    (home.path / EVIDENCE).write_bytes(b" " * 11)
    with pytest.raises(RunFolderError, match="cannot be read: it has more than 10 B"):
        read_evidence(home.path)


def save(home, name, size):
    folder = home.path / "checkpoints" / name
    folder.mkdir(parents=True)
    (folder / "state.safetensors").write_bytes(bytes(size))
    (folder / "manifest.json").write_bytes(bytes(10))
    return folder


def test_room_counts_whole_checkpoints_and_their_bytes(home):
    assert room_of(home.path) == Room(0, 0)
    save(home, "task-01", 1000)
    save(home, "inside-02-0001", 500)
    save(home, ".task-02-half", 9999)
    assert room_of(home.path) == Room(2, 1520)


def test_room_of_a_folder_from_a_stranger_follows_no_links(home, tmp_path):
    folder = save(home, "task-01", 100)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "large").write_bytes(bytes(5000))
    (folder / "link").symlink_to(outside / "large")
    (home.path / "checkpoints" / "task-02").symlink_to(outside)
    assert room_of(home.path) == Room(1, 110)


def test_checkpoints_that_cannot_be_listed_are_told(home, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(RunFolderError, match="cannot be listed: Permission denied"):
        room_of(home.path)
