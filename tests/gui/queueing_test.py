"""The window's queue: turns come one after the other, all of it is there again, and one window works it off."""

from __future__ import annotations

import json
import shutil

import pytest
from PySide6.QtCore import QThreadPool

from backend.api import Capacity, Need, RunConfig, RunFolderError, StudioError, list_runs, prepare_run
from gui import background, hearing, measuring
from gui.control import Control
from gui.docks.queue import QueuePanel
from gui.queueing import Queueing
from gui.session import Session
from gui.widgets.banner import Banner
from tests.gui.example_run import events
from tests.gui.fake_runs import Script
from tests.gui.fake_workers import FakeWorkers

ONE = RunConfig()
THREE = [ONE.replaced(run={"seed": seed}) for seed in range(3)]


class Home:
    """A window's worth of parts around a queue."""

    def __init__(self, qtbot, root, session):
        self.control = Control(session, root)
        self.panel, self.banner = QueuePanel(), Banner()
        qtbot.addWidget(self.panel)
        qtbot.addWidget(self.banner)
        self.queueing = Queueing(self.control, self.panel, self.banner, self.control)
        self.workers = FakeWorkers.made[-1]
        self.said, self.failed = [], []
        for source in (self.queueing, self.control):
            source.said.connect(self.said.append)
            source.failed.connect(self.failed.append)

    @property
    def state(self):
        return self.queueing.state

    @property
    def fates(self):
        return [turn.fate for turn in self.state.lineup.turns]


@pytest.fixture
def script():
    made = Script(write=True)
    made.step_seconds = 0.01
    return made


@pytest.fixture
def make(qtbot, tmp_path, monkeypatch, script):
    monkeypatch.setattr(FakeWorkers, "made", [], raising=False)
    monkeypatch.setattr(hearing, "Workers", FakeWorkers)
    monkeypatch.setattr(hearing, "HEAR_MS", 5)
    monkeypatch.setattr(measuring, "capacity", lambda wanted, running: Capacity(2, "memory", Need(10**9)))
    homes = []

    def make_one():
        home = Home(qtbot, tmp_path / "runs", Session(runner=script.run, resumer=script.resume))
        homes.append(home)
        return home

    yield make_one
    for home in homes:
        home.control.stop()
        qtbot.waitUntil(lambda home=home: not home.control.session.running)
        background.wait()
        home.queueing.close()


@pytest.fixture
def home(make):
    return make()


def prepare(qtbot, home, configs=THREE, *, begin=False):
    """Ask for runs and wait until they are there; return their folders."""
    before = len(home.queueing.folders)
    home.queueing.prepare(configs, begin=begin)
    qtbot.waitUntil(lambda: len(home.queueing.folders) == before + len(configs))
    return home.queueing.folders[before:]


def settle(qtbot, home):
    """Wait until what was last is on the disk."""
    qtbot.waitUntil(lambda: home.queueing._keeping.settled and home.queueing._keeping._on_disk == home.state.kept())


def test_one_after_the_other_in_order_and_the_end_is_told_once(qtbot, home):
    first, second, third = prepare(qtbot, home, begin=True)
    assert home.workers.begun == [first]
    home.workers.end(first)
    qtbot.waitUntil(lambda: home.workers.begun == [first, second])
    home.workers.end(second, "failed", "It failed.")
    qtbot.waitUntil(lambda: home.workers.begun[-1] == third)
    with qtbot.waitSignal(home.queueing.finished) as done:
        home.workers.end(third)
    assert done.args == [3, 1]
    assert home.said[-1] == f"The queue is done: 1 of 3 runs did not finish ({second.name})"
    assert home.fates == ["finished", "failed", "finished"]
    assert home.state.held, "what is added next waits for a click"


@pytest.fixture
def one_by_one():
    """A pool that does one thing after the other."""
    pool = QThreadPool.globalInstance()
    usual = pool.maxThreadCount()
    pool.setMaxThreadCount(1)
    yield
    pool.setMaxThreadCount(usual)


@pytest.mark.usefixtures("one_by_one")
def test_what_is_wished_before_the_old_queue_was_read_is_not_lost(qtbot, home):
    home.queueing.restore()
    home.queueing.set_at_once(2)
    home.queueing.prepare(THREE, begin=True)
    home.queueing.prepare(THREE, begin=True)
    qtbot.waitUntil(lambda: len(home.queueing.folders) == 6)
    assert home.state.at_once == 2
    qtbot.waitUntil(lambda: len(home.workers.begun) == 2)


def test_added_runs_wait_until_somebody_starts_the_queue(qtbot, home):
    folders = prepare(qtbot, home)
    assert home.workers.begun == []
    assert [run.state for run in list_runs(folders[0].parent)] == ["queued"] * 3
    assert "added to the queue" in home.said[-1]
    home.queueing.hold(False)
    assert home.workers.begun == [folders[0]]


def test_no_more_at_once_than_chosen_and_than_fit(qtbot, home):
    folders = prepare(qtbot, home, begin=True)
    home.queueing.set_at_once(5)
    qtbot.waitUntil(lambda: home.workers.begun == list(folders[:2]))
    home.workers.end(folders[1])
    qtbot.waitUntil(lambda: home.workers.begun == list(folders))


def test_a_killed_run_stops_no_other_and_goes_on_with_one_click(qtbot, home):
    first, second, third = prepare(qtbot, home, begin=True)
    home.workers.end(first, "failed", "The worker is gone.", died=True)
    qtbot.waitUntil(lambda: home.workers.begun == [first, second])
    assert home.fates == ["killed", "running", "waiting"]
    assert first in home.control.runs.queued, "nobody else offers to resume it"
    home.queueing.retry([first])
    assert home.state.lineup.folders("waiting") == (first, third)
    home.workers.end(second)
    qtbot.waitUntil(lambda: home.workers.begun == [first, second, first])


def test_a_held_queue_lets_what_is_on_end_and_begins_no_other(qtbot, home):
    first, *_ = prepare(qtbot, home, begin=True)
    home.queueing.hold(True)
    with qtbot.waitSignal(home.queueing.idle):
        home.workers.end(first)
    assert home.fates == ["finished", "waiting", "waiting"]
    assert home.workers.begun == [first]


def test_order_is_changed_while_it_works_and_kept(qtbot, home, make):
    first, second, third = prepare(qtbot, home, begin=True)
    home.queueing.put([third], 0)
    settle(qtbot, home)
    home.workers.end(first)
    qtbot.waitUntil(lambda: home.workers.begun == [first, third])
    settle(qtbot, home)
    kept = json.loads((first.parent / "queue.json").read_text())
    assert [turn["folder"] for turn in kept["turns"]] == [first.name, third.name, second.name]


def test_what_is_taken_out_goes_to_the_trash_unless_it_began(qtbot, home):
    first, second, third = prepare(qtbot, home, begin=True)
    with qtbot.waitSignal(home.control.listed):
        home.queueing.remove([first, third])
    assert home.queueing.folders == (first, second), "what is on stays"
    assert not third.exists()
    assert first.is_dir()
    home.workers.end(first)
    qtbot.waitUntil(lambda: home.fates[0] == "finished")
    home.queueing.clear()
    assert home.queueing.folders == (second,)
    assert first.is_dir()


def test_stop_is_asked_for_first_and_once_more_kills(qtbot, home):
    first, second, _ = prepare(qtbot, home, begin=True)
    home.queueing.stop([first])
    assert (home.workers.stopped, home.workers.killed) == ([first], [])
    home.queueing.stop([first])
    assert home.workers.killed == [first]
    home.workers.end(first, "stopped")
    qtbot.waitUntil(lambda: home.fates[:2] == ["stopped", "running"])
    assert not home.state.progress(second).stopping


def test_the_queue_waits_for_the_windows_own_run_unless_both_are_wished(qtbot, home):
    home.control.start(ONE, home.control.root / "own")
    prepare(qtbot, home, THREE[:2])
    assert not home.state.held, "who adds a run while another is on wants it to follow"
    assert home.workers.begun == []
    home.queueing.set_beside(True)
    assert len(home.workers.begun) == 1
    home.queueing.set_beside(False)
    home.workers.end(home.workers.begun[0])
    qtbot.waitUntil(lambda: home.fates == ["finished", "waiting"])
    with qtbot.waitSignal(home.control.run_ended):
        home.control.stop()
    qtbot.waitUntil(lambda: len(home.workers.begun) == 2)


def test_the_first_run_after_start_is_shown_live(qtbot, home, script):
    first, *_ = prepare(qtbot, home, THREE[:2], begin=True)
    script.write = True
    said = list(events(3, 2, 6))
    with qtbot.waitSignal(home.control.viewer.switched):
        home.workers.say(first, said[0])
    assert home.control.viewer.shown.folder == first


def test_a_run_that_the_window_takes_up_itself_leaves_the_queue(qtbot, home):
    folders = prepare(qtbot, home)
    home.control.resume(folders[1])
    qtbot.waitUntil(lambda: home.queueing.folders == (folders[0], folders[2]))


def test_the_next_window_finds_it_paused_and_goes_on_with_one_click(qtbot, home, make):
    first, second, third = prepare(qtbot, home, begin=True)
    home.queueing.set_at_once(2)
    home.queueing.close()
    shutil.rmtree(first)
    again = make()
    again.queueing.restore()
    qtbot.waitUntil(lambda: len(again.queueing.folders) == 2)
    assert (again.state.held, again.state.at_once) == (True, 2)
    assert again.fates == ["waiting", "waiting"], "one that never said a word waits again, one that is gone is left out"
    assert again.banner.text.text() == "The queue of last time: 2 runs wait."
    assert again.state.config(third) == THREE[2]
    again.banner.button.click()
    qtbot.waitUntil(lambda: again.workers.begun == [second, third])


def test_runs_that_went_on_without_a_window_are_found_again(qtbot, home, make, script):
    first, *_ = prepare(qtbot, home, THREE[:1], begin=True)
    home.queueing.close()
    from backend.store import RunFolder

    with RunFolder.reopen(first):
        again = make()
        again.queueing.restore()
        qtbot.waitUntil(lambda: again.workers.adopted == [first])
    assert again.fates == ["running"]
    with qtbot.waitSignal(again.queueing.finished) as done:
        again.workers.end(first)
    assert done.args == [1, 0]


def test_one_window_at_a_time_and_the_next_takes_over(qtbot, home, make):
    folders = prepare(qtbot, home)
    other = make()
    other.queueing.restore()
    qtbot.waitUntil(lambda: not other.state.owned)
    other.queueing.prepare([ONE], begin=True)
    qtbot.waitUntil(lambda: bool(other.failed))
    assert "Another window" in other.failed[0].sentence
    assert other.queueing.folders == ()
    home.queueing.close()
    other.queueing.hold(True)
    qtbot.waitUntil(lambda: other.queueing.folders == folders)
    assert other.workers.begun == []


def test_a_damaged_queue_is_said_and_does_not_stand_in_the_way(qtbot, home):
    home.control.root.mkdir()
    (home.control.root / "queue.json").write_text("{")
    home.queueing.restore()
    qtbot.waitUntil(lambda: bool(home.failed))
    assert isinstance(home.failed[0], RunFolderError)
    prepare(qtbot, home, THREE[:1])
    settle(qtbot, home)
    assert json.loads((home.control.root / "queue.json").read_text())["turns"]


def test_runs_that_exist_can_be_added_but_not_finished_ones(qtbot, home, script):
    root = home.control.root
    prepare_run(ONE, root / "cut")
    with qtbot.waitSignal(home.queueing.changed):
        home.queueing.add([root / "cut"])
    qtbot.waitUntil(lambda: home.queueing.folders == (root / "cut",))
    with qtbot.waitSignal(home.control.run_ended):
        home.control.start(ONE, root / "whole")
    home.failed.clear()
    home.queueing.add([root / "whole"])
    qtbot.waitUntil(lambda: bool(home.failed))
    assert "has finished" in home.failed[0].sentence


def test_closing_puts_stopped_runs_back_first_in_line(qtbot, home):
    first, *_ = prepare(qtbot, home, begin=True)
    home.queueing.stop_all()
    assert home.workers.stopped == [first]
    with qtbot.waitSignal(home.queueing.idle):
        home.workers.end(first, "stopped")
    assert home.state.lineup.folders("waiting")[0] == first
    assert home.workers.begun == [first], "no other begins"


def test_a_disk_that_refuses_the_queue_is_said_and_tried_again(qtbot, home, monkeypatch):
    prepare(qtbot, home)
    settle(qtbot, home)
    file = home.queueing._keeping._file
    write = file.write

    def refuse(kept):
        raise StudioError("The disk is full.", "Free some space.")

    monkeypatch.setattr(file, "write", refuse)
    home.queueing.set_at_once(3)
    qtbot.waitUntil(lambda: bool(home.failed))
    home.queueing.refresh()
    background.wait()
    qtbot.wait(1)
    assert len(home.failed) == 1, "it is said once"
    monkeypatch.setattr(file, "write", write)
    home.queueing.set_at_once(4)
    settle(qtbot, home)
    assert json.loads((home.control.root / "queue.json").read_text())["at_once"] == 4
