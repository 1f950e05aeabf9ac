"""The short form of the campaign against disks, and one disk that is really full."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.api import Gate, Paused, Resumed, StorageError, resume, run
from backend.config import RunConfig
from backend.events import Note
from backend.store import RunFolder, open_run
from tests.faults.broken_disk import FAULTS
from tests.faults.disk import campaign, outcome
from tests.worlds import tiny_config

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
QUICK = tiny_config(method={"name": "simple_cil"})
SMALL = 48 * 2**20
"""Bytes of the small disk."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A run without faults; to be read only."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    assert run(QUICK, folder, lambda _: None, Gate()).outcome == "finished"
    return folder


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A real file system that is soon full."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(place: Path, leave: int) -> None:
    (place / "ballast").write_bytes(b"\0" * (shutil.disk_usage(place).free - leave))


def test_thirty_different_faults_and_more_are_known():
    assert len(set(FAULTS)) >= 30


def test_a_run_survives_faults_of_its_disk(tmp_path):
    failures = [failure for row in campaign(2, 1, tmp_path, quick=True) for failure in row.failures]
    assert failures == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_survives_every_fault_of_its_disk(tmp_path):
    failures = [failure for row in campaign(len(FAULTS), 2, tmp_path, quick=True) for failure in row.failures]
    assert failures == []


@pytest.mark.parametrize("answer", ["room is made", "stop, make room, resume"])
def test_a_disk_that_is_really_full_holds_a_run_up_and_no_more(answer, small_disk, whole):
    size = sum(path.stat().st_size for path in (whole / "checkpoints" / "task-02").iterdir())
    fill(small_disk, size * 3 // 2)  # it is full in the middle of a checkpoint
    gate, told = Gate(), []

    def listen(event):
        told.append(event)
        if isinstance(event, Paused) and answer == "room is made":
            (small_disk / "ballast").unlink()
        elif isinstance(event, Paused):
            gate.stop()

    ended = run(QUICK, small_disk / "run", listen, gate)
    (paused,) = (event for event in told if isinstance(event, Paused))
    assert "The disk is full" in paused.reason
    assert "MiB left there" in paused.hint
    if answer == "room is made":
        assert [event.kind for event in told if isinstance(event, Paused | Resumed)] == ["paused", "resumed"]
    else:
        assert (ended.outcome, ended.cause) == ("stopped", "storage")
        (small_disk / "ballast").unlink()
        ended = resume(small_disk / "run", lambda _: None, Gate())
    assert ended.outcome == "finished", ended
    assert outcome(small_disk / "run") == outcome(whole)


def test_a_run_whose_folder_is_deleted_waits_until_it_is_stopped_and_says_why(tmp_path):
    gate, told = Gate(), []

    def listen(event):
        told.append(event)
        if event.kind == "task_scored":
            shutil.rmtree(tmp_path / "run")
        elif isinstance(event, Paused):
            gate.stop()

    ended = run(QUICK, tmp_path / "run", listen, gate)
    assert [event.kind for event in told[-2:]] == ["paused", "run_ended"]
    assert (ended.outcome, ended.cause) == ("stopped", "storage")
    assert ended.message == f"Stopped. '{tmp_path / 'run' / 'events.jsonl'}' cannot be written: its folder is gone."
    assert not (tmp_path / "run").exists()


def test_a_disk_that_is_really_full_keeps_every_event_that_was_written(small_disk):
    written = 0
    with RunFolder.create(small_disk / "run", RunConfig()) as home:
        fill(small_disk, 10_000)
        with pytest.raises(StorageError, match="disk is full"):  # noqa: PT012 - which of them fails is the question
            for written in range(10**6):
                home.append(Note(level="info", text=f"{written}"))
        assert len(home.events()) == written > 100
        with pytest.raises(StorageError, match="disk is full"):
            home.rewind(0, keep=lambda _: True)
        (small_disk / "ballast").unlink()
        home.append(Note(level="info", text="room"))
    texts = [event.text for event in open_run(small_disk / "run").events]
    assert texts == [*map(str, range(written)), "room"]
