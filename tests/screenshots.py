"""`make screenshots`: the pictures of the window in the README, from a demo run in the midst of its last task but one.

`python -m tests.screenshots --run FOLDER` replays a finished run up to the same moment, which takes seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QSettings, QTimer, qInstallMessageHandler

from backend.api import Event, Gate, RunConfig, RunEnded, StudioError, open_run, run
from gui import demo, theme
from gui.app import make_app
from gui.paint import after_first_paint
from gui.session import Session
from gui.state.curves import Curves
from gui.window import MainWindow

DOCS = Path(__file__).parents[1] / "docs"
SHARE = 0.6
"""Of stage 1, at which the picture is taken."""

THUMBNAILS_MS = 2000
"""Within which the first thumbnails are there."""


def is_moment(curves: Curves) -> bool:
    """Tell whether charts are live and partly filled: the last task but one is being learned."""
    midway = curves.stage == "adapt" and curves.step >= SHARE * curves.steps
    return curves.task == max(0, len(curves.tasks) - 2) and midway


def beginning(events: Sequence[Event]) -> Iterator[Event]:
    """Yield what a run said up to the moment, as if it were said just now."""
    curves, before = Curves(), []
    for event in events:
        curves.add(event)
        before.append(event)
        if is_moment(curves):
            break
    late = time.time() - before[-1].at
    return (event.model_copy(update={"at": event.at + late}) for event in before)


class Replay:
    """Says again what a run said, then waits to be stopped."""

    def __init__(self, folder: Path) -> None:
        record = open_run(folder)
        self.config, self._events = record.config, record.events

    def run(self, config: RunConfig, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
        for event in beginning(self._events):
            emit(event)
        while not gate.stopping:
            time.sleep(0.01)
        ended = RunEnded(at=time.time(), outcome="stopped", seconds=0.0)
        emit(ended)
        return ended


def take(config: RunConfig, session: Session, place: Path) -> list[Path]:
    """Start a run in a window that nobody sees; return the pictures taken at the moment, none if it never came."""
    pictures: list[Path] = []
    taking = False
    qInstallMessageHandler(demo.tell_qt)
    app = make_app()
    theme.apply(app, theme.LIGHT)
    with TemporaryDirectory() as scratch:
        window = MainWindow(QSettings(f"{scratch}/w.ini", QSettings.Format.IniFormat), Path(scratch) / "runs", session)
        window.offers.quiet = True
        window.resize(demo.SIZE)
        teller = demo.Teller(window, demo.Console())

        def look() -> None:
            # Taking a picture lets events be handled: without the flag this would be called from within itself.
            nonlocal taking
            shown = window.viewer.shown
            if not taking and shown is not None and is_moment(shown.curves):
                taking = True
                pictures.extend(demo.take_pictures(window, place))
                window.parts.data.looked.connect(lambda: QTimer.singleShot(THUMBNAILS_MS, window, look_at_data))
                window.pages.setCurrentWidget(window.parts.data)

        def look_at_data() -> None:
            pictures.append(place / "data.png")
            window.grab().save(str(pictures[-1]))
            window.closing.stop_and_close()

        # After the window itself has taken the events.
        window.viewer.grown.connect(lambda _: QTimer.singleShot(0, window, look))
        window.control.run_ended.connect(lambda _: QTimer.singleShot(0, window, window.close))
        after_first_paint(window, lambda: window.control.start(config))
        window.show()
        app.exec()
        teller.close()
        window.deleteLater()
    return pictures


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, metavar="FOLDER", help="replay this finished run instead of training")
    parser.add_argument("--to", type=Path, metavar="FOLDER", default=DOCS, help="where the pictures go")
    options = parser.parse_args(arguments)
    try:
        replay = Replay(options.run) if options.run else None
    except StudioError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    config = replay.config if replay else RunConfig()
    pictures = take(config, Session(runner=replay.run if replay else run), options.to)
    for picture in pictures:
        sys.stdout.write(f"{picture}\n")
    return 0 if pictures else 1


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.exit(main())
