"""What the session promises: events in order, pause, stop, one run at a time, and an end whatever happens."""

from __future__ import annotations

import sys
import threading
import time

import pytest

from backend.api import Gate, Note, RunConfig, RunEnded
from gui.session import Session
from tests.gui.fake_runs import Script


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def session(script, qtbot):
    made = Session(runner=script.run, resumer=script.resume)
    yield made
    if made.running:
        made.stop()
        qtbot.waitUntil(lambda: not made.running)


def heard(session):
    events, endings = [], []
    session.events.connect(events.extend)
    session.ended.connect(endings.append)
    return events, endings


def test_events_arrive_in_order_and_in_the_gui_thread(session, script, qtbot, tmp_path):
    events, _ = heard(session)
    threads = set()
    session.events.connect(lambda _: threads.add(threading.current_thread()))
    with qtbot.waitSignal(session.ended):
        session.start(RunConfig(), tmp_path / "run")
    assert events == script.told
    assert threads == {threading.main_thread()}
    assert script.thread_name == "run"
    assert not session.running


def test_the_interpreter_switches_faster_only_while_a_run_is_on(session, qtbot, tmp_path):
    before = sys.getswitchinterval()
    with qtbot.waitSignal(session.ended):
        session.start(RunConfig(), tmp_path / "run")
        assert sys.getswitchinterval() < before / 2
    assert sys.getswitchinterval() == pytest.approx(before)


def test_a_held_run_waits_and_goes_on(session, script, qtbot, tmp_path):
    script.step_seconds = 0.01
    events, endings = heard(session)
    session.start(RunConfig(), tmp_path / "run")
    session.pause()
    qtbot.waitUntil(lambda: any(event.kind == "paused" for event in events))
    assert session.paused
    count = len(events)
    qtbot.wait(100)
    assert len(events) == count
    with qtbot.waitSignal(session.ended):
        session.resume_run()
    assert endings[0].outcome == "finished"


def test_stop_ends_a_held_run_too(session, script, qtbot, tmp_path):
    script.step_seconds = 0.01
    _, endings = heard(session)
    session.start(RunConfig(), tmp_path / "run")
    session.pause()
    with qtbot.waitSignal(session.ended):
        session.stop()
        assert session.stopping
    assert endings[0].outcome == "stopped"
    assert not session.stopping


def test_one_run_at_a_time(session, script, qtbot, tmp_path):
    script.step_seconds = 0.01
    session.start(RunConfig(), tmp_path / "run")
    with pytest.raises(RuntimeError, match="a run is on"):
        session.start(RunConfig(), tmp_path / "other")
    with qtbot.waitSignal(session.ended):
        session.stop()


def test_a_second_run_can_follow_the_first(session, qtbot, tmp_path):
    for name in ("one", "two"):
        with qtbot.waitSignal(session.ended):
            session.start(RunConfig(), tmp_path / name)
    assert session.folder == tmp_path / "two"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_run_that_cannot_even_be_imported_still_ends(qtbot, tmp_path):
    def broken(config, folder, emit, gate):
        raise ImportError("libsomething.so")

    session = Session(runner=broken)
    events, endings = heard(session)
    with qtbot.waitSignal(session.ended):
        session.start(RunConfig(), tmp_path / "run")
    assert endings[0].outcome == "failed"
    assert "libsomething.so" in endings[0].details
    assert events[-1].kind == "run_ended"


def test_a_flood_of_events_is_taken_in_portions(qtbot, tmp_path):
    notes = [Note(level="info", text=str(n)) for n in range(3000)]

    def flood(config, folder, emit, gate: Gate) -> RunEnded:
        for note in notes:
            emit(note)
        time.sleep(0.1)
        return RunEnded(outcome="finished", seconds=0)

    session = Session(runner=flood)
    portions = []
    session.events.connect(lambda events: portions.append(len(events)))
    with qtbot.waitSignal(session.ended):
        session.start(RunConfig(), tmp_path / "run")
    assert sum(portions) == len(notes)
    assert max(portions) <= 500
