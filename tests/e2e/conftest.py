"""A window as a user has it, on a home of its own and a data set that takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSettings

from gui import theme
from gui.session import Session
from gui.window import MainWindow
from tests import leaks
from tests.e2e.hands import worker_command
from tests.windows import present


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    yield from leaks.watch()


@pytest.fixture
def open_window(qtbot, qapp, tmp_path) -> Iterator[Callable[[], MainWindow]]:
    """Open the window again and again on the same runs and settings."""
    windows: list[MainWindow] = []

    def open_one() -> MainWindow:
        theme.apply(qapp, theme.LIGHT)
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(settings, tmp_path / "runs", Session(command=worker_command))
        present(qtbot, window)
        windows.append(window)
        return window

    yield open_one
    for window in windows:
        if window.session.running:
            window.control.stop()
            qtbot.waitUntil(lambda window=window: not window.session.running, timeout=30_000)
