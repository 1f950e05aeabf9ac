"""Every picture of the documentation: a function that puts a window into a state and returns what is seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from backend.api import RunConfig, RunEnded
from backend.datasets import drawn
from backend.demo import scene as picture
from backend.ending import ending
from gui.session import Session
from gui.widgets.confusion import ConfusionWindow
from gui.widgets.errors import ErrorDialog
from gui.widgets.preferences import PreferencesDialog
from gui.widgets.shortcuts import ShortcutsDialog
from tests.screenshots import runs
from tests.screenshots.replay import Replay, is_moment
from tests.screenshots.stage import Stage, stage

THING, SEED = 17, 2
"""Which class of the drawn world is shown on Try it, and which picture of it: one that is forgotten in the end."""
CHART = QSize(720, 420)


@dataclass(frozen=True)
class Scene:
    """Where a picture is taken.

    Attributes:
        scratch: an empty folder.
        made: the runs.
    """

    scratch: Path
    made: Path

    def stage(self, *, empty: bool = False, session: Session | None = None):  # noqa: ANN201 - a context manager
        """Open a window on the runs, or on none."""
        return stage(self.scratch, None if empty else self.made, session)


Take: TypeAlias = Callable[[Scene], QPixmap]
DOCS: dict[str, Take] = {}
"""Pictures of the documentation, by the name of their file."""
MORE: dict[str, Take] = {}
"""States that are worth a look and not in the documentation."""


def docs(name: str) -> Callable[[Take], Take]:
    """Make a function one that takes a picture of the documentation."""

    def add(take: Take) -> Take:
        DOCS[name] = take
        return take

    return add


def more(name: str) -> Callable[[Take], Take]:
    """Make a function one that takes a picture that is only looked at."""

    def add(take: Take) -> Take:
        MORE[name] = take
        return take

    return add


# --- the whole window ---


@docs("empty")
def first_start(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.wait(lambda: estimated(it), "an estimate")
        it.rest(2.0)  # the thumbnails
        return it.picture()


@docs("live-running")
def live_running(scene: Scene) -> QPixmap:
    replay = Replay(scene.made / runs.MAIN)
    with scene.stage(session=Session(runner=replay.run)) as it:
        viewer = it.window.viewer
        it.window.parts.new_run.load(replay.config)
        it.window.start()
        it.wait(lambda: viewer.shown is not None and is_moment(viewer.shown.curves), "the moment")
        return it.picture()


@docs("live")
def live(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        return it.picture()


@docs("compare")
def compare(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_comparison(it, it.runs)
        return it.picture()


@docs("data")
def data(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.go(it.window.parts.data)
        it.rest(3.0)  # the thumbnails
        return it.picture()


@docs("drift")
def drift(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it)
        return it.picture()


@docs("try-it")
def try_it(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        ask(it, drawn_picture(scene.scratch))
        return it.picture()


# --- what lies over the window ---


@docs("palette")
def palette(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        it.window.comforts.open_palette()
        found = it.window.comforts.palette
        assert found is not None
        QTest.keyClicks(found.field, "dmc")
        return it.picture()


@docs("confusion")
def confusion(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        it.window.looking.open_cell(4, 0)
        return answered(it).grab()


@docs("settings")
def settings(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.window.comforts.show_preferences()
        it.rest(1.0)
        return it.part(PreferencesDialog).grab()


@docs("shortcuts")
def shortcuts(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.window.comforts.show_shortcuts()
        it.rest()
        return it.part(ShortcutsDialog).grab()


@docs("error")
def error(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.window.viewer.open(it.runs / "a-run-that-is-gone")
        it.rest()
        return it.part(ErrorDialog).grab()


@docs("out-of-memory")
def out_of_memory(scene: Scene) -> QPixmap:
    """A run that fails at once as one does on a device that has too little: such a device is not always at hand."""

    def fail(config: RunConfig, folder: Path, emit, gate) -> RunEnded:  # noqa: ANN001 - as the engine's
        folder.mkdir(parents=True, exist_ok=True)
        ended = ending(torch.OutOfMemoryError(), 1.0)
        emit(ended)
        return ended

    with scene.stage(session=Session(runner=fail)) as it:
        it.window.start()
        it.wait(lambda: it.window.findChildren(ErrorDialog), "the offer")
        it.rest()
        return it.part(ErrorDialog).grab()


# --- parts of the window ---


@docs("form")
def form(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        panel = it.window.parts.new_run
        panel.draft.set("method.name", "dmc")
        panel.draft.set("run.batch_size", 64)
        it.wait(lambda: estimated(it), "an estimate")
        it.rest(2.0)  # the thumbnails
        return it.crop(it.window.docks["New run"])


@docs("runs")
def run_table(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        return it.crop(it.window.docks["Runs"])


@docs("queue")
def queue(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        window = it.window
        wanted = [("simple_cil", 3), ("dmc_ot", 3), ("dmc", 3), ("simple_cil", 4), ("dmc_ot", 4), ("dmc", 4)]
        configs = [RunConfig().replaced(method={"name": name}, run={"seed": seed}) for name, seed in wanted]
        window.queueing.prepare(configs, begin=True)
        window.show_queue()
        lineup = window.queueing.state.lineup
        it.wait(lambda: lineup.folders("finished"), "the first run of the queue")
        it.wait(lambda: any("Task" in row.words for row in window.parts.queue.model.rows), "the second run")
        return it.crop(window.docks["Runs"])


# --- one chart each ---


def take_chart(name: str) -> Take:
    """Return what takes a picture of one chart of the Live page."""

    def take(scene: Scene) -> QPixmap:
        with scene.stage() as it:
            it.open(runs.MAIN)
            page = it.window.parts.live
            page.choice.choose([name])
            page.grid.show_only([name])
            page.grid.setFixedSize(CHART)
            it.rest()
            (found,) = (chart for chart in page.charts if chart.id == name)
            return found.grab()

    return take


for _name in ("accuracy", "matrix", "loss", "retention", "drift"):
    DOCS[f"chart-{_name}"] = take_chart(_name)


@docs("drift-map")
def drift_map(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it)
        return it.window.parts.drift.map.grab()


@docs("transport-plan")
def transport_plan(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it)
        return it.window.parts.drift.plan.grab()


@docs("strength")
def strength(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it)
        return it.window.parts.drift.over_tasks.grab()


# --- states that are only looked at ---


def empty_page(name: str) -> Take:
    """Return what takes a picture of a page of a window without runs."""

    def take(scene: Scene) -> QPixmap:
        with scene.stage(empty=True) as it:
            it.go(getattr(it.window.parts, name))
            return it.picture()

    return take


for _name in ("compare", "drift", "try_it"):
    MORE[f"{_name.replace('_', '-')}-empty"] = empty_page(_name)


@more("drift-none")
def no_drift(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open("simple_cil-drawn-s0")
        it.go(it.window.parts.drift)
        return it.picture()


@more("drift-running")
def drift_running(scene: Scene) -> QPixmap:
    replay = Replay(scene.made / runs.MAIN)
    with scene.stage(session=Session(runner=replay.run)) as it:
        viewer = it.window.viewer
        it.window.start()
        it.wait(lambda: viewer.shown is not None and is_moment(viewer.shown.curves), "the moment")
        it.go(it.window.parts.drift)
        return it.picture()


@more("compare-refused")
def compare_refused(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        page = it.window.parts.compare
        it.window.pages.setCurrentWidget(page)
        page.show_folders([it.runs / "dmc_ot-drawn-s0", it.runs / "dmc-drawn-s1"])
        it.wait(lambda: not page._busy, "the comparison")
        return it.picture()


@more("try-it-waiting")
def try_it_waiting(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        it.go(it.window.parts.try_it)
        it.window.parts.try_it.open(drawn_picture(scene.scratch))
        it.rest(0.5)
        return it.picture()


@more("try-it-ready")
def try_it_ready(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        it.open(runs.MAIN)
        it.go(it.window.parts.try_it)
        return it.picture()


@more("try-it-refused")
def try_it_refused(scene: Scene) -> QPixmap:
    broken = scene.scratch / "broken.png"
    broken.write_bytes(b"no picture")
    with scene.stage() as it:
        it.open(runs.MAIN)
        it.go(it.window.parts.try_it)
        it.window.parts.try_it.open(broken)
        return it.picture()


@more("data-missing")
def data_missing(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.window.parts.new_run.draft.set("data.name", "cub200")
        it.go(it.window.parts.data)
        it.rest(1.0)
        return it.picture()


@more("form-mistake")
def form_mistake(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.window.parts.new_run.draft.set("split.classes_per_task", 99)
        it.rest(1.5)
        return it.picture()


@more("queue-empty")
def queue_empty(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.window.show_queue()
        return it.crop(it.window.docks["Runs"])


# --- what several of them do ---


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


def show_drift(it: Stage) -> None:
    """Show the last calibration, once the class means of all are read."""
    it.open(runs.MAIN)
    page = it.window.parts.drift
    it.go(page)
    it.wait(lambda: page.state is not None and not page._busy and page.state.next_job() is None, "class means")
    it.rest(1.0)  # arrows grow


def drawn_picture(place: Path) -> Path:
    """Draw a picture that no run has seen; return its file."""
    texture, colour, shape = drawn.THINGS[THING]
    rng = np.random.default_rng(SEED)
    made = picture.draw_picture(rng, texture=texture, colour=colour, shape=shape, shift=drawn.SHIFT)
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


