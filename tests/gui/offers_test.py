"""What the window offers when a run outlives it, does not answer, is paused for good, or fails: one click each."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt

from backend.api import Paused, Resumed, RunConfig, RunEnded
from backend.store import RunFolder
from gui.session import Session
from gui.state.smaller import smaller
from gui.widgets.close import CloseQuestion
from gui.widgets.errors import ErrorDialog
from gui.window import MainWindow
from tests.gui.example_run import events as example
from tests.gui.fake_runs import Script
from tests.gui.fake_worker import worker
from tests.windows import make as make_window
from tests.windows import present

RUN_MS = 30_000


@pytest.fixture
def script():
    made = Script(write=True)
    made.step_seconds = 0.01
    return made


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def open_window(qtbot, qapp, tmp_path, settings, script):
    windows = []

    def open_one(command=None, answer_seconds=10.0) -> MainWindow:
        session = Session(
            runner=script.run, resumer=script.resume, command=command or worker(0.02), answer_seconds=answer_seconds
        )
        window = make_window(settings, tmp_path / "runs", session)
        present(qtbot, window)
        windows.append(window)
        return window

    yield open_one
    for window in windows:
        if window.session.running:
            (window.session.kill if window.session.killable else window.session.stop)()
            qtbot.waitUntil(lambda window=window: not window.session.running, timeout=RUN_MS)


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture
def process_window(open_window):
    made = open_window()
    made.commands.process.trigger()
    return made


def dialog(window, kind):
    (found,) = [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]
    return found


def wait_for_a_task(window, qtbot):
    qtbot.waitUntil(lambda: bool(window.viewer.live.curves.scores), timeout=RUN_MS)


# Where a run is trained.


def test_a_window_trains_in_a_thread_until_told_otherwise_and_remembers_it(open_window):
    first = open_window()
    assert first.commands.thread.isChecked()
    assert first.session.where == "thread"
    first.commands.process.trigger()
    assert first.session.where == "process"
    first.close()
    assert open_window().commands.process.isChecked()


# Closing.


@pytest.mark.slow
def test_a_run_in_a_process_can_be_kept_and_the_next_window_follows_it(process_window, open_window, qtbot):
    process_window.start()
    wait_for_a_task(process_window, qtbot)
    folder = process_window.session.folder
    process_window.commands.pause.trigger()
    left = process_window.session._carrier
    process_window.close()
    dialog(process_window, CloseQuestion).keep_button.click()
    assert not process_window.isVisible()

    again = open_window()
    qtbot.waitUntil(lambda: again.session.following)
    assert again.session.folder == folder
    assert "another process trains" in again.parts.status.message.text()
    assert again.commands.start.isEnabled(), "a run that is only followed keeps nobody from starting one"
    qtbot.waitUntil(lambda: again.commands.pause.text() == "Go &on", timeout=RUN_MS)
    with qtbot.waitSignal(again.control.run_ended, timeout=RUN_MS) as ended:
        again.commands.pause.trigger()
    assert ended.args[0].outcome == "finished"
    qtbot.waitUntil(lambda: again.viewer.shown.state == "finished")
    assert len(again.viewer.shown.curves.scores) == 3
    left.close()


def test_a_run_in_a_thread_cannot_be_kept(window):
    window.start()
    window.close()
    question = dialog(window, CloseQuestion)
    assert question.keep_button is None
    question.cancel_button.click()


def test_a_run_in_a_process_can_be_stopped_and_saved_too(process_window, qtbot):
    process_window.start()
    process_window.close()
    dialog(process_window, CloseQuestion).stop_button.click()
    qtbot.waitUntil(lambda: not process_window.isVisible(), timeout=RUN_MS)
    assert not process_window.session.running


# Runs of other processes.


@pytest.fixture
def others(tmp_path):
    """Somebody else's run, after its first task."""
    folder = tmp_path / "runs" / "others"
    folder.parent.mkdir(exist_ok=True)
    with RunFolder.create(folder, RunConfig()) as home:
        for event in example(3, 2, 4, done=1):
            home.append(event)
        yield home


def test_a_run_that_is_opened_while_it_is_written_is_followed(window, others, qtbot):
    qtbot.waitUntil(lambda: window.control._looked)
    window.viewer.open(others.path)
    qtbot.waitUntil(lambda: window.session.following and bool(window.viewer.live.curves.scores))
    others.append(Paused())
    qtbot.waitUntil(lambda: window.commands.pause.text() == "Go &on")


def test_a_run_of_somebody_else_makes_way_for_ones_own(open_window, others, qtbot):
    window = open_window()
    qtbot.waitUntil(lambda: window.session.following)
    window.start_demo()
    assert window.session.busy
    assert not window.session.following
    assert window.session.folder != others.path


def test_a_followed_run_that_does_not_answer_can_be_let_go(open_window, others, qtbot):
    window = open_window(answer_seconds=0.1)
    qtbot.waitUntil(lambda: window.session.following)
    window.commands.stop.trigger()
    qtbot.waitUntil(window.parts.banner.isVisible)
    assert "Another process trains it" in window.parts.banner.text.text()
    window.parts.banner.button.click()
    assert not window.session.running
    assert window.commands.start.isEnabled()


# The stop ladder.


def test_a_process_that_does_not_answer_can_be_killed_and_resumed(open_window, qtbot):
    window = open_window(worker(0.2, deaf=True), answer_seconds=0.1)
    window.commands.process.trigger()
    window.start()
    qtbot.waitUntil(lambda: window.viewer.live.curves.started is not None, timeout=RUN_MS)
    window.commands.stop.trigger()
    banner = window.parts.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.text.text().startswith("The run has not answered for")
    assert banner.button.text() == "Kill now"
    banner.away.click()
    assert not banner.isVisible()
    qtbot.waitUntil(banner.isVisible)
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        banner.button.click()
    assert banner.button.text() == "Resume"
    assert "was interrupted in task 1" in banner.text.text()
    assert window.viewer.shown.state == "interrupted"


def test_a_thread_that_does_not_answer_says_what_it_is_in(open_window, script, qtbot):
    window = open_window(answer_seconds=0.1)
    script.step_seconds = 0.5
    window.start()
    qtbot.waitUntil(lambda: window.viewer.live.curves.stage is not None, timeout=RUN_MS)
    window.commands.stop.trigger()
    qtbot.waitUntil(lambda: "still in" in window.parts.status.message.text())
    assert "stage 1: adapting, task 1" in window.parts.status.message.text()
    assert not window.parts.banner.isVisible()


# Pausing for good.


def test_pause_and_free_saves_frees_and_goes_on_with_one_click(window, script, qtbot, monkeypatch):
    freed = []
    monkeypatch.setattr("gui.control.free_device", lambda: freed.append(True))
    window.start()
    wait_for_a_task(window, qtbot)
    window.parts.log.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(window.parts.banner.isVisible)
    assert freed
    assert window.parts.banner.text.text() == "Paused in task 2; the device is free."
    assert window.viewer.shown.state == "stopped"
    script.step_seconds = 0.0
    with qtbot.waitSignal(window.control.run_ended) as ended:
        window.parts.banner.button.click()
    assert ended.args[0].outcome == "finished"
    assert not window.parts.banner.isVisible()


def test_a_run_that_was_paused_for_good_is_offered_by_the_next_window_until_it_goes_on(open_window, script, qtbot):
    first = open_window()
    first.start()
    wait_for_a_task(first, qtbot)
    name = first.session.folder.name
    with qtbot.waitSignal(first.control.freed):
        first.commands.free.trigger()
    first.close()

    second = open_window()
    qtbot.waitUntil(second.parts.banner.isVisible)
    assert second.parts.banner.text.text() == f"{name} is paused in task 2; the device is free."
    with qtbot.waitSignal(second.session.began):
        second.parts.banner.button.click()
    assert not second.parts.banner.isVisible()
    with qtbot.waitSignal(second.control.run_ended):
        second.commands.stop.trigger()
    second.viewer.asked = None  # as in a window that has just been opened
    with qtbot.waitSignal(second.control.listed):
        second.control.refresh()
    assert not second.parts.banner.isVisible()


def test_a_run_that_waits_for_a_disk_says_so_until_it_goes_on(window, script, qtbot):
    script.step_seconds = 0.05
    window.start()
    window.session.events.emit([Paused(reason="The disk is full.", hint="Free some space.")])
    assert window.parts.banner.text.text() == "Paused: The disk is full. Free some space."
    assert not window.session.paused
    window.session.events.emit([Resumed()])
    assert not window.parts.banner.isVisible()


# Failures.


def fail(script, monkeypatch, cause):
    def play(config, folder, emit, gate):
        ended = RunEnded(outcome="failed", seconds=1, cause=cause, message="It failed.", hint="Try again.")
        with RunFolder.create(folder, config) as home:
            home.append(ended)
        emit(ended)
        return ended

    monkeypatch.setattr(script, "run", play)


def test_a_broken_device_is_left_to_a_new_process(open_window, script, qtbot, monkeypatch):
    fail(script, monkeypatch, "device")
    window = open_window()
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
    folder = window.session.folder
    button = dialog(window, ErrorDialog).remedy
    assert button.text() == "Go on in a separate process"
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        button.click()
    assert ended.args[0].outcome == "finished"
    assert window.session.folder == folder
    assert window.session.where == "thread", "only this run was moved"


def test_less_memory_is_one_click(open_window, script, qtbot, monkeypatch):
    fail(script, monkeypatch, "memory")
    window = open_window()
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
    before = window.control.last.config
    with qtbot.waitSignal(window.session.began):
        dialog(window, ErrorDialog).remedy.click()
    config = window.parts.new_run.config()
    assert config.run.batch_size == before.run.batch_size // 2
    assert config.method.prompt_batch == before.method.prompt_batch // 2
    assert window.viewer.asked != window.control.last.folder
    qtbot.waitUntil(lambda: not window.session.running)
    dialog(window, ErrorDialog).reject()


def test_other_failures_are_told_with_their_hint_alone(open_window, script, qtbot, monkeypatch):
    fail(script, monkeypatch, "storage")
    window = open_window()
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
    shown = dialog(window, ErrorDialog)
    assert shown.remedy is None
    shown.reject()
    assert window.parts.runs.details.resume_button.isVisible(), "what it was about may be put right"


def test_smaller_settings_end_at_one():
    config = RunConfig().replaced(run={"batch_size": 3}, method={"prompt_batch": 1})
    once = smaller(config)
    assert (once.run.batch_size, once.method.prompt_batch) == (1, 1)
    assert smaller(once) is None
    assert smaller(RunConfig().replaced(method={"name": "zero_shot"})).run.batch_size == 24


def test_a_killed_worker_leaves_the_window_and_a_resume(process_window, qtbot):
    window = process_window
    window.start()
    wait_for_a_task(window, qtbot)
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        window.session._carrier._worker.kill()
    banner = window.parts.banner
    assert banner.text.text().startswith(f"Run {window.session.folder.name} was interrupted in task")
    assert window.parts.runs.details.resume_button.isVisible()
    banner.other.click()
    shown = dialog(window, ErrorDialog)
    assert shown.remedy.text() == "Start with smaller settings"
    shown.reject()
