"""Every picture of the documentation."""

from __future__ import annotations

from pathlib import Path

import torch
from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest

from backend.api import RunConfig, RunEnded
from backend.ending import ending
from gui.session import Session
from gui.widgets.errors import ErrorDialog
from gui.widgets.preferences import PreferencesDialog
from gui.widgets.shortcuts import ShortcutsDialog
from tests.screenshots import runs
from tests.screenshots.scene import DOCS, Scene, Take, docs
from tests.screenshots.steps import (
    answered,
    ask,
    drawn_picture,
    estimated,
    replaying,
    run_to_the_moment,
    show_comparison,
    show_drift,
)

CHART = QSize(720, 420)
MIDWAY = 0.25
"""Share of a run of the queue, at which its picture is taken."""

# --- the whole window ---


@docs("empty")
def first_start(scene: Scene) -> QPixmap:
    with scene.stage(empty=True) as it:
        it.wait(lambda: estimated(it), "an estimate")
        it.rest(2.0)  # the thumbnails
        return it.picture()


@docs("live-running")
def live_running(scene: Scene) -> QPixmap:
    with scene.stage(session=replaying(scene.made)) as it:
        run_to_the_moment(it)
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

    def fail(config: RunConfig, folder: Path, emit, gate) -> RunEnded:
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
        state = window.queueing.state
        it.wait(lambda: state.lineup.folders("finished"), "the first run of the queue")
        it.wait(lambda: any(state.progress(folder).share > MIDWAY for folder in window.queueing.on), "the second run")
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
        show_drift(it, alone=True)
        return it.window.parts.drift.map.grab()


@docs("transport-plan")
def transport_plan(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it, alone=True)
        return it.window.parts.drift.plan.grab()


@docs("strength")
def strength(scene: Scene) -> QPixmap:
    with scene.stage() as it:
        show_drift(it, alone=True)
        return it.window.parts.drift.over_tasks.grab()
