"""What a run keeps for looking at says the same as its events, and damage to it is told in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from backend.api import Calibrated, Gate, RunFolderError, RunStarted, TaskScored, open_pictures, read_answers
from backend.engine import resume, run
from backend.insight import INSIGHT, Answers, answers_name, packed, read_first, read_means
from tests.worlds import tiny_config


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder, events = tmp_path_factory.mktemp("runs") / "run", []
    config = tiny_config(split={"classes_per_task": 4}, method={"name": "dmc_ot"})
    assert run(config, folder, events.append, Gate()).outcome == "finished"
    return config, folder, events


def told(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_answers_give_the_scored_row(finished):
    _, folder, events = finished
    (started,) = told(events, RunStarted)
    task_of = np.repeat(np.arange(len(started.tasks)), [len(names) for names in started.tasks])
    for scored in told(events, TaskScored):
        answers = read_answers(folder, scored.task)
        right = answers.truth == answers.answers
        row = [100 * right[task_of[answers.truth] == j].mean() for j in range(scored.task + 1)]
        assert row == pytest.approx(scored.row)
        assert ((answers.confidence > 0) & (answers.confidence <= 1)).all()


def test_answers_name_the_pictures_of_the_data_set(finished):
    config, folder, events = finished
    (started,) = told(events, RunStarted)
    pictures, answers = open_pictures(config.data, "test"), read_answers(folder, 1)
    assert sorted(answers.pictures) == list(range(len(pictures)))
    from backend.preview import preview

    names = [name for task in preview(config) for name in task.names]
    assert names == list(started.class_names)


def test_means_give_the_drift_that_was_told(finished):
    _, folder, events = finished
    for calibrated in told(events, Calibrated):
        means = read_means(folder, calibrated.task)
        before = np.linalg.norm(means.stored - means.true, axis=1)
        after = np.linalg.norm(means.pushed - means.true, axis=1)
        assert before == pytest.approx(calibrated.class_drift_before, abs=2e-6)
        assert after == pytest.approx(calibrated.class_drift_after, abs=2e-6)
        assert means.before.shape == means.after.shape == (len(calibrated.current_classes), means.stored.shape[1])


def test_the_first_means_have_every_class(finished):
    _, folder, events = finished
    first = read_first(folder)
    assert list(first.classes) == list(range(len(told(events, RunStarted)[0].class_names)))
    assert np.linalg.norm(first.means, axis=1) == pytest.approx(1, abs=0.2)  # means of unit-norm features


def test_drift_that_is_not_measured_looks_at_no_old_picture(tmp_path):
    run_settings = {"measure_drift": False}
    config = tiny_config(split={"classes_per_task": 4}, method={"name": "dmc"}, run=run_settings)
    assert run(config, tmp_path / "run", lambda _: None, Gate()).outcome == "finished"
    assert read_first(tmp_path / "run") is None
    assert np.isnan(read_means(tmp_path / "run", 1).true).all()


def test_a_run_of_old_has_none(tmp_path):
    assert read_answers(tmp_path, 0) is None
    assert read_means(tmp_path, 1) is None
    assert read_first(tmp_path) is None


@pytest.mark.parametrize("spoil", [lambda data: data[:-3], lambda data: b"", lambda data: b"\x80" + data])
def test_a_damaged_file_is_one_sentence(tmp_path, spoil):
    (tmp_path / INSIGHT).mkdir()
    data = packed(Answers.of([0, 1], [0, 0], [0, 1], [0.5, 0.6]))
    (tmp_path / INSIGHT / answers_name(0)).write_bytes(spoil(data))
    with pytest.raises(RunFolderError, match="answers-001"):
        read_answers(tmp_path, 0)


def test_arrays_that_do_not_fit_together_are_refused(tmp_path):
    (tmp_path / INSIGHT).mkdir()
    (tmp_path / INSIGHT / answers_name(0)).write_bytes(packed(Answers.of([0, 1], [0], [0, 1], [0.5, 0.6])))
    with pytest.raises(RunFolderError, match="do not fit"):
        read_answers(tmp_path, 0)


@pytest.mark.slow
def test_a_resumed_run_keeps_the_same(finished, tmp_path):
    config, folder, _ = finished
    gate, other = Gate(), tmp_path / "run"

    def stop_in_second_task(event):
        if isinstance(event, Calibrated):
            gate.stop()

    assert run(config, other, stop_in_second_task, gate).outcome == "stopped"
    assert resume(other, lambda _: None, Gate()).outcome == "finished"
    for file in (folder / INSIGHT).iterdir():
        assert (other / INSIGHT / file.name).read_bytes() == file.read_bytes(), file.name
