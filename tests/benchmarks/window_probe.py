"""Programs that `window` starts: the real window without a screen, telling on stdout how fast and how smooth it was.

`python -m tests.benchmarks.window_probe paint` opens the window as `dmc-studio` does and says when it was painted;
`... heartbeat MS thread|process [--tiny]` trains in it, while a timer of MS milliseconds notes how late the window gets
round to it, and the application how long each slot works.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, QTimer

from backend import door
from backend.api import Event, RunConfig, RunEnded, read_config
from gui import app as front
from gui import display, theme
from gui.carriers.carrier import Where
from gui.paint import after_first_paint
from gui.window import MainWindow
from tests.benchmarks.timed_app import TimedApplication


def paint() -> int:
    """Go through the front door, as if there were a display; print the time of day of the first paint."""

    class Painted(MainWindow):
        def __init__(self, settings: QSettings) -> None:
            super().__init__(settings)
            after_first_paint(self, self._tell)

        def _tell(self) -> None:
            _print({"painted": time.time(), "torch": "torch" in sys.modules})
            self.close()

    display.has_display = lambda *_: True
    front.MainWindow = Painted
    return door.main([])


class Heart(QObject):
    """Beats in the window's thread, and notes how long it was from one beat to the next."""

    def __init__(self, parent: QObject, milliseconds: int) -> None:
        super().__init__(parent)
        self.intervals: dict[str, list[float]] = {"loading": [], "training": []}
        self.seconds = dict.fromkeys(self.intervals, 0.0)
        self._phase = "loading"
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(milliseconds)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def hear(self, events: list[Event]) -> None:
        """Follow the run: torch is loaded until it says that it has started."""
        # What is heard here was said before: a stall that began while torch was loaded counts as loading.
        if any(event.kind == "run_started" for event in events):
            self._beat()
            self._phase = "training"

    def stop(self) -> None:
        """Count no further."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.intervals[self._phase].append(now - self._last)
        self.seconds[self._phase] += now - self._last
        self._last = now


def heartbeat(milliseconds: int, where: Where, *, tiny: bool) -> int:
    """Run the demo in the window; print all intervals in seconds, those before the run's first word apart."""
    config = read_config("", ["method.name=simple_cil"]) if tiny else RunConfig()
    app = TimedApplication(sys.argv[:1])
    front.make_app()
    theme.apply(app, theme.LIGHT)
    with tempfile.TemporaryDirectory() as scratch:
        window = MainWindow(QSettings(f"{scratch}/window.ini", QSettings.Format.IniFormat), Path(scratch) / "runs")
        window.offers.quiet = True
        window.session.where = where
        ended: list[RunEnded] = []

        def start() -> None:
            heart = Heart(window, milliseconds)
            window.session.events.connect(heart.hear)
            window.control.run_ended.connect(lambda end: finish(heart, end))
            app.seconds.clear()
            window.control.start(config)

        def finish(heart: Heart, end: RunEnded) -> None:
            heart.stop()
            ended.append(end)
            charts = sum(chart.isVisible() for chart in window.parts.live.charts)
            told = {"outcome": end.outcome, "charts": charts, "slots": app.seconds}
            _print({**told, "intervals": heart.intervals, "seconds": heart.seconds})
            QTimer.singleShot(0, window, window.close)

        window.control.failed.connect(lambda _: window.close())
        after_first_paint(window, start)
        window.show()
        app.exec()
    return 0 if ended and ended[0].outcome == "finished" else 1


def _print(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.exit(paint() if sys.argv[1] == "paint" else heartbeat(int(sys.argv[2]), sys.argv[3], tiny="--tiny" in sys.argv))
