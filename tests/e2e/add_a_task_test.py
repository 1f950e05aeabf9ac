"""Months later somebody has pictures of new classes: the run goes on with them, by clicks."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt

from tests.pets import KNOWN, NEW, pets_config, write_pets

RUN_MS = 90_000


def test_a_finished_run_learns_new_classes(open_window, qtbot, tmp_path):
    known, new = write_pets(tmp_path / "known", KNOWN), write_pets(tmp_path / "new", NEW)
    window = open_window()
    window.parts.new_run.load(pets_config(known))
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        window.start()
    assert ended.args[0].outcome == "finished", ended.args[0]
    first = window.session.folder
    qtbot.waitUntil(lambda: window.viewer.shown.result is not None)

    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    dialog = window.adding.dialog
    assert dialog.source.text == str(first), "it begins with the shown run"
    dialog.pictures.edit.setText(str(new))
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=RUN_MS)
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    assert ended.args[0].outcome == "finished", ended.args[0]

    second = window.session.folder
    assert second.parent == first.parent
    assert second != first
    qtbot.waitUntil(lambda: window.viewer.shown.result is not None)
    curves = window.viewer.shown.curves
    before, after = (json.loads((folder / "result.json").read_text())["accuracy_matrix"] for folder in (first, second))
    assert after[:2] == [[*row, None] for row in before], "what was learned before is shown too"
    assert curves.matrix == [tuple(row[: i + 1]) for i, row in enumerate(after)]
    assert set(curves.tasks[2]) == set(NEW)
    assert "goes on from" in window.parts.runs.details.rows["Data"].text()
    assert window.parts.config.command.text().startswith(f"dmc-studio extend {first.name}")
