from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backend.api import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StepEnded,
    TaskScored,
)
from backend.metrics import backward_transfer
from gui.state.curves import Curves, task_name
from tests.gui.example_run import START, events


def test_an_empty_fold_knows_nothing() -> None:
    curves = Curves()
    assert curves.started is None
    assert curves.tasks == ()
    assert (curves.average, curves.last, curves.forgetting) == (None, None, None)
    assert curves.eta_seconds(START) is None
    assert curves.progress() == 0


def test_a_finished_run() -> None:
    curves = Curves(events(tasks=3, size=4, steps=10))
    assert len(curves.tasks) == 3
    assert len(curves.class_names) == 12
    assert [len(row) for row in curves.matrix] == [1, 2, 3]
    assert curves.average == pytest.approx(sum(curves.task_accuracy) / 3)
    assert curves.last == curves.task_accuracy[-1]
    assert [c.task for c in curves.calibrations] == [1, 2]
    assert curves.ended is not None
    assert not curves.running
    assert curves.eta_seconds(START + 1e6) is None
    assert curves.saved_at is not None
    assert curves.memory == 4096 * 3
    assert curves.progress() == 1


def test_one_by_one_is_the_same_as_all_at_once() -> None:
    stream = list(events(tasks=2, size=3, steps=5))
    slowly = Curves()
    for event in stream:
        slowly.add(event)
    at_once = Curves(stream)
    assert slowly.matrix == at_once.matrix
    np.testing.assert_array_equal(slowly.losses["adapt"].loss, at_once.losses["adapt"].loss)
    assert slowly.bwt == at_once.bwt


def test_losses_share_one_axis_over_tasks() -> None:
    losses = Curves(events(tasks=3, size=2, steps=10)).losses["align"]
    np.testing.assert_array_equal(losses.x, np.arange(1, 31))
    assert [(b.task, b.x, b.index) for b in losses.borders] == [(0, 0, 0), (1, 10, 10), (2, 20, 20)]
    assert losses.end == 30


def test_points_know_their_task() -> None:
    losses = Curves(events(tasks=3, size=2, steps=10)).losses["adapt"]
    assert [losses.task_at(index) for index in (0, 9, 10, 29)] == [0, 0, 1, 2]


def test_bwt_is_the_backends_own() -> None:
    curves = Curves(events(tasks=5, size=2, steps=2))
    assert curves.bwt[0] is None
    expected = [backward_transfer(curves.matrix[: done + 1]) for done in range(1, 5)]
    assert curves.bwt[1:] == pytest.approx(expected)


def test_bwt_leaves_out_tasks_without_test_pictures() -> None:
    curves = Curves()
    for task, row in enumerate([(None,), (None, 80.0), (None, 70.0, 90.0)]):
        curves.add(TaskScored(task=task, row=row, accuracy=50, average=50, forgetting=0))
    assert curves.bwt == [None, None, -10.0]


def test_a_step_without_loss_moves_only_the_counter() -> None:
    curves = Curves()
    curves.add(StepEnded(task=0, stage="evaluate", step=3, steps=9, rate=120.0))
    assert (curves.stage, curves.step, curves.steps, curves.rate) == ("evaluate", 3, 9, 120.0)
    assert not any(map(len, curves.losses.values()))


def test_a_resumed_run_supersedes_later_tasks() -> None:
    before = list(events(tasks=4, size=2, steps=10, done=2))
    curves = Curves(before)
    assert len(curves.losses["adapt"]) == 30
    started = next(event for event in before if isinstance(event, RunStarted))
    curves.add(started.model_copy(update={"first_task": 1, "at": START + 999}))
    assert curves.revision == 1
    assert len(curves.scores) == 1
    assert curves.calibrations == []
    assert len(curves.losses["adapt"]) == 10
    assert curves.losses["adapt"].end == 10
    assert curves.running
    rest = [e for e in events(tasks=4, size=2, steps=10) if getattr(e, "task", 0) >= 1]
    curves.extend(e for e in rest if not isinstance(e, RunStarted))
    whole = Curves(events(tasks=4, size=2, steps=10))
    assert curves.matrix == whole.matrix
    np.testing.assert_array_equal(curves.losses["align"].x, whole.losses["align"].x)


@pytest.mark.parametrize("lost", [0, 1, 4, 30])
@pytest.mark.parametrize(("stage", "step"), [("adapt", 4), ("adapt", 10), ("calibrate", 1), ("align", 6)])
def test_a_run_resumed_inside_a_task_looks_as_if_it_had_never_been_cut(stage: Any, step: int, lost: int) -> None:
    stream = [e for e in events(tasks=3, size=2, steps=10) if not isinstance(e, DeviceSampled)]
    cut = 1 + next(i for i, e in enumerate(stream) if _is_save(e, stage, step))
    started = next(e for e in stream if isinstance(e, RunStarted))
    again = started.model_copy(update={"first_task": 1, "first_stage": stage, "first_step": step})
    resumed = Curves([*stream[: cut + lost], again, *stream[cut:]])
    whole = Curves(stream)
    assert resumed.matrix == whole.matrix
    assert resumed.calibrations == whole.calibrations
    for name in ("adapt", "align"):
        one, other = resumed.losses[name], whole.losses[name]
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.loss, other.loss)
        assert one.borders == other.borders
        assert one.end == other.end


def _is_save(event: Event, stage: str, step: int) -> bool:
    """Tell whether a save of the second task would come after this event."""
    if stage == "calibrate":
        return isinstance(event, Calibrated) and event.task == 1
    return isinstance(event, StepEnded) and (event.task, event.stage, event.step) == (1, stage, step)


def test_a_task_scored_again_replaces_its_row() -> None:
    curves = Curves()
    for accuracy in (50.0, 60.0):
        curves.add(TaskScored(task=0, row=(accuracy,), accuracy=accuracy, average=accuracy, forgetting=0))
    assert curves.matrix == [(60.0,)]


def test_small_events() -> None:
    curves = Curves(events(tasks=2, size=2, steps=4, done=1))
    curves.add(Paused(at=START))
    assert curves.paused
    curves.add(Resumed(at=START + 1))
    assert not curves.paused
    curves.add(Note(level="warning", text="The disk is nearly full."))
    assert [note.text for note in curves.notes] == ["The disk is nearly full."]
    curves.add(DeviceSampled(process_memory=5))
    assert curves.sample is not None
    curves.add(Checkpointed(at=START + 7, task=1, path="checkpoints/x", bytes=1))
    assert curves.saved_at == START + 7
    curves.add(Paused(at=START + 8))
    curves.add(RunEnded(at=START + 9, outcome="stopped", seconds=9))
    assert not curves.paused


def _after(seconds: float, **shape: int) -> tuple[Curves, float]:
    """Return the curves of a run `seconds` after it began, and that time."""
    now = START + seconds
    return Curves(event for event in events(**shape) if event.at <= now), now


def test_no_eta_before_a_task_is_scored() -> None:
    curves, now = _after(9.0, tasks=5, size=8, steps=60)
    assert curves.eta_seconds(now) is None


@pytest.mark.parametrize("seconds", [11.0, 15.0, 25.0, 40.0, 55.0])
def test_eta_is_near_the_truth(seconds: float) -> None:
    truth = START + sum(8.0 + 2.0 + task for task in range(5))
    curves, now = _after(seconds, tasks=5, size=8, steps=60)
    eta = curves.eta_seconds(now)
    assert eta is not None
    assert math.isclose(eta, truth - now, rel_tol=0.3, abs_tol=3)


def test_eta_counts_down_between_events_and_stands_still_while_paused() -> None:
    curves, now = _after(15.0, tasks=5, size=8, steps=60)
    first, later = curves.eta_seconds(now), curves.eta_seconds(now + 2)
    assert first is not None
    assert later == pytest.approx(first - 2)
    curves.add(Paused(at=now))
    assert curves.eta_seconds(now + 100) == pytest.approx(first)
    curves.add(Resumed(at=now + 100))
    assert curves.eta_seconds(now + 100) == pytest.approx(first, abs=2)


def test_task_names_count_from_one() -> None:
    assert task_name(0) == "T1"
