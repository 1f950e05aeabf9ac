"""The index of runs: always what the folders say, and never in the way."""

from __future__ import annotations

import os
import sqlite3

import pytest

from backend import history, index
from backend.config import RunConfig
from backend.events import RunEnded, StepEnded, TaskScored
from backend.index import list_runs, place_of
from backend.labels import Labels, write_labels
from backend.run_curves import indexed_curves, indexed_told
from backend.store import RunFolder
from tests.gui.example_run import events as example

STARTED, *_, ENDED = example(2, 2, 3)


def made(folder, *events):
    with RunFolder.create(folder, RunConfig()) as home:
        for event in events or example(2, 2, 3):
            home.append(event)
    return folder


@pytest.fixture
def root(tmp_path):
    """Three runs; the index is a new one, because the folder is."""
    for name in ("a", "b", "c"):
        made(tmp_path / "runs" / name)
    return tmp_path / "runs"


@pytest.fixture
def reads(monkeypatch):
    """The names of the runs whose folders are read."""
    names = []

    def read(folder):
        names.append(folder.name)
        return history.summary_at_rest(folder)

    monkeypatch.setattr(index, "summary_at_rest", read)
    return names


def test_only_what_has_changed_is_read_again(root, reads):
    before = list_runs(root)
    assert sorted(reads) == ["a", "b", "c"]
    reads.clear()
    assert list_runs(root) == before
    assert reads == []
    write_labels(root / "b", Labels(star=True, tags=("good",), note="Mine"))
    with RunFolder.reopen(root / "c") as home:
        home.append(STARTED)
    now = {run.name: run for run in list_runs(root)}
    assert sorted(reads) == ["b", "c"]
    assert (now["b"].star, now["b"].tags, now["b"].note) == (True, ("good",), "Mine")
    assert now["c"].state == "interrupted"
    assert now["a"] in before


def test_labels_of_the_same_length_are_seen_to_be_others(root):
    for note in ("one", "two"):
        write_labels(root / "a", Labels(note=note))
        assert next(run.note for run in list_runs(root) if run.name == "a") == note


def test_damaged_labels_leave_the_run_in_the_list(root):
    (root / "a" / "labels.json").write_text("{")
    assert [(run.state, run.tags) for run in list_runs(root)] == [("finished", ())] * 3


def test_what_is_gone_leaves_the_list_and_the_index(root, reads):
    list_runs(root)
    (root / "b").rename(root / "d")
    assert [run.name for run in list_runs(root)] == ["a", "c", "d"]
    with sqlite3.connect(place_of(root)) as kept:
        assert sorted(kept.execute("SELECT name FROM runs")) == [(b"a",), (b"c",), (b"d",)]
    kept.close()


def test_a_run_that_is_on_is_running_and_one_that_nobody_began_waits(tmp_path):
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        for event in (None, STARTED):
            if event:
                home.append(event)
            assert [run.state for run in list_runs(tmp_path)] == ["running"]
            assert [run.state for run in list_runs(tmp_path)] == ["running"], "from the index"
    assert [run.state for run in list_runs(tmp_path)] == ["interrupted"]
    RunFolder.create(tmp_path / "next", RunConfig()).close()
    assert {run.name: run.state for run in list_runs(tmp_path)} == {"run": "interrupted", "next": "queued"}


def test_a_damaged_run_is_looked_at_again_each_time(root):
    config = root / "a" / "config.toml"
    kept, status = config.read_text(), config.stat()
    config.write_text("[" + kept[1:].replace("[run]", "[nur]"))
    assert {run.name: run.state for run in list_runs(root)}["a"] == "damaged"
    config.write_text(kept)
    os.utime(config, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert {run.name: run.state for run in list_runs(root)}["a"] == "finished"


def _not_a_database(path):
    path.write_bytes(b"no database" * 100)


def _cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _of_another_version(path):
    with sqlite3.connect(path) as index:
        index.executescript("DROP TABLE runs; CREATE TABLE runs (x); PRAGMA user_version = 99")
    index.close()


def _without_its_tables(path):
    with sqlite3.connect(path) as index:
        index.executescript("DROP TABLE runs; DROP TABLE curves")
    index.close()


def _with_lines_of_nonsense(path):
    with sqlite3.connect(path) as index:
        index.execute("UPDATE runs SET summary = x'ff00'")
        index.execute("UPDATE curves SET told = '[]', adapt = x'01'")
    index.close()


def _locked(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def _a_folder(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "harm",
    [
        _not_a_database, _cut_in_half, _of_another_version, _without_its_tables, _with_lines_of_nonsense, _locked,
        _a_folder,
    ],
)  # fmt: skip
def test_an_index_that_is_harmed_or_held_changes_no_answer(harm, root, monkeypatch):
    monkeypatch.setattr(index, "_PATIENCE", 0.01)
    before, told = list_runs(root), indexed_curves(root / "a").told
    other = harm(place_of(root))
    write_labels(root / "a", Labels(note="new"))
    for _ in range(2):
        now = list_runs(root)
        assert [run.note for run in now] == ["new", "", ""]
        assert now[1:] == before[1:]
        assert indexed_curves(root / "a").told == indexed_told(root / "a") == told
    if other:
        other.close()


def test_without_a_place_for_an_index_runs_are_listed_all_the_same(root, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(index, "index_folder", lambda: tmp_path / "file" / "runs")
    assert len(list_runs(root)) == 3
    assert len(indexed_curves(root / "a").adapt) == 6


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_folder_whose_name_is_no_text_is_kept_too(root, reads):
    (root / "a").rename(os.fsdecode(os.fsencode(root) + b"/\xff"))
    list_runs(root)
    reads.clear()
    assert len(list_runs(root)) == 3
    assert reads == []


def test_curves_are_those_of_the_events_and_come_from_the_index_the_second_time(root, monkeypatch):
    first = indexed_curves(root / "a")
    monkeypatch.setattr("backend.run_curves.read_events", lambda *_: pytest.fail("read again"))
    second = indexed_curves(root / "a")
    steps = [e for e in example(2, 2, 3) if isinstance(e, StepEnded) and e.stage == "align"]
    for curves in (first, second):
        assert curves.told.started == STARTED
        assert curves.told.scores == tuple(e for e in example(2, 2, 3) if isinstance(e, TaskScored))
        assert curves.told.ended == ENDED
        assert curves.align.tolist() == [(e.task, e.step, e.steps, e.loss) for e in steps]
    assert indexed_told(root / "a") == first.told


def test_milestones_read_alone_do_not_stand_for_losses(root):
    indexed_told(root / "a")
    assert len(indexed_curves(root / "a").adapt) == 6


def test_a_run_that_goes_on_is_read_anew(root):
    indexed_curves(root / "a")
    with RunFolder.reopen(root / "a") as home:
        home.append(STARTED.model_copy(update={"first_task": 1, "first_stage": "align", "first_step": 2}))
        for on in (True, False):
            home.append(StepEnded(task=1, stage="align", step=3, steps=3, loss=float(on)))
            curves = indexed_curves(root / "a")
            assert curves.align["loss"][-1] == on
    assert curves.told.ended is None
    assert len(curves.told.scores) == 1
    assert curves.adapt["task"].tolist() == [0] * 3 + [1] * 3
    assert curves.align["step"].tolist() == [1, 2, 3, 1, 2, 3, 3]


def test_what_is_superseded_is_left_out_as_in_the_charts(tmp_path):
    from gui.state.curves import Curves

    told = [*example(3, 2, 4)]
    for task, stage, step in ((0, None, 0), (1, None, 0), (1, "adapt", 2), (2, "align", 3), (2, "evaluate", 0)):
        again = STARTED.model_copy(update={"first_task": task, "first_stage": stage, "first_step": step})
        steps = [e for e in told if isinstance(e, StepEnded)][-3:]
        events = [*told, again, *steps, RunEnded(outcome="stopped", seconds=1)]
        folder = made(tmp_path / f"{task}-{stage}", *events)
        charts, curves = Curves(events), indexed_curves(folder)
        assert list(curves.told.scores) == charts.scores
        for name in ("adapt", "align"):
            assert getattr(curves, name)["loss"].tolist() == charts.losses[name].loss.tolist()


def test_a_run_without_losses_or_events_has_empty_curves(tmp_path):
    RunFolder.create(tmp_path / "run", RunConfig()).close()
    for _ in range(2):
        curves = indexed_curves(tmp_path / "run")
        assert (curves.told.started, curves.told.scores, len(curves.adapt)) == (None, (), 0)
