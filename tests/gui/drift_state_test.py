"""What the drift page knows: one plane for a run, distances in all dimensions, and honest words where nothing is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backend.api import Calibrated, RunConfig, RunEnded, RunStarted, StudioError, TaskScored, read_first, read_means
from backend.insight import FIRST, INSIGHT, means_name
from gui.state.drift import DriftState, Reading
from gui.state.shown import Shown
from gui.state.uncalibrated import why_uncalibrated
from tests.gui.example_means import example
from tests.gui.example_run import events


def read_all(state: DriftState) -> DriftState:
    """Do all jobs here instead of in the pool."""
    while (job := state.next_job()) is not None:
        key, work = job
        try:
            state.add(key, work())
        except StudioError as error:
            state.add(key, error)
    return state


def state_of(shown: Shown) -> DriftState:
    state = DriftState(shown.folder)
    state.update(shown.curves)
    return state


def test_what_is_shown_is_read_first(tmp_path):
    state = state_of(example(tmp_path))
    state.go(1)
    order = []
    while (job := state.next_job()) is not None:
        order.append(job[0][0])
        state.add(job[0], job[1]())
    assert order[0] == state.event.task == 2
    assert sorted(order) == [1, 2, 3]


def test_one_plane_serves_all_tasks_and_is_that_of_the_first_encoder(tmp_path):
    state = read_all(state_of(example(tmp_path, tasks=4, size=4)))
    assert state.frame.fitted_on == "the first encoder's 16 class means"
    plane = state.frame.plane
    assert plane.project(read_first(tmp_path).means).mean(axis=0) == pytest.approx(0, abs=1e-6)
    for index, event in enumerate(state.calibrations):
        state.go(index)
        means = read_means(tmp_path, event.task)
        assert state.scene.stored == pytest.approx(plane.project(means.stored))
        assert state.scene.after == pytest.approx(plane.project(means.after))


def test_without_the_first_means_the_first_calibration_gives_the_plane_whichever_is_read_first(tmp_path):
    shown = example(tmp_path, first=False)
    late, early = state_of(shown), state_of(shown)
    early.go(0)
    late, early = read_all(late), read_all(early)
    assert late.frame.fitted_on == "the class means before stage 1 of T2"
    assert "not kept" in late.frame.hint
    assert (late.frame.plane.axes == early.frame.plane.axes).all()


def test_distances_are_those_in_all_dimensions(tmp_path):
    state = read_all(state_of(example(tmp_path)))
    means, event = read_means(tmp_path, state.event.task), state.event
    rows = state.rows()
    assert [row.name for row in rows] == [*event.old_classes, *event.current_classes]
    first, last = rows[0], rows[-1]
    assert first.old
    assert first.task == 0
    assert first.moved == pytest.approx(np.linalg.norm(means.pushed[0] - means.stored[0]))
    assert (first.before, first.after) == (event.class_drift_before[0], event.class_drift_after[0])
    assert not last.old
    assert last.task == event.task
    assert last.moved == pytest.approx(np.linalg.norm(means.after[-1] - means.before[-1]))
    assert (last.before, last.after) == (None, None)


def test_classes_and_drift_are_told_before_any_file_is_read(tmp_path):
    state = state_of(example(tmp_path))
    assert state.reading is None
    assert state.rows()[0].before is not None
    assert state.rows()[0].moved is None


def test_drift_that_was_not_measured_stays_unknown(tmp_path):
    state = read_all(state_of(example(tmp_path, true=False)))
    assert np.isnan(state.scene.true).all()
    assert {(row.before, row.after) for row in state.rows()} == {(None, None)}


def test_a_run_of_old_has_no_scene_and_no_error(tmp_path):
    shown = Shown(tmp_path)
    shown.add(list(events(tasks=3, size=2, steps=2)))
    state = read_all(state_of(shown))
    assert isinstance(state.reading, Reading)
    assert state.scene is None
    assert state.frame is None


def test_a_damaged_file_spoils_its_own_task_only(tmp_path):
    shown = example(tmp_path)
    (tmp_path / INSIGHT / means_name(3)).write_bytes(b"no such thing")
    state = read_all(state_of(shown))
    assert isinstance(state.reading, StudioError)
    assert state.reading.hint
    assert state.rows()[0].before is not None
    state.go(0)
    assert state.scene is not None


def test_a_damaged_plane_is_told_instead_of_another_plane(tmp_path):
    shown = example(tmp_path)
    (tmp_path / INSIGHT / FIRST).write_bytes(b"no such thing")
    state = read_all(state_of(shown))
    assert isinstance(state.reading, StudioError)
    assert "first.safetensors" in state.reading.sentence


def test_the_means_of_another_run_are_refused(tmp_path):
    shown = example(tmp_path)
    kept = tmp_path / INSIGHT
    (kept / means_name(3)).write_bytes((kept / means_name(1)).read_bytes())
    state = read_all(state_of(shown))
    assert isinstance(state.reading, StudioError)
    assert "not those of its calibration" in state.reading.sentence


def test_the_newest_is_followed_until_another_is_chosen(tmp_path):
    stream = list(events(tasks=4, size=2, steps=2))
    growing, state = Shown(tmp_path), DriftState(tmp_path)
    for event in stream:
        growing.add([event])
        state.update(growing.curves)
        if isinstance(event, Calibrated) and event.task == 2:
            assert state.event.task == 2
            state.go(0)
    assert state.event.task == 1
    assert not state.follows
    state.go_to_task(99)
    assert state.event.task == 3
    assert state.follows


def test_a_calibration_that_is_repeated_is_read_again(tmp_path):
    state = read_all(state_of(example(tmp_path)))
    old = state.calibrations[-1]
    again = old.model_copy(update={"at": old.at + 100})
    state.update(SimpleNamespace(calibrations=[*state.calibrations[:-1], again], tasks=state.tasks))
    assert state.reading is None
    assert state.next_job()[0] == (3, again.at)
    assert len(state.scenes) == 2


def started(method: str = "dmc_ot", *, tasks: int = 3) -> Shown:
    first = next(e for e in events(tasks=tasks, size=2) if isinstance(e, RunStarted))
    shown = Shown(Path("run"))
    shown.add([first.model_copy(update={"method": method})])
    return shown


@pytest.mark.parametrize("method", ["zero_shot", "simple_cil", "fine_tune", "joint"])
def test_a_method_without_calibration_names_those_that_have_it(method):
    sentence, hint = why_uncalibrated(started(method))
    assert "no calibration step" in sentence
    assert hint == "DMC-OT and DMC have one."


def test_each_reason_for_an_empty_page_has_its_words():
    assert why_uncalibrated(None)[0] == "No run is shown."
    assert why_uncalibrated(started())[0] == "The first calibration comes in task 2."
    assert "one task only" in why_uncalibrated(started(tasks=1))[0]
    frozen = started()
    frozen.config = RunConfig().replaced(model={"tuning": "none"})
    assert "frozen" in why_uncalibrated(frozen)[0]
    over = started()
    over.add([TaskScored(task=0, row=(90.0,), accuracy=90.0, average=90.0, forgetting=0.0)])
    over.add([RunEnded(outcome="stopped", seconds=1.0)])
    assert "ended before" in why_uncalibrated(over)[0]


def test_a_run_with_calibrations_needs_no_words(tmp_path):
    assert why_uncalibrated(example(tmp_path)) == ("", "")
