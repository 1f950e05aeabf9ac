"""What several pictures need done before they are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from backend.datasets import drawn
from backend.demo import scene
from gui.session import Session
from gui.widgets.confusion import ConfusionWindow
from tests.screenshots import runs
from tests.screenshots.replay import Replay, is_moment
from tests.screenshots.stage import Stage

THING, SEED = 17, 2
"""Which class of the drawn world is shown on Try it, and which picture of it: one that is forgotten in the end."""
ALONE = QSize(1320, 1040)
"""Of a window that has put its panels away."""


def replaying(made: Path) -> Session:
    """Return what tells a finished run again, whichever run is started."""
    return Session(runner=Replay(made / runs.MAIN).run)


def run_to_the_moment(it: Stage) -> None:
    """Start what the form asks for, and wait until the picture is worth taking."""
    viewer = it.window.viewer
    it.window.start()
    it.wait(lambda: viewer.shown is not None and is_moment(viewer.shown.curves), "the moment")


def estimated(it: Stage) -> bool:
    """Tell whether the form says how long a run takes."""
    text = it.window.parts.new_run.estimate.text
    return text.startswith("Estimate:") and "measuring" not in text


def show_comparison(it: Stage, folder: Path) -> None:
    """Compare all runs, three methods of three seeds each."""
    page = it.window.parts.compare
    it.window.pages.setCurrentWidget(page)
    page.show_folders([folder / name for name in runs.names()])
    it.wait(lambda: page.board.view.comparison.groups and not page._busy, "the comparison")


def show_drift(it: Stage, *, alone: bool = False) -> None:
    """Show the last calibration, once the class means of all are read; with the whole window for the page if wished."""
    it.open(runs.MAIN)
    page = it.window.parts.drift
    if alone:
        for dock in it.window.docks.values():
            dock.hide()
        it.window.resize(ALONE)
    it.go(page)
    it.wait(lambda: page.state is not None and not page._busy and page.state.next_job() is None, "class means")
    it.rest(1.0)  # arrows grow


def drawn_picture(place: Path) -> Path:
    """Draw a picture that no run has seen; return its file."""
    texture, colour, shape = drawn.THINGS[THING]
    rng = np.random.default_rng(SEED)
    made = scene.draw_picture(rng, texture=texture, colour=colour, shape=shape, shift=drawn.SHIFT)
    path = place / f"{texture} {colour} {shape}.png"
    Image.fromarray(made).resize((192, 192), Image.Resampling.LANCZOS).save(path)
    return path


def ask(it: Stage, path: Path) -> None:
    """Ask the run on show about a picture, and wait for the whole answer."""
    page = it.window.parts.try_it
    it.go(page)
    page.open(path)
    it.wait(lambda: page._tried is not None and page._tried.answered.newest, "the first answer")
    page.cards.texts.setFocus()
    QTest.keyClicks(page.cards.texts, "purple castle, red balloon")
    QTest.keyClick(page.cards.texts, Qt.Key.Key_Return)
    it.wait(lambda: not page._answerer.busy, "all answers")
    page._tell_truth(path.stem)
    page._look_for("yes")
    it.wait(lambda: not page._answerer.busy, "similar pictures")


def answered(it: Stage) -> QWidget:
    """Return the confusion window once it shows its answer and its pictures."""
    window = it.part(ConfusionWindow)
    it.wait(lambda: window.table is not None, "the confusion matrix")
    it.rest(3.0)  # the thumbnails
    return window
