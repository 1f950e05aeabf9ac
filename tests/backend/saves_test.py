"""Exact resume: wherever a run was cut, going on gives the bits of a run that was never cut."""

from __future__ import annotations

import json
import random
import shutil

import pytest
import torch

from backend import checkpoint
from backend.api import Gate, open_run, resume, run
from backend.events import Calibrated, Checkpointed, Note, RunEnded, RunStarted, StageEnded, StepEnded, StepSaved
from backend.gate import Gate as PlainGate
from tests.worlds import tiny_config

TRAINED = ["dmc_ot", *(pytest.param(name, marks=pytest.mark.slow) for name in ("dmc", "fine_tune", "joint"))]
HALF = {"split": {"classes_per_task": 4}}
"""Two tasks: enough for an old and a new one."""


def told(folder):
    """What the events say, without times and without how often steps happened to be told."""
    events = open_run(folder).events
    kept = [e for e in events if not isinstance(e, StepEnded | StepSaved | RunStarted | RunEnded | Note)]
    plain = [e.model_dump(exclude={"at", "seconds", "bytes"}) for e in kept if e.kind != "device_sampled"]
    return [e for e in plain if e["kind"] not in {"paused", "resumed"} and e.get("stage") != "prepare"]


def result_of(folder):
    result = json.loads((folder / "result.json").read_text())
    result.pop("seconds")
    return result


def same(a, b):
    """Results, all tensors of all checkpoints, and the events of two runs are equal to the bit."""
    assert result_of(a) == result_of(b)
    ends = sorted(path.name for path in (a / "checkpoints").iterdir())
    assert ends == sorted(path.name for path in (b / "checkpoints").iterdir())
    for name in ends:
        one, other = (checkpoint.load(folder / "checkpoints" / name).tensors for folder in (a, b))
        assert one.keys() == other.keys()
        assert [key for key in one if not torch.equal(one[key], other[key])] == []
    assert told(a) == told(b)
    steps = [(e.task, e.stage, e.step) for e in open_run(b).events if isinstance(e, StepEnded) and e.stage != "prepare"]
    assert len(steps) == len(set(steps)) or any(stage in {"calibrate", "evaluate"} for _, stage, _ in steps)
    curve = [step for step in steps if step[1] in {"adapt", "align"}]
    assert curve == sorted(set(curve), key=lambda step: (step[0], step[1] == "align", step[2])), "doubled points"


class StopAt(PlainGate):
    """Stops when it was asked for the n-th time; counts."""

    def __init__(self, turn=10**9):
        super().__init__()
        self.turn, self.asked = turn, 0

    def check(self, held=None):
        self.asked += 1
        if self.asked == self.turn:
            self.stop()
        super().check(held)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Uninterrupted runs, by method, and how often each asked whether to go on."""
    made = {}
    # Pictures are decoded once: a run that finds them in the cache asks less often.
    run(tiny_config(method={"name": "zero_shot"}), tmp_path_factory.mktemp("warm") / "run", lambda event: None, Gate())

    def of(name):
        if name not in made:
            folder, gate = tmp_path_factory.mktemp("whole") / name, StopAt()
            assert run(config_of(name), folder, lambda event: None, gate).outcome == "finished"
            made[name] = folder, gate.asked
        return made[name]

    return of


def config_of(name):
    return tiny_config(**HALF, method={"name": name, "epochs": 2})


@pytest.mark.parametrize("name", TRAINED)
def test_a_run_stopped_again_and_again_at_any_step_ends_with_the_same_bits(name, whole, tmp_path):
    reference, checks = whole(name)
    folder, draw = tmp_path / "run", random.Random(name)
    ended = run(config_of(name), folder, lambda event: None, StopAt(draw.randrange(1, checks)))
    stops = 0
    while ended.outcome == "stopped" and stops < 3:
        stops += 1
        ended = resume(folder, lambda event: None, StopAt(draw.randrange(1, checks)))
    if ended.outcome == "stopped":
        ended = resume(folder, lambda event: None, Gate())
    assert ended.outcome == "finished", ended
    assert stops
    same(reference, folder)


def test_whatever_a_power_cut_leaves_on_the_disk_ends_with_the_same_bits(tmp_path):
    reference, draw, copies = tmp_path / "run", random.Random(5), []
    config = tiny_config(**HALF, method={"prompt_steps": 4}, run={"save_minutes": 1e-9})  # saved after every step

    def copy(event):
        # As told as an event comes: between the writes before and after it.
        if isinstance(event, StepSaved | Calibrated | StageEnded | Checkpointed) and draw.random() < 0.15:
            copies.append(shutil.copytree(tmp_path / "run", tmp_path / f"copy{len(copies)}"))

    run(config, tmp_path / "run", copy, Gate())
    assert len(copies) > 2
    for folder in copies[1:2]:
        assert resume(folder, lambda event: None, Gate()).outcome == "finished"
        assert told(folder) == told(reference)
        assert result_of(folder)["accuracy_matrix"] == result_of(reference)["accuracy_matrix"]
        one, other = (checkpoint.latest(place).tensors for place in (reference, folder))
        assert [key for key in one if not torch.equal(one[key], other[key])] == []


def test_a_stop_inside_a_stage_is_saved_at_that_very_step_and_said_on_resume(tmp_path):
    config = tiny_config(**HALF, method={"epochs": 4})
    steps = []

    class Stop(PlainGate):
        def check(self, held=None):
            if len(steps) >= 7:
                self.stop()
            super().check(held)

    from backend.stages.descend import _Loop

    taken = _Loop.step

    def counted(self, batch):
        steps.append(self.wanted.stage)
        return taken(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Loop, "step", counted)
        assert run(config, tmp_path / "run", lambda event: None, Stop()).outcome == "stopped"
        assert steps == ["adapt"] * 7
        place = checkpoint.latest_inside(tmp_path / "run", 0).manifest["inside"]
        assert (place["stage"], place["step"]) == ("adapt", 7)
        events = []
        resume(tmp_path / "run", events.append, Gate())
    started = next(e for e in events if isinstance(e, RunStarted))
    assert (started.first_task, started.first_stage, started.first_step) == (0, "adapt", 7)
    assert steps.count("adapt") == 2 * 4 * 6, "no step was computed twice"  # two tasks, 4 epochs of 48 pictures


def test_a_damaged_save_falls_back_to_the_one_before_and_is_named(tmp_path):
    config = config_of("dmc_ot")
    copies = []

    def copy(event):
        if isinstance(event, StepSaved) and event.task == 1 and event.stage == "calibrate":
            copies.append(shutil.copytree(tmp_path / "run", tmp_path / "cut"))

    run(config, tmp_path / "run", copy, Gate())
    newest = checkpoint.latest_inside(copies[0], 1)
    state = newest.path / checkpoint.STATE
    state.write_bytes(state.read_bytes()[:-1])
    events = []
    assert resume(copies[0], events.append, Gate()).outcome == "finished"
    assert any(isinstance(e, Note) and newest.path.name in e.text for e in events)
    same(tmp_path / "run", copies[0])


def test_notes_and_endings_outlive_what_is_taken_back(tmp_path):
    config = config_of("dmc_ot")

    def stop(event, gate):
        if isinstance(event, StageEnded) and event.stage == "adapt" and event.task == 1:
            gate.stop()

    gate = Gate()
    run(config, tmp_path / "run", lambda event: stop(event, gate), gate)
    resume(tmp_path / "run", lambda event: None, Gate())
    kinds = [e.kind for e in open_run(tmp_path / "run").events]
    assert kinds.count("run_ended") == 2
    assert kinds.count("task_scored") == 2


def test_the_time_of_a_resumed_run_is_that_of_all_its_parts(tmp_path):
    gate = Gate()

    def stop(event):
        if isinstance(event, StageEnded) and event.stage == "adapt":
            gate.stop()

    run(config_of("dmc_ot"), tmp_path / "run", stop, gate)
    saved = checkpoint.latest_inside(tmp_path / "run", 0).manifest["stage_seconds"]["total"]
    ended = resume(tmp_path / "run", lambda event: None, Gate())
    total = json.loads((tmp_path / "run" / "result.json").read_text())["seconds"]["total"]
    assert saved < total <= saved + ended.seconds
