"""The application: palette, settings, the window, and how it ends."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.icons import icon
from gui.paint import after_first_paint
from gui.preferences import Preferences
from gui.window import MainWindow

_NAME = "DMC Studio"


def make_app() -> QApplication:
    """Return the application, made on the first call."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName(_NAME)
    app.setOrganizationName(_NAME)
    app.setWindowIcon(icon("app"))
    return app


def open_app(*, demo: bool, paths: Sequence[Path], visible: bool) -> int:
    """Open the window, with what lies at these paths, and stay until it is closed; return the exit code."""
    app = make_app()
    if not visible:
        from gui.demo import run_offscreen

        _collect_garbage()
        return run_offscreen(app, Path("demo-run"))
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, _NAME, "window")
    preferences = Preferences(settings)
    theme.set_font_size(app, preferences.font_size)
    with theme.dressing(app, theme.chosen(app, preferences.theme)):
        window = MainWindow(settings)
    window.offers.faults.install()
    signal.signal(signal.SIGINT, lambda *_: window.closing.interrupt())
    if demo:
        after_first_paint(window, window.start_demo)
    elif paths:
        window.comforts.open(paths)
    window.show()
    _collect_garbage()
    return app.exec()


def _collect_garbage() -> None:
    """Begin with it, as `python -m gui` does not; what is there by now stays, and need not be gone through."""
    gc.freeze()
    gc.enable()
