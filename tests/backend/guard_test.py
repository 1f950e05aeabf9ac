"""A loss that goes wrong is seen within 20 steps, names its step and its batch, and saves nothing bad."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from backend import checkpoint
from backend.api import Gate, resume, run
from backend.errors import TrainingError
from backend.stages import guard
from backend.stages.descend import _Loop
from backend.stages.guard import Guard
from tests.worlds import tiny_config


def feed(watch, losses):
    """Return the step at which the guard objects, or None."""
    for step, loss in enumerate(losses, 1):
        try:
            watch.watch(step, (torch.tensor([step]),), torch.tensor(loss))
        except TrainingError as error:
            return step, error
    return None


@given(good=st.integers(0, 100), bad=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_a_loss_that_is_not_a_number_is_seen_within_twenty_steps_and_named(good, bad):
    step, error = feed(Guard("adapt of task 3", 8), [1.0] * good + [bad] + [1.0] * 30)
    assert step - (good + 1) < 20
    assert error.evidence["step"] == good + 1
    assert error.evidence["batch"][0].item() == good + 1
    assert "adapt of task 3" in error.sentence


@given(good=st.integers(0, 60), factor=st.floats(12, 1e6))
def test_a_loss_that_explodes_is_seen_within_twenty_five_steps(good, factor):
    guessing = math.log(8)
    found = feed(Guard("align of task 1", 8), [guessing] * good + [guessing * factor * 2**i for i in range(60)])
    # One step may be chance; the mean over the window decides.
    if good == 0:
        assert found is None or "explodes" in found[1].sentence  # the first step is the measure
    else:
        assert "explodes" in found[1].sentence
        assert found[1].evidence["step"] == good + 1


@given(st.lists(st.floats(0, 2 * math.log(100)), max_size=200))
def test_ordinary_losses_never_stop_a_run(losses):
    assert feed(Guard("adapt of task 1", 100), losses) is None


def test_one_bad_batch_is_chance():
    assert feed(Guard("adapt of task 1", 8), [1.0] * 30 + [80.0] + [1.0] * 40) is None


def test_a_weight_that_is_not_a_number_is_seen_before_it_is_saved():
    watch = Guard("adapt of task 1", 8)
    watch.watch(1, (torch.tensor([1]),), torch.tensor(1.0))
    with pytest.raises(TrainingError, match="A weight is not a number"):
        watch.check([torch.tensor([1.0, math.nan])])


def test_losses_are_read_from_the_device_only_now_and_then():
    watch, read = Guard("adapt of task 1", 8), []
    losses = [torch.tensor(1.0) for _ in range(guard.WINDOW)]
    with pytest.MonkeyPatch.context() as patch:
        stack = torch.stack
        patch.setattr(torch, "stack", lambda tensors: read.append(len(tensors)) or stack(tensors))
        for step, loss in enumerate(losses, 1):
            watch.watch(step, (torch.tensor([step]),), loss)
    assert read == [guard.WINDOW]


@pytest.mark.parametrize("stage", ["adapt", pytest.param("align", marks=pytest.mark.slow)])
def test_a_run_that_goes_wrong_stops_keeps_the_last_good_save_and_names_the_batch(stage, tmp_path, monkeypatch):
    config = tiny_config(split={"classes_per_task": 4}, method={"name": "dmc", "epochs": 3, "prompt_steps": 16})
    good, steps = _Loop.step, []

    def poisoned(self, batch):
        loss = good(self, batch)
        steps.append(1)
        bad = self.wanted.task == 1 and self.wanted.stage == stage and self.done >= 10
        return loss * math.nan if bad else loss

    monkeypatch.setattr(_Loop, "step", poisoned)
    ended = run(config, tmp_path / "run", lambda event: None, Gate())
    assert (ended.outcome, ended.cause) == ("failed", "loss")
    assert f"step 11, {stage} of task 2" in ended.message
    evidence = json.loads((tmp_path / "run" / "failed-batch.json").read_text())
    assert evidence["step"] == 11
    if stage == "adapt":
        assert len(evidence["batch"]["pictures"]) == 8
        assert all(name.startswith("train/") for name in evidence["batch"]["pictures"])
    else:
        assert len(evidence["batch"]["classes"]) == 64
    assert checkpoint.latest(tmp_path / "run").task == 0
    monkeypatch.undo()
    assert resume(tmp_path / "run", lambda event: None, Gate()).outcome == "finished"
