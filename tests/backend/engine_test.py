"""What a run promises: six methods, the same result twice, stop and resume, failures that end with an event."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest

from backend.api import Gate, open_run, resume, run
from backend.config import METHODS
from backend.events import (
    Calibrated,
    Checkpointed,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StepEnded,
    TaskScored,
    TaskStarted,
)
from tests.worlds import tiny_config

NAMES = [method.id for method in METHODS]


def play(config, folder, act=lambda event, gate: None):
    """Run and collect events; `act` may press buttons."""
    gate, events = Gate(), []

    def emit(event):
        events.append(event)
        act(event, gate)

    ended = run(config, folder, emit, gate)
    return ended, events


def result_of(folder):
    result = json.loads((folder / "result.json").read_text())
    result.pop("seconds")
    return result


@pytest.mark.parametrize("name", NAMES)
def test_every_method_finishes_with_a_complete_result(name, tmp_path):
    ended, events = play(tiny_config(method={"name": name}), tmp_path / "run")
    assert ended.outcome == "finished", ended
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    wanted = "method dataset setting weights template seed class_order split_hash class_names tasks accuracy_matrix"
    wanted += " task_accuracy average last forgetting bwt drift seconds device precision versions finished"
    assert set(wanted.split()) <= set(result)
    assert [len([x for x in row if x is not None]) for row in result["accuracy_matrix"]] == [1, 2, 3, 4]
    assert all(0 <= a <= 100 for a in result["task_accuracy"])
    assert result["last"] == result["task_accuracy"][-1]
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "tuning", ["lora", "none", pytest.param("full", marks=SLOW), pytest.param("adapter", marks=SLOW)]
)
def test_every_tuning_runs_and_only_a_moving_tower_is_calibrated(tuning, tmp_path):
    ended, events = play(tiny_config(model={"tuning": tuning}), tmp_path / "run")
    assert ended.outcome == "finished", ended
    assert any(isinstance(e, Calibrated) for e in events) == (tuning != "none")


def test_the_same_configuration_gives_the_same_result_twice(tmp_path):
    for name in ("a", "b"):
        ended, _ = play(tiny_config(), tmp_path / name)
        assert ended.outcome == "finished"
    assert result_of(tmp_path / "a") == result_of(tmp_path / "b")


def test_another_seed_gives_another_class_order(tmp_path):
    for seed in (0, 1):
        play(tiny_config(method={"name": "zero_shot"}, run={"seed": seed}), tmp_path / str(seed))
    assert result_of(tmp_path / "0")["class_order"] != result_of(tmp_path / "1")["class_order"]


@pytest.mark.parametrize("name", ["zero_shot", "simple_cil"])  # those that train: see saves_test
def test_a_stopped_run_resumes_to_the_uninterrupted_result(name, tmp_path):
    config = tiny_config(method={"name": name})
    play(config, tmp_path / "whole")

    def stop(event, gate):
        if isinstance(event, TaskStarted) and event.task == 2:
            gate.stop()

    ended, _ = play(config, tmp_path / "cut", stop)
    assert ended.outcome == "stopped"
    assert not (tmp_path / "cut" / "result.json").exists()
    again = resume(tmp_path / "cut", lambda event: None, Gate())
    assert again.outcome == "finished", again
    assert result_of(tmp_path / "cut") == result_of(tmp_path / "whole")
    events = open_run(tmp_path / "cut").events
    assert [e.task for e in events if isinstance(e, TaskScored)] == [0, 1, 2, 3]


def test_a_score_is_only_told_when_it_is_on_disk(tmp_path):
    saved = []

    def look(event, gate):
        if isinstance(event, Checkpointed):
            saved.append(event.task)
        if isinstance(event, TaskScored):
            assert event.task in saved
            assert (tmp_path / "run" / "checkpoints" / f"task-{event.task + 1:02d}" / "manifest.json").is_file()

    play(tiny_config(method={"name": "simple_cil"}), tmp_path / "run", look)
    assert saved == [0, 1, 2, 3]


def test_pause_holds_the_run_until_resume(tmp_path):
    import threading

    def hold(event, gate):
        if isinstance(event, TaskStarted) and event.task == 1:
            gate.pause()
            threading.Timer(0.2, gate.resume).start()

    ended, events = play(tiny_config(method={"name": "simple_cil"}), tmp_path / "run", hold)
    assert ended.outcome == "finished"
    kinds = [type(e) for e in events]
    assert kinds.index(Paused) < kinds.index(Resumed)


def test_a_folder_with_another_run_is_left_alone(tmp_path):
    config = tiny_config(method={"name": "zero_shot"})
    play(config, tmp_path / "run")
    before = (tmp_path / "run" / "events.jsonl").read_bytes()
    ended, _ = play(config, tmp_path / "run")
    assert ended.outcome == "failed"
    assert ended.hint
    assert (tmp_path / "run" / "events.jsonl").read_bytes() == before


def test_a_loss_that_is_not_a_number_stops_with_the_step_and_keeps_checkpoints(tmp_path, monkeypatch):
    from backend.encoders.clip import ClipEncoder

    good = ClipEncoder.image
    scored = []

    def poisoned(self, pixels):
        features = good(self, pixels)
        return features * float("nan") if len(scored) >= 2 and features.requires_grad else features

    monkeypatch.setattr(ClipEncoder, "image", poisoned)
    ended, _ = play(
        tiny_config(), tmp_path / "run", lambda e, g: scored.append(e) if isinstance(e, TaskScored) else None
    )
    assert ended.outcome == "failed"
    assert "step" in ended.message
    assert "task 3" in ended.message
    assert "learning rate" in ended.hint
    assert (tmp_path / "run" / "checkpoints" / "task-02" / "manifest.json").is_file()


def test_pictures_that_do_not_decode_are_left_out_counted_and_named(tmp_path):
    ended, events = play(tiny_config(data={"root": "broken"}, method={"name": "simple_cil"}), tmp_path / "run")
    assert ended.outcome == "finished"
    told = [e.text for e in events if isinstance(e, Note) and e.level == "warning"]
    assert told == [
        f"2 of {count} {part} pictures cannot be read and are left out: {names}"
        for part, count, names in (("training", 96, "train/5, train/17"), ("test", 48, "test/5, test/17"))
    ]
    result = result_of(tmp_path / "run")
    assert result["split_hash"] == events[0].split_hash
    assert result["skipped"] == {"train": ["train/5", "train/17"], "test": ["test/5", "test/17"]}


def test_a_class_that_is_mostly_unreadable_stops_the_run_and_is_named(tmp_path):
    ended, _ = play(tiny_config(data={"root": "ruined"}), tmp_path / "run")
    assert ended.outcome == "failed"
    assert "7 of 12 training pictures of the class 'striped green star' cannot be read" in ended.message
    assert "train/0" in ended.message
    assert ended.hint


def stopped_at(config, folder, task=2):
    """A run that was stopped when a task began."""

    def stop(event, gate):
        if isinstance(event, TaskStarted) and event.task == task:
            gate.stop()

    assert play(config, folder, stop)[0].outcome == "stopped"


def without_first(pictures):
    """The first picture of the list is gone, the last one is new."""
    pictures.labels, pictures.names = pictures.labels[1:], (*pictures.names[1:-1], "new")


def with_other_pixels(pictures):
    """One picture was drawn over."""
    draw = pictures.load
    pictures.load = lambda index: draw(index + 1 if index == 3 else index)


def with_another_label(pictures):
    """One picture was moved to another class, without a change of its name."""
    pictures.labels = np.concatenate([pictures.labels[1:2], [1], pictures.labels[2:]])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without_first, "2 pictures are missing, for example 'train/0' and 1 picture is new, for example 'new'"),
        pytest.param(with_other_pixels, "1 picture changed content, for example 'train/3'", marks=SLOW),
        pytest.param(with_another_label, "1 picture changed class, for example 'train/1'", marks=SLOW),
    ],
)
def test_a_data_set_that_changed_since_the_run_began_is_refused_on_resume(change, says, tmp_path, monkeypatch):
    from tests.worlds import Tiny

    stopped_at(tiny_config(method={"name": "simple_cil"}), tmp_path / "run")
    first = Tiny.pictures

    def changed(self, part):
        pictures = first(self, part)
        if part == "train":
            change(pictures)
        return pictures

    monkeypatch.setattr(Tiny, "pictures", changed)
    monkeypatch.setattr(Tiny, "fingerprint", f"changed-{change.__name__}")
    ended = resume(tmp_path / "run", lambda event: None, Gate())
    assert ended.outcome == "failed"
    assert says in ended.message
    assert "new run" in ended.hint
    monkeypatch.undo()
    assert resume(tmp_path / "run", lambda event: None, Gate()).outcome == "finished"


def test_a_copy_of_the_data_set_with_other_dates_is_the_same(tmp_path, monkeypatch):
    from tests.worlds import Tiny

    stopped_at(tiny_config(method={"name": "simple_cil"}), tmp_path / "run")
    monkeypatch.setattr(Tiny, "fingerprint", "copied to another machine")
    assert resume(tmp_path / "run", lambda event: None, Gate()).outcome == "finished"


def test_a_split_with_too_many_classes_fails_with_the_key(tmp_path):
    ended, _ = play(tiny_config(split={"classes_per_task": 9}), tmp_path / "run")
    assert ended.outcome == "failed"
    assert "split.classes_per_task" in ended.message


def test_a_device_that_is_not_there_is_replaced_and_said(tmp_path):
    import torch

    if torch.cuda.device_count() > 7:
        pytest.skip("this machine has an eighth GPU")
    ended, events = play(tiny_config(method={"name": "zero_shot"}, run={"device": "cuda:7"}), tmp_path / "run")
    assert ended.outcome == "finished"
    assert events[0].device == "cpu" or torch.cuda.is_available()
    assert any("cuda:7" in getattr(e, "text", "") for e in events)


def test_events_are_not_more_than_ten_a_second_in_a_stage(tmp_path):
    _, events = play(tiny_config(), tmp_path / "run")
    steps = [e for e in events if isinstance(e, StepEnded) and e.step < e.steps]
    for a, b in pairwise(steps):
        if (a.task, a.stage) == (b.task, b.stage):
            assert b.at - a.at > 0.08


def test_only_so_many_checkpoints_are_kept_as_asked_and_the_best_one(tmp_path):
    config = tiny_config(method={"name": "simple_cil"}, run={"keep_checkpoints": 1})
    _, events = play(config, tmp_path / "run")
    averages = [event.average for event in events if isinstance(event, TaskScored)]
    best = averages.index(max(averages)) + 1
    left = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert left == {f"task-{best:02d}", "task-04"}
    assert best < 4, "or this shows nothing"
