"""Somebody opens the window for the first time, presses Start, and watches a run to its end."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tests.worlds import tiny_config

RUN_MS = 90_000


def test_first_run(open_window, qtbot):
    window = open_window()
    assert window.parts.live.headline.text() == "No run is shown"
    assert window.parts.new_run.config() is not None, "the demo preset is filled in and valid"
    window.parts.new_run.load(tiny_config())

    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        qtbot.mouseClick(window.parts.new_run.start_button, Qt.MouseButton.LeftButton)
        assert window.session.running
    assert ended.args[0].outcome == "finished", ended.args[0]

    folder = window.session.folder
    qtbot.waitUntil(lambda: window.viewer.shown.result is not None)
    result = json.loads((folder / "result.json").read_text())
    details = window.parts.runs.details
    assert details.figures["Avg"].value.text() == f"{result['average']:.1f}"
    assert details.rows["Split hash"].text() == result["split_hash"]
    assert window.viewer.shown.curves.matrix[-1] == tuple(result["accuracy_matrix"][-1])
    assert "Finished" in window.parts.log.view.toPlainText()
    qtbot.waitUntil(lambda: not window.parts.live._timer.isActive())
    for chart in filter(QWidget.isVisible, window.parts.live.charts):
        assert chart._body.currentIndex() == 1, f"{chart.id} is empty after a whole run"


def test_a_setting_that_does_not_fit_leads_to_its_field(open_window, qtbot):
    window = open_window()
    window.parts.new_run.load(tiny_config(split={"classes_per_task": 99}))
    qtbot.waitUntil(lambda: window.parts.new_run.config() is None, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert not window.session.running
    told = [row.problem.text() for row in window.parts.new_run.form.rows.values() if not row.problem.isHidden()]
    assert any("99 classes are asked for" in text for text in told)
