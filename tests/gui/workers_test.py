"""Several worker processes of one window: heard together, stopped one by one, and found again."""

from __future__ import annotations

import os

import pytest

from backend.api import open_run
from gui.carriers.carrier import Over
from gui.carriers.workers import Workers
from tests import scripted

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
RUN_MS = 30_000


def hear(workers, said):
    said += workers.take(100)
    return {folder.name: item for folder, item in said if isinstance(item, Over)}


@pytest.mark.slow
def test_what_befalls_one_touches_no_other_and_a_window_that_comes_later_finds_it(qtbot, tmp_path):
    workers, said = Workers(scripted.command), []
    folders = {name: scripted.prepared(tmp_path / name) for name in ("endless", "killed", "good")}
    for folder in folders.values():
        workers.start(folder)
    with pytest.raises(RuntimeError):
        workers.start(folders["good"])
    qtbot.waitUntil(lambda: len(hear(workers, said)) == 2, timeout=RUN_MS)
    over = hear(workers, said)
    assert (over["killed"].died, over["good"].died) == (True, False)
    assert over["good"].ended.outcome == "finished"
    assert workers.folders == (folders["endless"],)

    left = workers._carriers[folders["endless"]]
    workers.leave()
    assert workers.take(100) == []
    later, heard = Workers(scripted.command), []
    later.adopt(folders["endless"])
    qtbot.waitUntil(lambda: bool(later.take(1)), timeout=RUN_MS)
    later.stop(folders["endless"])
    qtbot.waitUntil(lambda: bool(hear(later, heard)), timeout=RUN_MS)
    assert hear(later, heard)["endless"].ended.outcome == "stopped"
    assert later.folders == ()
    assert open_run(folders["endless"]).state == "stopped"
    left.close()


def test_what_is_no_run_folder_fails_with_a_sentence(qtbot, tmp_path):
    workers, said = Workers(scripted.command), []
    workers.start(tmp_path / "gone")
    qtbot.waitUntil(lambda: bool(hear(workers, said)))
    over = hear(workers, said)["gone"]
    assert (over.died, over.ended.outcome) == (False, "failed")
    assert "is not a run folder" in over.ended.message
