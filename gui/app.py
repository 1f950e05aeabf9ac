"""The application: palette, settings, the window, and how it ends."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.icons import icon
from gui.paint import after_first_paint
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


def open_app(*, demo: bool, run: Path | None, visible: bool) -> int:
    """Open the window and stay until it is closed; return the exit code."""
    app = make_app()
    if not visible:
        from gui.demo import run_offscreen

        return run_offscreen(app, Path("demo-run"))
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, _NAME, "window")
    theme.apply(app, remembered_theme(app, settings))
    window = MainWindow(settings)
    signal.signal(signal.SIGINT, lambda *_: window.closing.interrupt())
    if demo:
        after_first_paint(window, window.start_demo)
    elif run is not None:
        window.viewer.open(run)
    window.show()
    return app.exec()


def remembered_theme(app: QApplication, settings: QSettings) -> theme.Theme:
    """Return the theme that was chosen last, or the one that the desktop wears."""
    for known in (theme.LIGHT, theme.DARK):
        if settings.value("theme", "") == known.name:
            return known
    return theme.DARK if app.styleHints().colorScheme() is Qt.ColorScheme.Dark else theme.LIGHT
