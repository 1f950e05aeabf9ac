"""States of pages that are worth a look: empty, busy, in trouble."""

from __future__ import annotations

from PySide6.QtGui import QPixmap

from tests.screenshots import runs
from tests.screenshots.scene import MORE, Scene, Take, more
from tests.screenshots.steps import drawn_picture, replaying, run_to_the_moment


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
    with scene.stage(session=replaying(scene.made)) as it:
        run_to_the_moment(it)
        it.go(it.window.parts.drift)
        return it.picture()


@more("compare-no-shared-seed")
def compare_no_shared_seed(scene: Scene) -> QPixmap:
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
