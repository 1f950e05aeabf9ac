"""Checkpoints: whole or not there, newest whole one first, and nothing in them is ever executed."""

from __future__ import annotations

import errno
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from backend import checkpoint
from backend.checkpoint import MANIFEST, STATE, latest, latest_inside, load, prune, save
from backend.errors import CheckpointError, StorageError
from backend.migrations import SCHEMA
from tests.manifests import example

TENSORS = {"classifier": torch.eye(3), "scale": torch.tensor(100.0), "encoder.w": torch.arange(6.0).view(2, 3)}


@pytest.fixture
def run(tmp_path):
    for task in range(3):
        save(tmp_path, task, TENSORS | {"task": torch.tensor(task)}, example())
    return tmp_path


def newest(run):
    return run / "checkpoints" / "task-03"


def test_what_is_saved_loads_equal(tmp_path):
    path, size = save(tmp_path, 0, TENSORS, example())
    assert path == "checkpoints/task-01"
    assert size == sum(file.stat().st_size for file in (tmp_path / path).iterdir())
    loaded = load(tmp_path / path)
    assert loaded.task == 0
    assert loaded.manifest["weights"] == "abc"
    assert loaded.manifest["class_names"] == ["ü", "b"]
    assert loaded.manifest["schema"] == SCHEMA
    assert loaded.tensors.keys() == TENSORS.keys()
    assert all(torch.equal(loaded.tensors[name], value) for name, value in TENSORS.items())


def test_tensors_that_share_memory_or_are_strided_or_need_gradients_can_be_saved(tmp_path):
    whole = torch.arange(12.0).view(3, 4).requires_grad_()
    path, _ = save(tmp_path, 0, {"a": whole[0], "b": whole[1], "c": whole.T, "half": whole.half()}, example())
    loaded = load(tmp_path / path).tensors
    assert torch.equal(loaded["b"], whole[1])
    assert torch.equal(loaded["c"], whole.T)
    assert loaded["half"].dtype == torch.float16


def test_the_newest_one_counts_and_nothing_is_none(run, tmp_path_factory):
    found = latest(run)
    assert (found.task, found.skipped) == (2, ())
    assert latest(tmp_path_factory.mktemp("empty")) is None


def test_tasks_beyond_ninety_nine_are_newer(run):
    save(run, 99, TENSORS, example())
    save(run, 100, TENSORS, example())
    assert latest(run).task == 100


def test_saving_a_task_again_replaces_it(run):
    save(run, 2, {"classifier": torch.zeros(1)}, example())
    assert latest(run).tensors.keys() == {"classifier"}
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == ["task-01", "task-02", "task-03"]


def cut(path, keep):
    path.write_bytes(path.read_bytes()[:keep])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda at: cut(at / STATE, 100), "is truncated: 100 of"),
        (lambda at: cut(at / STATE, 0), "is truncated: 0 of"),
        (lambda at: flip(at / STATE), "hash"),
        (lambda at: cut(at / MANIFEST, 40), "is damaged"),
        (lambda at: (at / MANIFEST).unlink(), "There is no"),
        (lambda at: (at / STATE).unlink(), "There is no"),
        (lambda at: (at / MANIFEST).write_text("[1]"), "not a checkpoint of DMC Studio"),
        (lambda at: (at / MANIFEST).write_text("{}"), "not a checkpoint of DMC Studio"),
        (lambda at: edit(at / MANIFEST, schema=99), "format version 99; this DMC Studio reads versions 1 to 2"),
        (lambda at: edit(at / MANIFEST, schema="2"), "format version 2"),
        (lambda at: edit(at / MANIFEST, scored=[{"task": 0}]), "scored.0.row"),
        (lambda at: edit(at / MANIFEST, tasks=None), "tasks"),
        (lambda at: shutil.rmtree(at) or at.write_text("x"), "is a file, not a checkpoint"),
    ],
)
def test_a_damaged_one_is_named_and_the_one_before_is_used(damage, says, run):
    damage(newest(run))
    with pytest.raises(CheckpointError, match=says) as caught:
        load(newest(run))
    assert caught.value.hint
    found = latest(run)
    assert found.task == 1
    assert found.skipped[0].startswith("task-03: ")


def test_when_none_is_whole_there_is_none(run):
    for path in (run / "checkpoints").iterdir():
        cut(path / STATE, 10)
    assert latest(run) is None


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def archive_of(bomb):
    file = io.BytesIO()
    torch.save({"weights": bomb}, file)
    return file.getvalue()


@pytest.mark.parametrize("make", [pickle.dumps, archive_of], ids=["pickle", "pt"])
def test_a_malicious_pickle_is_refused_and_never_executed(make, run, tmp_path_factory):
    trap = tmp_path_factory.mktemp("trap") / "sprung"
    content = make(Bomb(trap))
    state = newest(run) / STATE
    state.write_bytes(content)
    edit(newest(run) / MANIFEST, bytes=len(content), sha256=checkpoint._hash(content))
    (run / "model.pt").write_bytes(content)
    for path in (newest(run), run / "model.pt"):
        with pytest.raises(CheckpointError, match="is a pickle; DMC Studio never loads pickles"):
            load(path)
    assert latest(run).task == 1
    assert not trap.exists()


def test_another_file_with_the_right_hash_is_refused(run):
    content = b"not a safetensors file at all"
    (newest(run) / STATE).write_bytes(content)
    edit(newest(run) / MANIFEST, bytes=len(content), sha256=checkpoint._hash(content))
    with pytest.raises(CheckpointError, match="is not a safetensors file"):
        load(newest(run))


@pytest.mark.parametrize("broken", ["write", "fsync", "rename"])
def test_a_full_disk_leaves_the_checkpoints_that_were_there(broken, run, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, broken, refuse)
    for task in (2, 3):
        with pytest.raises(StorageError, match="disk is full"):
            save(run, task, TENSORS, example())
    monkeypatch.undo()
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == ["task-01", "task-02", "task-03"]
    assert latest(run).manifest["weights"] == "abc"


# Imports torch once, then kills one child after another while it is saving.
SAVE_AND_DIE = """
import os, signal, sys, time, torch
from pathlib import Path
from backend.checkpoint import save
from tests.manifests import example
for turn in range(8):
    child = os.fork()
    if not child:
        for i in range(10**6):
            save(Path(sys.argv[1]), i % 2, {"w": torch.full((200_000,), float(i))}, example(i=i))
    while not list(Path(sys.argv[1]).glob("checkpoints/task-*")):
        time.sleep(0.001)
    time.sleep(0.03 + 0.017 * turn)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(len(list(Path(sys.argv[1]).glob("checkpoints/task-*"))))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_killed_process_leaves_is_never_taken_for_a_checkpoint_and_is_cleared(tmp_path):
    command = [sys.executable, "-c", SAVE_AND_DIE, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(said.split()[-1]) >= 1
    found = latest(tmp_path)
    assert not found.skipped
    assert torch.equal(found.tensors["w"], torch.full((200_000,), float(found.manifest["i"])))
    save(tmp_path, 0, TENSORS, example())
    assert not list((tmp_path / "checkpoints").glob(".*"))


def test_a_header_whose_length_looks_like_a_pickle_is_still_read(tmp_path):
    starts = set()
    for letters in range(1, 260, 7):
        path, _ = save(tmp_path, 0, {"x" * letters: torch.zeros(1)}, example())
        starts.add((tmp_path / path / STATE).read_bytes()[:1])
        assert load(tmp_path / path).task == 0
    assert b"\x80" in starts


SCHEMAS = Path(__file__).parents[1] / "data" / "checkpoints"


@pytest.mark.parametrize("schema", range(1, SCHEMA + 1))
def test_a_checkpoint_of_every_schema_that_was_ever_written_is_read(schema):
    found = load(SCHEMAS / f"schema-{schema}")
    assert json.loads((SCHEMAS / f"schema-{schema}" / MANIFEST).read_text())["schema"] == schema
    assert found.manifest["schema"] == SCHEMA
    assert found.manifest["base"] == {"model": "demo", "pretrained": "", "hash": "5f41fc9f644e"}
    # The memory names classes by their place in the order learned, whatever the schema.
    assert found.tensors["method.memory.classes"].tolist() == list(range(8))
    assert found.manifest["scored"][-1]["accuracy"] == found.manifest["scored"][-1]["row"][0] / 2 + (
        found.manifest["scored"][-1]["row"][1] / 2
    )


def names(run):
    return sorted(path.name for path in (run / "checkpoints").iterdir())


def test_saves_inside_a_task_are_numbered_and_the_newest_whole_one_counts(run):
    for step in (1, 2):
        save(run, 3, {"step": torch.tensor(step)}, example(), kind="inside")
    assert latest_inside(run, 3).tensors["step"] == 2
    assert latest_inside(run, 2) is None
    assert latest(run).task == 2
    flip(run / "checkpoints" / "inside-04-0002" / STATE)
    found = latest_inside(run, 3)
    assert found.tensors["step"] == 1
    assert found.skipped[0].startswith("inside-04-0002: ")
    save(run, 3, {"step": torch.tensor(3)}, example(), kind="inside")
    assert latest_inside(run, 3).tensors["step"] == 3


def test_two_saves_inside_the_present_task_are_kept_and_none_of_finished_ones(run):
    for task in (2, 3, 3, 3):
        save(run, task, TENSORS, example(), kind="inside")
    prune(run)
    assert names(run) == ["inside-04-0002", "inside-04-0003", "task-01", "task-02", "task-03"]


@pytest.mark.parametrize(
    ("keep", "best", "left"),
    [
        (0, 0, ["task-01", "task-02", "task-03"]),
        (1, 0, ["task-01", "task-03"]),
        (1, 2, ["task-03"]),
        (2, 1, ["task-02", "task-03"]),
        (9, 0, ["task-01", "task-02", "task-03"]),
    ],
)
def test_the_newest_checkpoints_and_the_best_one_are_kept(keep, best, left, run):
    prune(run, keep=keep, best=best)
    assert names(run) == left
