"""A window as a user has it, on a home of its own and a data set that takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from gui.session import Session
from gui.window import MainWindow
from tests import leaks
from tests.e2e.hands import finished_runs, worker_command
from tests.windows import make, present


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    yield from leaks.watch()


@pytest.fixture
def open_window(qtbot, qapp, tmp_path) -> Iterator[Callable[[], MainWindow]]:
    """Open the window again and again on the same runs and settings."""
    windows: list[MainWindow] = []

    def open_one() -> MainWindow:
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = make(settings, tmp_path / "runs", Session(command=worker_command))
        present(qtbot, window)
        windows.append(window)
        return window

    yield open_one
    for window in windows:
        if window.session.running:
            window.control.stop()
            qtbot.waitUntil(lambda window=window: not window.session.running, timeout=30_000)


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> list[Path]:
    """Three finished runs that differ in their seed; read them only."""
    return finished_runs(tmp_path_factory.mktemp("trained"), 3)


@pytest.fixture
def runs(trained, tmp_path) -> list[Path]:
    """The same, among the runs of the window, to be changed at will."""
    return [shutil.copytree(folder, tmp_path / "runs" / folder.name) for folder in trained]
