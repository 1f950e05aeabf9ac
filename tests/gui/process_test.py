"""A run in a worker process: steered as one in a thread, and the window stays whatever happens to it."""

from __future__ import annotations

import sys

import pytest

from backend.api import RunConfig, open_run
from gui.session import Session
from tests.gui.fake_worker import worker

RUN_MS = 30_000


@pytest.fixture
def make_session(qtbot):
    made = []

    def make(command, **more):
        session = Session(command=command, **more)
        session.where = "process"
        made.append(session)
        return session

    yield make
    for session in made:
        if session.running:
            session.kill()
            qtbot.waitUntil(lambda session=session: not session.running, timeout=RUN_MS)


def heard(session):
    events, endings = [], []
    session.events.connect(events.extend)
    session.ended.connect(endings.append)
    return events, endings


def kinds(events):
    return [event.kind for event in events]


def test_the_window_hears_what_the_disk_has(make_session, qtbot, tmp_path):
    session = make_session(worker())
    events, endings = heard(session)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.start(RunConfig(), tmp_path / "run")
        assert session.outlives
        assert session.killable
    assert tuple(events) == open_run(tmp_path / "run").events
    assert endings[0].outcome == "finished"
    assert not session.died


def test_pause_go_on_and_stop_reach_the_worker_even_before_it_is_up(make_session, qtbot, tmp_path):
    session = make_session(worker(0.02))
    events, endings = heard(session)
    session.start(RunConfig(), tmp_path / "run")
    session.pause()
    qtbot.waitUntil(lambda: "paused" in kinds(events), timeout=RUN_MS)
    count = len(events)
    qtbot.wait(100)
    assert len(events) == count
    assert session.paused
    session.resume_run()
    qtbot.waitUntil(lambda: "task_scored" in kinds(events), timeout=RUN_MS)
    assert not session.paused
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.stop()
    assert endings[0].outcome == "stopped"
    assert not session.died


def test_a_worker_that_is_killed_from_outside_is_an_interrupted_run(make_session, qtbot, tmp_path):
    session = make_session(worker(0.02))
    events, endings = heard(session)
    session.start(RunConfig(), tmp_path / "run")
    qtbot.waitUntil(lambda: "task_scored" in kinds(events), timeout=RUN_MS)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session._carrier._worker.kill()
    assert session.died
    assert endings[0].outcome == "failed"
    assert endings[0].cause == "memory"
    assert "SIGKILL" in endings[0].message
    assert events[-1] == endings[0]
    assert open_run(tmp_path / "run").state == "interrupted"


def test_a_worker_that_does_not_answer_is_told_of_and_killed(make_session, qtbot, tmp_path):
    session = make_session(worker(0.5, deaf=True), answer_seconds=0.1)
    events, endings = heard(session)
    waited = []
    session.unanswered.connect(waited.append)
    session.start(RunConfig(), tmp_path / "run")
    qtbot.waitUntil(lambda: bool(events), timeout=RUN_MS)
    session.stop()
    qtbot.waitUntil(lambda: waited[:2] == pytest.approx([0.1, 0.2]), timeout=RUN_MS)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.kill()
    assert session.died
    assert endings[0].outcome == "stopped"
    assert "killed" in endings[0].message


def test_a_run_that_is_left_goes_on_without_the_window(make_session, qtbot, tmp_path):
    session = make_session(worker(0.01))
    events, endings = heard(session)
    session.start(RunConfig(), tmp_path / "run")
    qtbot.waitUntil(lambda: "task_scored" in kinds(events), timeout=RUN_MS)
    left = session._carrier
    session.leave()
    assert not session.running
    count = len(events)
    qtbot.waitUntil(lambda: open_run(tmp_path / "run").state == "finished", timeout=RUN_MS)
    left.close()
    qtbot.wait(100)
    assert len(events) == count
    assert not endings


def test_a_worker_that_was_left_can_be_killed_by_whoever_follows_it(make_session, qtbot, tmp_path):
    first = make_session(worker(0.5))
    events, _ = heard(first)
    first.start(RunConfig(), tmp_path / "run")
    qtbot.waitUntil(lambda: bool(events), timeout=RUN_MS)
    left = first._carrier
    first.leave()
    second = make_session(worker())
    second.follow(tmp_path / "run")
    assert second.killable
    with qtbot.waitSignal(second.ended, timeout=RUN_MS) as ended:
        second.kill()
    left.close()
    assert second.died
    assert "killed" in ended.args[0].message


def test_a_worker_that_cannot_start_says_what_it_said(make_session, qtbot, tmp_path):
    session = make_session(lambda folder: [sys.executable, "-c", "raise ImportError('libsomething.so')"])
    events, endings = heard(session)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.start(RunConfig(), tmp_path / "run")
    assert session.died
    assert "libsomething.so" in endings[0].details
    assert kinds(events) == ["run_ended"]


def test_a_folder_that_is_taken_fails_with_a_sentence(make_session, qtbot, tmp_path):
    (tmp_path / "run").write_text("a file")
    session = make_session(worker())
    _, endings = heard(session)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.start(RunConfig(), tmp_path / "run")
    assert endings[0].outcome == "failed"
    assert "is a file" in endings[0].message
    assert not session.died


def test_a_line_that_is_no_event_becomes_a_warning(make_session, qtbot, tmp_path):
    session = make_session(lambda folder: [sys.executable, "-c", 'print(\'{"kind": "of magic"}\')'])
    events, _ = heard(session)
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.start(RunConfig(), tmp_path / "run")
    assert kinds(events) == ["note", "run_ended"]
    assert events[0].level == "warning"


def test_the_interpreter_of_the_window_switches_as_always(make_session, qtbot, tmp_path):
    before = sys.getswitchinterval()
    session = make_session(worker())
    with qtbot.waitSignal(session.ended, timeout=RUN_MS):
        session.start(RunConfig(), tmp_path / "run")
        assert sys.getswitchinterval() == pytest.approx(before)
