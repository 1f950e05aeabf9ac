"""The log: one line for what a person wants to read, in words and units."""

from __future__ import annotations

import pytest

from backend.api import DeviceSampled, Note, Paused, Resumed, RunEnded, RunStarted, StepEnded
from gui.state.log import clock, describe, duration, names, size
from tests.gui.example_run import events


def test_a_whole_run_reads_like_a_story():
    lines = [line.text for line in map(describe, events(tasks=2, size=3, steps=2)) if line]
    assert lines[0] == "Started: dmc_ot on drawn, seed 0, 6 classes in 2 tasks, on cpu (no GPU was found), fp32"
    assert any(line.startswith("Task 2: calibrated 3 old classes with ot, strength 0.75, drift") for line in lines)
    assert not any("calibrating took" in line for line in lines), "pictures are encoded several times a task"
    assert len(lines) == len(set(lines))
    assert any(line.startswith("Task 2: accuracy") for line in lines)
    assert lines[-1].startswith("Finished after")


def test_steps_and_samples_stay_out_of_the_log():
    assert describe(StepEnded(task=0, stage="adapt", step=1, steps=2)) is None
    assert describe(DeviceSampled(process_memory=1)) is None


def test_problems_keep_their_level_and_hint():
    note = describe(Note(level="warning", text="The solver did not converge.", hint="Raise its iterations."))
    assert (note.level, note.hint) == ("warning", "Raise its iterations.")
    failed = describe(RunEnded(outcome="failed", seconds=1, message="The disk is full."))
    assert (failed.level, failed.text) == ("error", "Failed: The disk is full.")


def test_pauses_and_resumed_runs_are_told():
    assert [describe(event).text for event in (Paused(), Resumed())] == ["Paused", "Going on"]
    started = next(iter(events()))
    assert isinstance(started, RunStarted)
    assert describe(started.model_copy(update={"first_task": 2})).text.startswith("Resumed at task 3")


@pytest.mark.parametrize(("seconds", "text"), [(4.21, "4.2 s"), (65, "1:05 min"), (7390, "2:03 h")])
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(-1, "00:00"), (101, "01:41"), (7390, "2:03:10")])
def test_countdowns(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(12, "12 B"), (3_300_000, "3.3 MB"), (2.5e12, "2.5 TB")])
def test_sizes(count, text):
    assert size(count) == text


def test_long_lists_of_classes_are_cut():
    assert names(("a", "b", "c"), most=2) == "a, b and 1 more"
