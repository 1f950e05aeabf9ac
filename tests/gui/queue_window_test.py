"""The queue in the window: its panel and tab, and what closing asks while it works."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt

from backend.api import RunConfig
from gui import hearing
from gui.session import Session
from gui.widgets.close import CloseQuestion
from tests.gui.fake_runs import Script
from tests.gui.fake_workers import FakeWorkers
from tests.windows import make as make_window
from tests.windows import present


@pytest.fixture
def script():
    made = Script(write=True)
    made.step_seconds = 0.01
    return made


@pytest.fixture
def open_window(qtbot, tmp_path, monkeypatch, script):
    monkeypatch.setattr(FakeWorkers, "made", [], raising=False)
    monkeypatch.setattr(hearing, "Workers", FakeWorkers)
    monkeypatch.setattr(hearing, "HEAR_MS", 5)
    windows = []

    def open_one():
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = make_window(settings, tmp_path / "runs", Session(runner=script.run, resumer=script.resume))
        windows.append(present(qtbot, window))
        return window

    yield open_one
    for window in windows:
        window.control.stop()
        qtbot.waitUntil(lambda window=window: not window.session.running)
        window.queueing.close()


@pytest.fixture
def window(open_window, qtbot):
    """A window whose queue trains one run, and lets another one wait."""
    made = open_window()
    many = made.parts.new_run.many
    many.seeds.setFocus()
    many.seeds.selectAll()
    qtbot.keyClicks(many.seeds, "0-1")
    qtbot.keyClick(made, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: len(made.queueing.on) == 1)
    return made


def question(window):
    (found,) = (dialog for dialog in window.findChildren(CloseQuestion) if dialog.isVisible())
    return found


def test_several_runs_start_in_the_queue_and_its_tab_counts_them(window, qtbot):
    workers = FakeWorkers.made[-1]
    side = window.parts.side
    assert [side.tabText(tab) for tab in range(side.count())] == ["Runs", "Queue (2)"]
    assert not window.session.running
    for _ in range(2):
        workers.end(workers.on[0])
        qtbot.waitUntil(lambda: len(workers.begun) == 2)
    qtbot.waitUntil(lambda: side.tabText(1) == "Queue")
    assert window.parts.status.message.text() == "The queue is done: 2 runs"


def test_keys_add_to_the_queue_and_bring_it_to_the_front(window, qtbot):
    window.docks["Runs"].close()
    qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert window.parts.queue.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.queueing.folders) == 4)
    assert len(window.parts.queue.model.rows) == 4


def test_closing_can_leave_the_queue_to_work_and_the_next_window_finds_it(window, open_window, qtbot):
    window.close()
    asked = question(window)
    assert asked.text() == "A run is on."
    on = window.queueing.on
    asked.keep_button.click()
    assert not window.isVisible()
    again = open_window()
    qtbot.waitUntil(lambda: again.queueing.folders[:1] == on)
    assert again.queueing.state.held
    assert again.parts.banner.text.text() == "The queue of last time: 2 runs wait."


def test_closing_can_stop_the_queue_and_what_it_stopped_waits(window, qtbot):
    workers = FakeWorkers.made[-1]
    (on,) = workers.on
    window.close()
    question(window).stop_button.click()
    assert window.isVisible()
    assert workers.stopped == [on]
    workers.end(on, "stopped")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert window.queueing.state.lineup.folders("waiting")[0] == on


def test_closing_can_be_thought_better_of(window):
    window.close()
    question(window).cancel_button.click()
    assert window.isVisible()
    assert len(window.queueing.on) == 1


def test_a_run_in_the_window_cannot_be_left_and_both_are_stopped(window, qtbot):
    workers = FakeWorkers.made[-1]
    window.control.start(RunConfig())
    window.close()
    asked = question(window)
    assert asked.text() == "2 runs are on."
    assert asked.keep_button is None
    asked.stop_button.click()
    with qtbot.waitSignal(window.control.run_ended):
        pass
    assert window.isVisible(), "the queue's run has not stopped yet"
    workers.end(workers.on[0], "stopped")
    qtbot.waitUntil(lambda: not window.isVisible())
