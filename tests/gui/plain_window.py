"""The real window on an empty folder of runs, with a made-up run behind Start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.session import Session
from gui.window import MainWindow
from tests.gui.fake_runs import Script
from tests.windows import make, present


def open_plain(qtbot, tmp_path: Path, script: Script | None = None) -> MainWindow:
    """Open a window; another one on the same `tmp_path` finds its runs and settings."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme.set_font_size(app, theme.USUAL_SIZE)
    script = script or Script(write=True)
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    return present(qtbot, make(settings, tmp_path / "runs", Session(runner=script.run, resumer=script.resume)))


def finish_run(window: MainWindow, qtbot) -> Path:
    """Start, and wait until the finished run was read again from disk; return its folder."""
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
        live = window.viewer.live
    qtbot.waitUntil(lambda: window.viewer.shown is not live)
    return window.viewer.shown.folder
