"""What is safe of a run: the words for its last save, and the room that its checkpoints take."""

from __future__ import annotations

import pytest

from backend.api import Checkpointed, Paused, RunConfig, RunEnded, StepSaved, open_run
from backend.store import RunFolder
from gui import background
from gui.state.activity import activity, ago, last_save
from gui.state.curves import Curves
from gui.state.shown import reopened
from gui.widgets.saved import SavedLabel
from tests.gui.example_run import START
from tests.gui.example_run import events as example

STEP = StepSaved(at=START, task=2, stage="align", step=120, steps=400, bytes=10)


def running(*events):
    started, *_ = example(5, 2, 4)
    return Curves([started, *events])


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0 s ago"), (12, "12 s ago"), (119, "119 s ago"), (180, "3 min ago"), (7200, "2 h ago")],
)
def test_an_age_in_words(seconds, words):
    assert ago(seconds) == words


def test_the_last_save_of_a_run_that_is_on_has_an_age_and_a_place():
    assert last_save(running(), START) == ""
    assert plain(last_save(running(STEP), START + 12)) == "12 s ago, after step 120 of stage 2, task 3"
    whole = STEP.model_copy(update={"stage": "adapt", "step": 400})
    assert plain(last_save(running(whole), START + 12)) == "12 s ago, after stage 1 of task 3"
    ended = Checkpointed(at=START, task=2, path="checkpoints/task-03", bytes=1)
    assert last_save(running(STEP, ended), START + 180) == "3 min ago, after task 3"


def test_of_a_run_that_is_over_only_the_place_matters():
    over = running(STEP, RunEnded(at=START + 5, outcome="stopped", seconds=5))
    assert plain(last_save(over, START + 1e6)) == "after step 120 of stage 2, task 3"


def test_what_a_run_does_now():
    curves = running()
    assert activity(curves) == "Starting"
    curves.add(Paused())
    assert activity(curves) == "Paused"
    curves.add(Paused(reason="The disk is full."))
    assert activity(curves) == "Waiting for the disk"


def test_a_run_that_was_cut_off_while_it_waited_for_its_disk_does_not_wait_any_more(tmp_path):
    started, *_ = example(5, 2, 4)
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        home.append(started)
        home.append(Paused(reason="The disk is full."))
        assert reopened(open_run(home.path)).curves.paused
    shown = reopened(open_run(tmp_path / "run"))
    assert shown.state == "interrupted"
    assert not shown.curves.paused


def save(folder, name, size):
    place = folder / "checkpoints" / name
    place.mkdir(parents=True)
    (place / "state.safetensors").write_bytes(bytes(size))


@pytest.fixture
def label(qtbot):
    made = SavedLabel("nothing")
    qtbot.addWidget(made)
    yield made
    background.wait()


def test_checkpoints_are_measured_again_after_each_save(label, tmp_path, qtbot):
    label.show_run(tmp_path, running())
    assert label.text() == "nothing"
    save(tmp_path, "task-01", 2_000_000)
    curves = running(Checkpointed(at=START, task=0, path="checkpoints/task-01", bytes=1))
    label.show_run(tmp_path, curves)
    qtbot.waitUntil(lambda: label.text().endswith("after task 1\n1 checkpoint, 2.0 MB"))
    save(tmp_path, "inside-02-0001", 1_000_000)
    curves.add(STEP)
    label.show_run(tmp_path, curves)
    qtbot.waitUntil(lambda: label.text().endswith("2 checkpoints, 3.0 MB"))


def test_without_a_new_save_nothing_is_measured(label, tmp_path, qtbot, monkeypatch):
    measured = []
    monkeypatch.setattr("gui.widgets.saved.submit", lambda *_: measured.append(True))
    for _ in range(3):
        label.show_run(tmp_path, running(STEP))
    assert measured == [True]


def test_another_run_does_not_inherit_the_room_of_the_one_before(label, tmp_path, qtbot):
    save(tmp_path / "one", "task-01", 2_000_000)
    label.show_run(tmp_path / "one", running())
    qtbot.waitUntil(lambda: "2.0 MB" in label.text())
    label.show_run(tmp_path / "two", running())
    assert label.text() == "nothing"


def test_checkpoints_that_cannot_be_listed_are_told(label, tmp_path, qtbot, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.scandir", refuse)
    label.show_run(tmp_path, running())
    qtbot.waitUntil(lambda: "cannot be listed" in label.text())
