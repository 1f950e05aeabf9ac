"""Somebody lets methods and seeds run overnight: prepared in a few clicks, one is killed, and nothing else is lost."""

from __future__ import annotations

import signal

import pytest
from PySide6.QtCore import Qt

from backend.api import Capacity, Need, find_worker, list_runs
from gui import measuring
from tests.e2e.user import User
from tests.worlds import tiny_config

ALL_MS = 110_000
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def window(open_window, qtbot, monkeypatch):
    """A window in which two runs fit at once."""
    monkeypatch.setattr(measuring, "capacity", lambda wanted, running: Capacity(2, "memory", Need(10**9)))
    made = open_window()
    made.parts.new_run.load(tiny_config(method={"name": "simple_cil"}))
    yield made
    made.queueing.hold(True)
    for _ in range(2):  # told twice, they are killed
        made.queueing.stop(made.queueing.on)
    qtbot.waitUntil(lambda: not made.queueing.running, timeout=ALL_MS)


def prepare(window, qtbot, button, seeds, *labels):
    """Ask for runs by hand; return how many clicks it took."""
    user, many = User(qtbot, window), window.parts.new_run.many
    user.type(many.seeds, seeds)
    if labels:
        user.pick(lambda: user.click(many.methods), *labels)
    user.click(button)
    return user.count


def start(window, qtbot, seeds, *labels):
    return prepare(window, qtbot, window.parts.new_run.start_button, seeds, *labels)


def choose(window, qtbot, folder):
    """Choose a run of the queue in its panel."""
    window.show_queue()
    panel = window.parts.queue
    qtbot.waitUntil(lambda: panel.isVisible() and panel.model.row_of(folder) >= 0)
    User(qtbot, window).click_row(panel.view, panel.model.index(panel.model.row_of(folder)))
    return panel


def test_three_methods_times_three_seeds_in_nine_clicks(window, qtbot, tmp_path):
    assert start(window, qtbot, "0,1,2", "Zero-shot CLIP", "DMC") <= 9
    qtbot.waitUntil(lambda: len(window.queueing.folders) == 9)
    runs = {(run.method, run.seed) for run in list_runs(tmp_path / "runs")}
    assert runs == {(method, seed) for method in ("simple_cil", "zero_shot", "dmc") for seed in (0, 1, 2)}
    window.queueing.remove(window.queueing.folders[1:])
    qtbot.waitUntil(lambda: len(list_runs(tmp_path / "runs")) == 1)
    with qtbot.waitSignal(window.queueing.finished, timeout=ALL_MS) as done:
        pass
    assert done.args == [1, 0]


def test_two_at_once_are_looked_at_in_turn_and_a_killed_one_is_retried(window, qtbot):
    window.parts.new_run.load(tiny_config(method={"epochs": 2}))
    queueing, viewer = window.queueing, window.viewer
    queueing.set_at_once(2)
    start(window, qtbot, "0-1")
    qtbot.waitUntil(lambda: len(queueing.on) == 2)
    first, second = queueing.on
    qtbot.waitUntil(
        lambda: all(queueing.state.progress(folder).share > 0 for folder in (first, second)), timeout=ALL_MS
    )
    for folder in (first, second, first, second):
        viewer.open(folder)
        qtbot.waitUntil(lambda folder=folder: window.session.following and window.session.folder == folder)
        qtbot.waitUntil(lambda folder=folder: viewer.live.folder == folder and viewer.live.curves.started is not None)

    find_worker(first).send_signal(signal.SIGKILL)
    qtbot.waitUntil(lambda: queueing.state.lineup.fate(first) == "killed", timeout=ALL_MS)
    assert queueing.state.lineup.fate(second) == "running"
    panel = choose(window, qtbot, first)
    qtbot.waitUntil(panel.retry.isEnabled)
    panel.retry.trigger()
    qtbot.waitUntil(lambda: not queueing.state.lineup.folders("waiting", "running"), timeout=ALL_MS)
    assert {run.state for run in list_runs(first.parent)} == {"finished"}


def test_three_that_wait_are_put_in_another_order_and_a_killed_one_does_not_hold_up_the_others(window, qtbot):
    window.parts.new_run.load(tiny_config(method={"epochs": 2}))
    queueing = window.queueing
    prepare(window, qtbot, window.parts.new_run.add_button, "0-2")
    qtbot.waitUntil(lambda: len(queueing.folders) == 3)
    assert not queueing.on, "what is added waits for a click"
    first, second, third = queueing.folders
    panel = choose(window, qtbot, third)
    for order in ((first, third, second), (third, first, second)):
        User(qtbot, window).press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda order=order: queueing.folders == order)

    User(qtbot, window).click(panel.hold)
    qtbot.waitUntil(lambda: queueing.on == (third,) and queueing.state.progress(third).share > 0, timeout=ALL_MS)
    with qtbot.waitSignal(queueing.finished, timeout=ALL_MS) as done:
        find_worker(third).send_signal(signal.SIGKILL)
    assert done.args == [3, 1]
    assert [queueing.state.lineup.fate(folder) for folder in (third, first, second)] == [
        "killed",
        "finished",
        "finished",
    ]
    panel = choose(window, qtbot, third)
    qtbot.waitUntil(panel.retry.isEnabled)
    with qtbot.waitSignal(queueing.finished, timeout=ALL_MS):
        panel.retry.trigger()
    assert queueing.state.lineup.fate(third) == "finished"
