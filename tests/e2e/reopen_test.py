"""Somebody closes the window, comes back another day, opens an old run, and goes on with a stopped one."""

from __future__ import annotations

import pytest

from gui.docks.runs import SUMMARY
from tests.worlds import tiny_config

RUN_MS = 90_000


def test_reopen(open_window, qtbot):
    window = open_window()
    window.parts.new_run.load(tiny_config())
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        window.start()
    qtbot.waitUntil(lambda: window.viewer.shown.result is not None)
    before = window.viewer.shown.curves
    window.close()

    again = open_window()
    qtbot.waitUntil(lambda: again.parts.runs.proxy.rowCount() == 1)
    with qtbot.waitSignal(again.viewer.switched):
        again.parts.runs.view.setCurrentIndex(again.parts.runs.proxy.index(0, 0))
    after = again.viewer.shown.curves
    assert after.matrix == before.matrix
    assert list(after.losses["adapt"].loss) == list(before.losses["adapt"].loss)
    assert again.parts.config.command.text().startswith("dmc-studio run")
    again.commands.settings.trigger()
    assert again.parts.new_run.config() == again.viewer.shown.config


@pytest.mark.slow
def test_a_stopped_run_goes_on_another_day_and_ends_like_an_undisturbed_one(open_window, qtbot):
    window = open_window()
    window.parts.new_run.load(tiny_config())
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        window.start()
    undisturbed = window.viewer.shown.curves.matrix
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS):
        window.start()
        qtbot.waitUntil(lambda: bool(window.viewer.live.curves.saved_at), timeout=RUN_MS)
        window.control.stop()
    stopped = window.session.folder
    window.close()

    again = open_window()
    qtbot.waitUntil(lambda: again.parts.runs.proxy.rowCount() == 2)
    again.viewer.open(stopped)
    qtbot.waitUntil(again.parts.runs.details.resume_button.isVisible)
    with qtbot.waitSignal(again.control.run_ended, timeout=RUN_MS) as ended:
        again.parts.runs.details.resume_button.click()
    assert ended.args[0].outcome == "finished"
    qtbot.waitUntil(lambda: again.viewer.shown.result is not None)
    assert again.viewer.shown.curves.matrix == undisturbed
    states = {again.parts.runs.proxy.index(row, 0).data(SUMMARY).state for row in range(2)}
    assert states == {"finished"}
