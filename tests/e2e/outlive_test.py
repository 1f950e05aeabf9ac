"""Somebody trains in a separate process: it is killed, or the window is closed meanwhile, and nothing is lost."""

from __future__ import annotations

import json
import signal

import pytest

from backend.api import Gate, run
from gui.widgets.close import CloseQuestion
from tests.worlds import tiny_config

RUN_MS = 90_000
# Long enough in each task that the kill, or the pause, falls inside the run.
CONFIG = {"method": {"epochs": 2, "prompt_steps": 20}}
pytestmark = pytest.mark.slow


def numbers(folder):
    result = json.loads((folder / "result.json").read_text())
    result.pop("seconds")
    return result


def start_in_a_process(window, qtbot):
    """Start and wait until the first task was scored; return the live run."""
    window.commands.process.trigger()
    window.parts.new_run.load(tiny_config(**CONFIG))
    window.start()
    live = window.viewer.live
    qtbot.waitUntil(lambda: bool(live.curves.scores) or not window.session.running, timeout=RUN_MS)
    assert window.session.running, [line.text for line in live.log]
    return live


def test_a_killed_worker_is_resumed_with_one_click_and_ends_like_an_undisturbed_run(open_window, qtbot, tmp_path):
    window = open_window()
    live = start_in_a_process(window, qtbot)
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        window.session._carrier._worker.send_signal(signal.SIGKILL)
    assert window.isVisible()
    assert f"Run {live.name} was interrupted in task" in window.parts.banner.text.text()
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        window.parts.banner.button.click()
    assert ended.args[0].outcome == "finished", ended.args[0]

    assert run(tiny_config(**CONFIG), tmp_path / "whole", lambda event: None, Gate()).outcome == "finished"
    assert numbers(live.folder) == numbers(tmp_path / "whole")
    qtbot.waitUntil(lambda: window.viewer.shown.result is not None)
    assert window.viewer.shown.curves.matrix[-1] == tuple(numbers(live.folder)["accuracy_matrix"][-1])


def test_a_run_that_is_kept_is_followed_to_its_end_by_the_next_window(open_window, qtbot):
    window = open_window()
    folder = start_in_a_process(window, qtbot).folder
    window.commands.pause.trigger()
    qtbot.waitUntil(lambda: window.viewer.live.curves.paused, timeout=RUN_MS)
    left = window.session._carrier
    window.close()
    next(iter(window.findChildren(CloseQuestion))).keep_button.click()
    assert not window.isVisible()

    again = open_window()
    qtbot.waitUntil(lambda: again.session.following, timeout=RUN_MS)
    assert again.session.folder == folder
    qtbot.waitUntil(lambda: again.commands.pause.text() == "Go &on", timeout=RUN_MS)
    with qtbot.waitSignal(again.control.run_ended, timeout=RUN_MS) as ended:
        again.commands.pause.trigger()
    assert ended.args[0].outcome == "finished", ended.args[0]
    qtbot.waitUntil(lambda: again.viewer.shown.result is not None)
    assert len(again.viewer.shown.curves.matrix) == 4
    left.close()
