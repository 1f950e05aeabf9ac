"""Programs that `memory` starts: the real window without a screen, telling on stdout how much memory it takes.

`python -m tests.benchmarks.memory_probe idle` shows a finished run and waits;
`... grow RUNS TASKS` feeds it made-up runs of so many tasks, one after the other.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
from PySide6.QtCore import QSettings, QTimer

from backend.api import Event, Gate, RunConfig, RunEnded
from backend.store import RunFolder
from gui import app as front
from gui import theme
from gui.session import Runner, Session
from gui.window import MainWindow
from tests.gui.example_run import events

IDLE_SECONDS = 10
SETTLE_MS = 2000
STEPS = 20
CLASSES = 2
"""Of each task of a made-up run."""
REST_SECONDS = 0.005
"""Between two events, so that the window is fed as a quick run feeds it, not flooded."""


def memory() -> float:
    """Return the megabytes (10^6 bytes) of memory that this process holds."""
    return psutil.Process().memory_info().rss / 1e6


def simulated(config: RunConfig, folder: Path, emit: Callable[[Event], None], _gate: Gate, tasks: int = 5) -> RunEnded:
    """Tell a made-up run as the engine would, and leave its folder."""
    with RunFolder.create(folder, config) as home:
        for event in events(tasks=tasks, size=CLASSES, steps=STEPS):
            home.append(event)
            emit(event)
            time.sleep(REST_SECONDS)
            if isinstance(event, RunEnded):
                return event
    raise RuntimeError("the made-up run has no end")


def idle() -> int:
    """Show a run that has finished; print the memory after a rest, and after a look at every page."""
    found: dict[str, object] = {}

    def look(window: MainWindow) -> None:
        assert window.viewer.shown is not None
        assert window.viewer.shown.curves.ended is not None
        found.update(mb=memory(), torch="torch" in sys.modules)
        for page in range(window.pages.count()):
            window.pages.setCurrentIndex(page)
            front.make_app().processEvents()
        QTimer.singleShot(2000, window, lambda: done(window))

    def done(window: MainWindow) -> None:
        found["all_pages"] = memory()
        window.close()

    def begin(window: MainWindow) -> None:
        window.control.run_ended.connect(lambda _: QTimer.singleShot(1000 * IDLE_SECONDS, window, lambda: look(window)))
        window.control.start(RunConfig())

    _stay(begin, simulated)
    print(json.dumps(found))
    return 0


def grow(runs: int, tasks: int) -> int:
    """Feed made-up runs; print after how many tasks the window took how many megabytes and seconds of its thread."""
    found: dict[str, list[float]] = {"tasks": [], "mb": [], "busy": []}
    over = 0

    def note(window: MainWindow) -> None:
        scored = len(window.viewer.live.curves.scores) if window.viewer.live is not None else 0
        found["tasks"].append(over * tasks + scored)
        found["mb"].append(memory())
        found["busy"].append(time.thread_time())

    def again(window: MainWindow) -> None:
        nonlocal over
        over += 1
        note(window)
        if over < runs:
            window.control.start(RunConfig())
        else:
            window.close()

    def begin(window: MainWindow) -> None:
        clock = QTimer(window, interval=500)
        clock.timeout.connect(lambda: note(window))
        window.control.run_ended.connect(lambda _: QTimer.singleShot(0, window, lambda: again(window)))
        note(window)
        clock.start()
        window.control.start(RunConfig())

    _stay(begin, partial(simulated, tasks=tasks))
    found["busy"] = [seconds - found["busy"][0] for seconds in found["busy"]]
    print(json.dumps(found))
    return 0


def _stay(begin: Callable[[MainWindow], None], runner: Runner) -> None:
    """Open a window, let `begin` use it once it has settled, and stay until it is closed or something fails."""
    app = front.make_app()
    theme.apply(app, theme.LIGHT)
    with tempfile.TemporaryDirectory() as scratch:
        settings = QSettings(f"{scratch}/window.ini", QSettings.Format.IniFormat)
        window = MainWindow(settings, Path(scratch) / "runs", Session(runner=runner))
        window.offers.quiet = True
        sys.excepthook = lambda *error: (sys.__excepthook__(*error), os._exit(1))
        QTimer.singleShot(SETTLE_MS, window, lambda: begin(window))
        window.show()
        app.exec()


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["DMC_STUDIO_PROBE"] = "off"
    sys.exit(idle() if sys.argv[1] == "idle" else grow(int(sys.argv[2]), int(sys.argv[3])))
