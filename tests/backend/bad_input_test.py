"""Whole runs that meet bad input: each ends with one clear sentence and a hint, and nothing that was there is lost."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from backend import checkpoint
from backend.api import Gate, open_run, resume, run
from backend.disk import write_all, writing
from backend.encoders.models import demo_folder
from backend.errors import StorageError
from backend.events import Note, Paused, RunEnded, RunStarted, TaskScored
from backend.exports import export, read_result
from tests.worlds import tiny_config

QUICK = {"method": {"name": "simple_cil"}}


def play(work, *arguments):
    events = []
    ended = work(*arguments, events.append, Gate())
    assert ended == events[-1]
    return ended, events


def failed(ended, says):
    assert ended.outcome == "failed"
    assert says in ended.message
    assert ended.hint
    assert "please report" not in ended.hint
    return True


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(folder):
    """Return the accuracy matrix that the events tell."""
    return {event.task: event.row for event in open_run(folder).events if isinstance(event, TaskScored)}


def cut(path, keep=100):
    path.write_bytes(path.read_bytes()[:keep])


# What the configuration asks for is not there.


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"split": {"initial_classes": 9}}, "9 classes are asked for, but the data set has 8"),
        ({"split": {"order": ("a", "a")}}, "class 'a' is named twice"),
        ({"split": {"order": "backwards"}}, "'backwards' is not an order"),
        ({"data": {"root": "ruined"}}, "7 of 12 training pictures of the class"),
        ({"model": {"name": "ViT-B-33"}}, "no model 'ViT-B-33'"),
        ({"model": {"name": "local-dir:nowhere"}}, "open_clip_config.json"),
        ({"model": {"name": "ViT-B-32", "pretrained": "nobody"}}, "'nobody' is not a tag of 'ViT-B-32'"),
    ],
)
def test_a_run_that_cannot_be_says_why(sections, says, tmp_path):
    ended, _ = play(run, tiny_config(**QUICK, **sections), tmp_path / "run")
    assert failed(ended, says)
    assert open_run(tmp_path / "run").state == "failed"
    assert open_run(tmp_path / "run").events[-1] == ended


def test_a_device_that_is_not_there_is_replaced_with_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    config = tiny_config(**QUICK, split={"classes_per_task": 8}, run={"device": "cuda:7"})
    ended, events = play(run, config, tmp_path / "run")
    assert ended.outcome == "finished"
    assert next(event for event in events if isinstance(event, RunStarted)).device == "cpu"
    (warning,) = (event for event in events if isinstance(event, Note) and event.level == "warning")
    assert "'cuda:7' cannot be used" in warning.text


# The run folder is not what it should be.


def test_a_folder_with_another_run_stays_as_it_was(copied_run):
    before = tree(copied_run)
    ended, events = play(run, tiny_config(**QUICK), copied_run)
    assert failed(ended, "holds another run")
    assert events == [ended]
    assert tree(copied_run) == before


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (shutil.rmtree, "There is no run folder"),
        (lambda folder: (folder / "config.toml").unlink(), "config.toml is missing"),
        (lambda folder: cut(folder / "config.toml", 30), "config.toml of"),
        (lambda folder: (folder / "events.jsonl").write_text("?\n"), "damaged at line 1"),
    ],
)
def test_a_missing_or_half_written_run_is_not_resumed(damage, says, copied_run):
    damage(copied_run)
    before = tree(copied_run) if copied_run.exists() else {}
    ended, _ = play(resume, copied_run)
    assert failed(ended, says)
    kept = tree(copied_run) if copied_run.exists() else {}
    assert {path: kept[path] for path in before if path.suffix not in {".jsonl", ".log"}} == {
        path: content for path, content in before.items() if path.suffix not in {".jsonl", ".log"}
    }


def test_a_run_that_is_on_is_not_resumed(copied_run):
    from backend.store import RunFolder

    with RunFolder.reopen(copied_run):
        before = tree(copied_run)
        ended, _ = play(resume, copied_run)
        assert failed(ended, "is being written by another run")
        assert tree(copied_run) == before


def test_a_run_without_its_last_score_tells_it_when_it_goes_on(copied_run, finished_run):
    """A crash right after the checkpoint: the score is in the checkpoint, not in the events."""
    lines = (copied_run / "events.jsonl").read_bytes().splitlines(keepends=True)
    scored = max(i for i, line in enumerate(lines) if b'"kind":"task_scored"' in line)
    (copied_run / "events.jsonl").write_bytes(b"".join(lines[:scored]))
    ended, _ = play(resume, copied_run)
    assert ended.outcome == "finished"
    assert rows(copied_run) == rows(finished_run)


# Checkpoints.


def test_a_truncated_checkpoint_is_skipped_with_a_note_and_the_result_is_the_same(copied_run, finished_run):
    cut(copied_run / "checkpoints" / "task-02" / "state.safetensors")
    ended, events = play(resume, copied_run)
    assert ended.outcome == "finished"
    assert any(isinstance(event, Note) and "task-02" in event.text for event in events)
    assert rows(copied_run) == rows(finished_run)
    assert read_result(copied_run)["accuracy_matrix"] == read_result(finished_run)["accuracy_matrix"]


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_malicious_checkpoint_is_never_executed(copied_run, tmp_path):
    for state in copied_run.glob("checkpoints/*/state.safetensors"):
        state.write_bytes(pickle.dumps(Bomb(tmp_path / "sprung")))
    ended, _ = play(resume, copied_run)
    assert ended.outcome == "finished"
    assert not (tmp_path / "sprung").exists()


def test_a_checkpoint_of_another_model_is_refused_and_kept(copied_run):
    saved = checkpoint.latest(copied_run)
    checkpoint.save(copied_run, saved.task, saved.tensors, saved.manifest | {"weights": "another"})
    before = tree(copied_run / "checkpoints")
    ended, _ = play(resume, copied_run)
    assert failed(ended, "other weights")
    assert tree(copied_run / "checkpoints") == before


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("archive", [False, True])
def test_a_weights_file_that_is_a_malicious_pickle_is_never_executed(archive, tmp_path):
    folder, trap = tmp_path / "model", Bomb(tmp_path / "sprung")
    folder.mkdir()
    shutil.copy(demo_folder() / "open_clip_config.json", folder)
    weights = folder / "open_clip_pytorch_model.bin"
    torch.save({"state_dict": trap}, weights) if archive else weights.write_bytes(pickle.dumps(trap))
    ended, _ = play(run, tiny_config(**QUICK, model={"name": f"local-dir:{folder}"}), tmp_path / "run")
    assert not (tmp_path / "sprung").exists()
    assert failed(ended, "cannot be loaded")


# The disk.


@pytest.mark.parametrize("after", [0, 3, 40])
def test_a_run_that_is_stopped_while_its_disk_is_full_goes_on_when_there_is_room(
    after, tmp_path, monkeypatch, finished_run
):
    room, write = [after], os.write

    def fill(descriptor, data):
        room[0] -= 1
        if room[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    config = open_run(finished_run).config
    monkeypatch.setattr(os, "write", fill)
    gate = Gate()
    ended = run(config, tmp_path / "run", lambda event: gate.stop() if isinstance(event, Paused) else None, gate)
    assert "The disk is full" in ended.message
    assert (ended.outcome, ended.cause) == ("stopped" if after else "failed", "storage")
    monkeypatch.setattr(os, "write", write)
    if not after:
        assert not (tmp_path / "run").exists()
        return
    told = open_run(tmp_path / "run").events
    assert not any(isinstance(event, RunEnded) for event in told)
    assert open_run(tmp_path / "run").state == "interrupted"
    ended, _ = play(resume, tmp_path / "run")
    assert ended.outcome == "finished"
    assert rows(tmp_path / "run") == rows(finished_run)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_without_room_is_a_full_disk():
    """Not simulated: /dev/full refuses every byte."""
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(StorageError, match="The disk is full"), writing(Path("/dev/full")):
            write_all(descriptor, b"x" * 10)
    finally:
        os.close(descriptor)


@pytest.fixture
def small_files():
    """Let no file of this process grow beyond 100 kB: the system's own refusal, not a simulated one."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_checkpoint_that_does_not_fit_leaves_the_run_readable(finished_run, small_files, tmp_path):
    ended, _ = play(run, open_run(finished_run).config, tmp_path / "run")
    assert failed(ended, "task-01' cannot be written: File too large")
    record = open_run(tmp_path / "run")
    assert record.state == "failed"
    assert record.events[-1] == ended
    assert checkpoint.latest(tmp_path / "run") is None
    assert not list((tmp_path / "run" / "checkpoints").iterdir())


@pytest.mark.parametrize("kind", ["checkpoint", "csv"])
def test_an_export_where_nothing_may_be_written_says_so(kind, stopped_run, tmp_path, monkeypatch):
    opened = os.open

    def refuse(path, flags, *mode, **named):
        if flags & os.O_WRONLY:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, flags, *mode, **named)

    monkeypatch.setattr("backend.disk.os.open", refuse)
    with pytest.raises(StorageError, match="may not be written") as caught:
        export(stopped_run, kind, tmp_path / "to")
    assert caught.value.hint
    monkeypatch.undo()
    assert not (tmp_path / "to").exists()


# Pictures.


def test_a_picture_of_odd_shape_or_mode_can_be_predicted(stopped_run, tmp_path):
    from backend.predict import predict

    paths = []
    for mode, size in (("L", (1, 1)), ("RGBA", (500, 20)), ("P", (20, 500)), ("I;16", (9, 9)), ("CMYK", (64, 64))):
        paths.append(tmp_path / f"{mode.replace(';', '')}.tiff")
        Image.fromarray(np.zeros(size[::-1], np.uint8)).convert(mode).save(paths[-1])
    assert len(predict(stopped_run, paths)) == len(paths)
