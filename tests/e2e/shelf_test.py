"""Somebody puts the runs in order, and finds everything the next day as it was left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.e2e.user import User
from tests.worlds import tiny_config

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def at_the_runs(open_window, qtbot, runs):
    window = open_window()
    user, panel = User(qtbot, window), window.parts.runs
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 3)
    user.click_row(panel.view, panel.proxy.index(0, 0))
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    return window, user, panel


def test_a_run_is_renamed_put_away_and_brought_back_by_keys(at_the_runs, qtbot):
    window, user, panel = at_the_runs
    before = window.viewer.shown.folder
    there = before.with_name("the good one")

    user.press(Qt.Key.Key_F2)
    editor = panel.view.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, there.name)
    user.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.viewer.shown.folder == there)
    assert there.is_dir()
    assert not before.exists()
    qtbot.waitUntil(lambda: [run.folder for run in panel.chosen()] == [there])

    panel.view.setFocus()
    user.press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 2)
    assert not there.exists()
    assert panel.toast.text.text() == "Moved 'the good one' to the trash."
    user.press(Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 3)
    assert (there / "result.json").is_file()


def test_the_next_window_has_page_run_draft_and_panels_as_they_were(at_the_runs, open_window, qtbot):
    window, user, _ = at_the_runs
    shown = window.viewer.shown.folder
    window.parts.new_run.load(tiny_config(run={"seed": 7}))
    user.click_tab(window.pages, "Data")
    window.docks["Log"].hide()
    window.close()

    again = open_window()
    qtbot.waitUntil(lambda: again.viewer.shown is not None)
    assert again.viewer.shown.folder == shown
    assert again.pages.currentWidget() is again.parts.data
    assert again.parts.new_run.config() == tiny_config(run={"seed": 7})
    assert again.docks["Log"].isHidden()
    assert not again.docks["Config"].isHidden()
