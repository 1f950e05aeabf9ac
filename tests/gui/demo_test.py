"""`--demo` without a display, and what is done about a missing one."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage

from gui import __main__ as front
from gui import demo, theme
from gui.display import has_display, missing_packages
from gui.session import Session
from gui.window import MainWindow
from tests.gui.fake_runs import Script


@pytest.mark.parametrize(
    ("environment", "platform", "visible"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_display_is_recognised(environment, platform, visible):
    assert has_display(environment, platform) is visible


def test_missing_libraries_are_named_by_their_packages():
    def load(name):
        if "cursor" in name:
            raise OSError(name)

    assert missing_packages({"DISPLAY": ":0"}, "linux", load) == ("libxcb-cursor0",)
    assert missing_packages({"WAYLAND_DISPLAY": "wayland-0"}, "linux", load) == ()
    assert missing_packages({}, "darwin", load) == ()


def test_a_window_without_a_display_says_what_to_do_instead(monkeypatch, capsys):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert front.main([]) == 1
    assert "dmc-studio --demo" in capsys.readouterr().err


def test_each_demo_gets_a_folder_of_its_own(tmp_path):
    assert demo.free_folder(tmp_path).name == "run"
    (tmp_path / "run").mkdir()
    (tmp_path / "run-2").mkdir()
    assert demo.free_folder(tmp_path).name == "run-3"


@pytest.fixture
def scripted(monkeypatch):
    """Let the demo's window play a script instead of training."""
    script = Script(write=True)

    def make(settings: QSettings, root) -> MainWindow:
        return MainWindow(settings, root, Session(runner=script.run, resumer=script.resume))

    monkeypatch.setattr(demo, "MainWindow", make)
    return script


def test_the_demo_leaves_a_run_and_pictures_and_says_where(scripted, qapp, tmp_path, capsys):
    assert demo.run_offscreen(qapp, tmp_path / "demo-run") == 0
    place = tmp_path / "demo-run"
    assert (place / "run" / "events.jsonl").exists()
    for name in ("window.png", "window-dark.png"):
        picture = QImage(str(place / name))
        assert (picture.width(), picture.height()) == (1600, 1000)
    told = capsys.readouterr().out
    assert str(place / "run") in told.replace("\n", "")
    assert str(place / "window.png") in told.replace("\n", "")
    assert "Avg" in told
    assert theme.current() is theme.LIGHT


@pytest.mark.slow
def test_a_demo_that_fails_says_why_and_exits_with_1(scripted, qapp, tmp_path, capsys):
    scripted.fail = "The disk is full."
    assert demo.run_offscreen(qapp, tmp_path) == 1
    assert "The disk is full." in capsys.readouterr().out


def test_the_front_door_passes_its_options_on(monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("gui.app.open_app", lambda **options: asked.update(options) or 0)
    assert front.main([str(tmp_path)]) == 0
    assert asked == {"demo": False, "paths": [tmp_path], "visible": True}
    assert sys.modules["gui.app"]
