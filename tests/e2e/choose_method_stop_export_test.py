"""Somebody chooses a method, starts, stops with one click, and exports the checkpoint."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from tests.e2e.hands import choose, export_checkpoint
from tests.worlds import tiny_config

RUN_MS = 90_000


def test_choose_method_stop_export(open_window, qtbot, tmp_path):
    window = open_window()
    window.parts.new_run.load(tiny_config())
    choose(window, "method.name", "DMC")
    # Long tasks: the run must not be over before Stop is pressed.
    for key, value in {"epochs": 10, "prompt_steps": 100, "prompt_batch": 64}.items():
        window.parts.new_run.draft.set(f"method.{key}", value)
    assert window.parts.new_run.config().method.name == "dmc"

    qtbot.keyClick(window, Qt.Key.Key_F5)
    live = window.viewer.live
    assert live is not None
    qtbot.waitUntil(lambda: bool(live.curves.scores) or live.curves.ended is not None, timeout=RUN_MS)
    assert window.session.running, [line.text for line in live.log]
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        window.commands.stop.trigger()
        assert "stopping" in window.parts.status.message.text().lower()
        assert not window.findChildren(QMessageBox)
    assert ended.args[0].outcome == "stopped"
    qtbot.waitUntil(lambda: window.viewer.shown.state == "stopped")
    assert window.parts.runs.details.resume_button.isVisible()

    export_checkpoint(window, qtbot, tmp_path / "model")
    assert list((tmp_path / "model").glob("*.safetensors"))
