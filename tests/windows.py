"""The window as tests show it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from gui import theme
from gui.app import make_app
from gui.session import Session
from gui.window import MainWindow


def make(settings: QSettings, runs: Path, session: Session | None = None) -> MainWindow:
    """Make a light window, as the application does."""
    with theme.dressing(make_app(), theme.LIGHT):
        return MainWindow(settings, runs, session)


def present(qtbot, window: MainWindow) -> MainWindow:
    """Show a window at its usual size, and wait until it has the keyboard."""
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window
