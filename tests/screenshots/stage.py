"""A window that nobody sees, and what is done with it before a picture is taken."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QSettings, QSize
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from gui import background, theme
from gui.session import Session
from gui.window import MainWindow

SIZE = QSize(1440, 900)
PATIENCE = 600.0
"""Seconds, within which what a picture waits for has to come."""

Kind = TypeVar("Kind", bound=QWidget)


class Stage:
    """One window.

    Args:
        window: shown, with its runs listed.
        runs: the folder of its runs.
    """

    def __init__(self, window: MainWindow, runs: Path) -> None:
        self.window, self.runs = window, runs

    # --- time ---

    def wait(self, ready: Callable[[], object], what: str) -> None:
        """Let the window live until something is so.

        Raises:
            TimeoutError: it is not so in time.
        """
        end = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > end:
                raise TimeoutError(what)
            QApplication.processEvents()
            time.sleep(0.005)

    def rest(self, seconds: float = 0.3) -> None:
        """Let answers of the pool arrive, and everything be drawn."""
        end = time.monotonic() + seconds
        background.wait()
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.005)
        self.window.parts.live.draw_now()
        QApplication.processEvents()

    # --- what is done ---

    def open(self, name: str) -> Path:
        """Show a run; return its folder."""
        folder, viewer = self.runs / name, self.window.viewer
        viewer.open(folder)
        self.wait(lambda: viewer.shown is not None and viewer.shown.folder == folder, f"run {name}")
        return folder

    def go(self, page: QWidget) -> None:
        """Show a page."""
        self.window.pages.setCurrentWidget(page)
        self.rest()

    def part(self, kind: type[Kind]) -> Kind:
        """Return the newest part of the window of a kind, such as its dialog, as soon as it is on show.

        Raises:
            TimeoutError: there is none.
        """

        def found() -> list[Kind]:
            return [part for part in self.window.findChildren(kind) if part.isVisible()]

        self.wait(found, kind.__name__)
        return found()[-1]

    # --- pictures ---

    def picture(self, dialog: QWidget | None = None) -> QPixmap:
        """Return the window, with a dialog in its middle."""
        self.rest()
        whole = self.window.grab()
        if dialog is not None:
            painter = QPainter(whole)
            painter.fillRect(self.window.rect(), "#60000000")
            place = QRect(QPoint(), dialog.size())
            place.moveCenter(self.window.rect().center())
            painter.drawPixmap(place.topLeft(), dialog.grab())
            painter.end()
        return whole

    def crop(self, *parts: QWidget, margin: int = 0) -> QPixmap:
        """Return what of the window holds these parts."""
        self.rest()
        area = QRect()
        for part in parts:
            area |= QRect(part.mapTo(self.window, QPoint()), part.size())
        return self.window.grab(area.adjusted(-margin, -margin, margin, margin) & self.window.rect())


@contextmanager
def stage(scratch: Path, made: Path | None, session: Session | None = None, size: QSize = SIZE) -> Iterator[Stage]:
    """Open a window on copies of runs, and close it after.

    Args:
        scratch: an empty folder for settings and runs; its name is in pictures.
        made: the runs; None for a window that has none.
        session: other than usual.
        size: of the window.
    """
    runs = scratch / "runs"
    if made is not None:
        shutil.copytree(made, runs)
    window = MainWindow(QSettings(str(scratch / "w.ini"), QSettings.Format.IniFormat), runs, session)
    window.set_theme(theme.current())
    window.resize(size)
    window.show()
    window.activateWindow()
    made_stage = Stage(window, runs)
    try:
        if made is not None:
            made_stage.wait(window.control.runs.rows, "the list of runs")
        made_stage.rest()
        yield made_stage
    finally:
        _close(made_stage)


def _close(made: Stage) -> None:
    window = made.window
    for part in window.findChildren(QWidget):
        if part.isWindow() and part.isVisible():
            part.close()
    if window.session.running:
        window.control.stop()
    window.queueing.stop_all()
    made.wait(lambda: not window.session.running and not window.queueing.running, "the end of all runs")
    window.close()
    window.deleteLater()
    made.rest(0.05)
