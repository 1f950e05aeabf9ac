from __future__ import annotations

import os

import pytest

from backend.bundle import MOST_BYTES, pack
from backend.config import RunConfig
from backend.recognise import recognise
from backend.store import RunFolder
from tests.gui.example_run import events


@pytest.fixture
def run(tmp_path):
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        for event in events(1, 2, 2):
            home.append(event)
    return home.path


def test_a_run_is_recognised_also_by_what_lies_in_it(run):
    inside = run / "checkpoints" / "task-01"
    inside.mkdir(parents=True)
    assert recognise(run) == ("run", run)
    assert recognise(inside) == ("run", run)


def test_a_bundle_is_recognised_by_its_beginning_and_not_by_its_ending(tmp_path):
    bundle = tmp_path / "renamed.bin"
    bundle.write_bytes(pack("a run", {name: b"{}" for name in MOST_BYTES}))
    assert recognise(bundle).kind == "bundle"
    other = tmp_path / "other.zip"
    other.write_bytes(b"PK\x03\x04" + bytes(60))
    assert recognise(other).kind == "unknown"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("run.toml", "settings"), ("Photo.JPG", "picture"), ("paper.pdf", "unknown"), ("none", "unknown")],
)
def test_files_are_recognised_by_their_ending(tmp_path, name, kind):
    (tmp_path / name).write_bytes(b"")
    assert recognise(tmp_path / name).kind == kind


@pytest.mark.parametrize("place", ["a.png", "heron/1.png", "train/heron/1.png"])
def test_folders_of_pictures_are_recognised_with_and_without_parts(tmp_path, place):
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_bytes(b"")
    assert recognise(tmp_path).kind == "pictures"


def test_an_exported_checkpoint_is_weights(tmp_path):
    (tmp_path / "open_clip_config.json").write_text("{}")
    assert recognise(tmp_path).kind == "weights"


def test_a_folder_of_something_else_is_nothing(tmp_path):
    (tmp_path / "a" / "b" / "c" / "d").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "d" / "too-deep.png").write_bytes(b"")
    assert recognise(tmp_path).kind == "unknown"


def test_what_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        recognise(tmp_path / "gone")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_hold_the_window_up(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(OSError, match="plain file"):
        recognise(tmp_path / "pipe.png")
