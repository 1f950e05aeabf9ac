"""Somebody gets to things without menus: types a few letters, or drops a file on the window."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from backend.api import export
from backend.config import to_toml
from tests.e2e.user import User
from tests.worlds import tiny_config

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_run_is_opened_by_typing_a_few_letters(open_window, qtbot, runs):
    window = open_window()
    user = User(qtbot, window)
    qtbot.waitUntil(lambda: len(window.control.runs.rows()) == 3)
    user.press(Qt.Key.Key_K, CONTROL)
    palette = window.comforts.palette
    qtbot.waitUntil(palette.field.hasFocus)
    QTest.keyClicks(palette.field, "open tiny s2")
    user.press(Qt.Key.Key_Return)
    assert not palette.isVisible()
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    assert window.viewer.shown.folder == runs[2]


@pytest.fixture
def window(open_window):
    return open_window()


def test_a_run_folder_from_elsewhere_is_dropped_and_shown(window, qtbot, trained, tmp_path):
    elsewhere = shutil.copytree(trained[0], tmp_path / "elsewhere" / "a run of a friend")
    User(qtbot, window).drop(window, elsewhere)
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    assert window.viewer.shown.folder == elsewhere
    assert window.viewer.shown.result is not None


def test_settings_are_dropped_into_the_form(window, qtbot, tmp_path):
    wanted = tiny_config(method={"name": "dmc"}, run={"seed": 5})
    (tmp_path / "run.toml").write_text(to_toml(wanted))
    User(qtbot, window).drop(window, tmp_path / "run.toml")
    qtbot.waitUntil(lambda: window.parts.new_run.config() == wanted)


def test_a_bundle_is_dropped_and_asked_about_pictures(window, qtbot, trained, tmp_path):
    bundle = export(trained[0], "bundle", tmp_path / "learned.zip")
    user, overlay = User(qtbot, window), window.comforts.dropping.overlay
    user.drop(window, bundle)
    qtbot.waitUntil(lambda: len(overlay.buttons) == 3)
    user.click(next(button for button in overlay.buttons if button.text() == "Try it on pictures"))
    page = window.parts.try_it
    assert window.pages.currentWidget() is page
    assert page._source == (bundle, 1)
    assert not overlay.isVisible()


def test_a_picture_dropped_anywhere_asks_the_run(window, qtbot, tmp_path):
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(tmp_path / "night.png")
    User(qtbot, window).drop(window, tmp_path / "night.png")
    page = window.parts.try_it
    qtbot.waitUntil(lambda: window.pages.currentWidget() is page and page._tried is not None)
    assert page._tried.name == "night.png"
    assert "Choose a run" in page.waiting.words.text()
