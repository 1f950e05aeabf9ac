"""The window as tests show it."""

from __future__ import annotations

from gui.window import MainWindow


def present(qtbot, window: MainWindow) -> MainWindow:
    """Show a window at its usual size, and wait until it has the keyboard."""
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window
