"""`dmc-studio --demo`: the demo run starts by itself; without a display it leaves pictures of the window."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, QMessageLogContext, QSettings, QSize, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from backend.api import RunConfig, RunEnded
from gui import background, theme
from gui.paint import after_first_paint
from gui.state.log import STAGES, Line, clock
from gui.window import MainWindow

SIZE = QSize(1600, 1000)
_EXIT = {"finished": 0, "failed": 1, "stopped": 130}


def free_folder(place: Path) -> Path:
    """Return `run`, `run-2`, ... in `place`: the first that is not there yet."""
    folder, number = place / "run", 1
    while folder.exists():
        number += 1
        folder = place / f"run-{number}"
    return folder


def run_offscreen(app: QApplication, place: Path, config: RunConfig | None = None) -> int:
    """Run the demo in a window that nobody sees, tell the terminal, leave pictures; return the exit code."""
    told_before = qInstallMessageHandler(tell_qt)
    theme.apply(app, theme.LIGHT)
    with TemporaryDirectory() as scratch:
        window = MainWindow(QSettings(f"{scratch}/window.ini", QSettings.Format.IniFormat), place)
        window.offers.quiet = True
        window.resize(SIZE)
        code = _play(window, config or RunConfig(), place)
        window.close()
        window.deleteLater()
    qInstallMessageHandler(told_before)
    return code


def _play(window: MainWindow, config: RunConfig, place: Path) -> int:
    teller = Teller(window, Console())
    endings: list[RunEnded] = []
    loop = QEventLoop()
    window.control.run_ended.connect(endings.append)
    window.control.run_ended.connect(lambda _: QTimer.singleShot(0, loop, loop.quit))
    window.control.failed.connect(lambda _: None if window.session.running else loop.quit())
    folder = free_folder(place)
    after_first_paint(window, lambda: window.control.start(config, folder))
    before = signal.signal(signal.SIGINT, lambda *_: window.control.stop())
    window.show()
    loop.exec()
    signal.signal(signal.SIGINT, before)
    teller.close()
    if not endings:
        return 1
    teller.sum_up(endings[0], folder, take_pictures(window, place))
    return _EXIT[endings[0].outcome]


def tell_qt(level: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Pass on what Qt has to say, but not what it misses without a screen; for `qInstallMessageHandler`."""
    if not message.startswith("This plugin does not support"):
        sys.stderr.write(f"{message}\n")


def take_pictures(window: MainWindow, place: Path) -> list[Path]:
    """Save the window as it is, light and dark, into `place`."""
    place.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name, colours in (("window-dark.png", theme.DARK), ("window.png", theme.LIGHT)):
        window.set_theme(colours)
        _settle(window)
        window.grab().save(str(place / name))
        paths.insert(0, place / name)
    return paths


def _settle(window: MainWindow) -> None:
    """Let answers of the pool arrive and every chart be drawn."""
    background.wait()
    for _ in range(3):
        QApplication.processEvents()
    window.parts.live.draw_now()
    QApplication.processEvents()


class Teller:
    """Progress of the live run in the terminal."""

    def __init__(self, window: MainWindow, console: Console) -> None:
        self._viewer = window.viewer
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._bar = self._progress.add_task("Starting", total=1.0, figures="")
        self._progress.start()
        window.viewer.grown.connect(self._grow)

    def close(self) -> None:
        """Take the bar away; the terminal is as before."""
        self._progress.stop()

    def sum_up(self, ended: RunEnded, folder: Path, pictures: list[Path]) -> None:
        """Say how it ended and where everything is."""
        shown = self._viewer.shown
        if ended.outcome == "failed":
            self._say(f"Failed: {ended.message} {ended.hint}".rstrip())
        elif shown is not None and shown.curves.average is not None:
            curves = shown.curves
            self._say(f"Avg {curves.average:.1f}   Last {curves.last:.1f}   forgetting {curves.forgetting:.1f}")
        self._say(f"Run folder  {folder}")
        for picture in pictures:
            self._say(f"Picture     {picture}")

    def _grow(self, lines: list[Line]) -> None:
        for line in lines:
            self._say(f"{line.clock}  {line.text}")
        shown = self._viewer.shown
        if shown is None:
            return
        curves = shown.curves
        stage = STAGES.get(curves.stage or "", "Starting")
        left = curves.eta_seconds(time.time())
        figures = f"{curves.step}/{curves.steps}  {curves.rate:,.0f} images/s" if curves.steps else ""
        figures += f"  ETA {clock(left)}" if left is not None else ""
        label = f"Task {curves.task + 1}/{len(curves.tasks)}  {stage}" if curves.tasks else stage
        self._progress.update(self._bar, description=label, completed=curves.progress(), figures=figures)

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
