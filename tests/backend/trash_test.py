"""Runs that are put away come back as they were; others are left alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from backend.config import RunConfig
from backend.errors import RunFolderError, StorageError
from backend.index import list_runs
from backend.renaming import rename_run
from backend.store import RunFolder, open_run
from backend.trash import TRASH, empty_trash, in_trash, restore_run, room_in_trash, trash_run
from tests.gui.example_run import events as example


def made(folder):
    with RunFolder.create(folder, RunConfig()) as home:
        for event in example(2, 2, 3):
            home.append(event)
    return folder


def contents(folder):
    return {path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*.*")}


def put_away_days_ago(folder, days):
    run = trash_run(folder)
    when = (datetime.now(UTC) - timedelta(days=days)).strftime("%Y%m%d-%H%M%S-%f")
    run.folder.parent.rename(run.folder.parent.with_name(when))


def test_a_run_comes_back_exactly_as_it_was(tmp_path):
    before = contents(made(tmp_path / "run"))
    trashed = trash_run(tmp_path / "run")
    assert list_runs(tmp_path) == ()
    assert in_trash(tmp_path) == (trashed,)
    assert trashed.name == "run"
    assert restore_run(trashed) == tmp_path / "run"
    assert contents(tmp_path / "run") == before
    assert in_trash(tmp_path) == ()
    assert open_run(tmp_path / "run").state == "finished"


def test_two_runs_of_one_name_are_kept_apart(tmp_path):
    trashed = [trash_run(made(tmp_path / "run")) for _ in range(2)]
    assert in_trash(tmp_path) == tuple(reversed(trashed))
    restore_run(trashed[1])
    with pytest.raises(RunFolderError, match="another run 'run'"):
        restore_run(trashed[0])
    assert in_trash(tmp_path) == (trashed[0],)
    (tmp_path / "run").rename(tmp_path / "away")
    with pytest.raises(RunFolderError, match="not in the trash"):
        restore_run(trashed[1])


@pytest.mark.parametrize("act", [trash_run, lambda folder: rename_run(folder, "other")])
def test_a_run_that_is_on_stays(act, tmp_path):
    with RunFolder.create(tmp_path / "run", RunConfig()):
        with pytest.raises(RunFolderError, match="is on now") as caught:
            act(tmp_path / "run")
        assert caught.value.hint
        assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]


def test_a_run_that_is_gone_is_said_to_be_and_leaves_no_trace(tmp_path):
    with pytest.raises(StorageError):
        trash_run(tmp_path / "run")
    assert in_trash(tmp_path) == ()
    assert room_in_trash(tmp_path) == 0


def test_emptying_deletes_what_is_old_enough_and_nothing_else(tmp_path):
    for name, days in (("old", 31), ("young", 29)):
        put_away_days_ago(made(tmp_path / name), days)
    mine = tmp_path / TRASH / "mine"
    mine.mkdir()
    made(tmp_path / "here")
    assert room_in_trash(tmp_path) > 2 * (tmp_path / "here" / "events.jsonl").stat().st_size
    assert empty_trash(tmp_path, older_than=30) == 1
    assert [run.name for run in in_trash(tmp_path)] == ["young"]
    assert empty_trash(tmp_path) == 1
    assert room_in_trash(tmp_path) == empty_trash(tmp_path) == 0
    assert mine.is_dir()
    assert [run.name for run in list_runs(tmp_path)] == ["here"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_what_a_link_leads_to_is_never_deleted(tmp_path):
    made(tmp_path / "elsewhere" / "run")
    root = tmp_path / "runs"
    root.mkdir()
    (root / "run").symlink_to(tmp_path / "elsewhere" / "run")
    trash_run(root / "run")
    assert room_in_trash(root) == 0
    assert empty_trash(root) == 1
    (root / TRASH).rmdir()
    put_away_days_ago(made(tmp_path / "elsewhere" / "other"), 99)
    (root / TRASH).symlink_to(tmp_path / "elsewhere" / TRASH)
    assert empty_trash(root) == 0
    assert open_run(tmp_path / "elsewhere" / "run").state == "finished"
    assert len(in_trash(tmp_path / "elsewhere")) == 1


def test_a_renamed_run_is_the_same_run(tmp_path):
    before = contents(made(tmp_path / "run"))
    there = rename_run(tmp_path / "run", "  the best  one ")
    assert there == tmp_path / "the best one"
    assert contents(there) == before
    assert open_run(there).summary.name == "the best one"
    assert rename_run(there, "the best one") == there
    RunFolder.reopen(there).close()


@pytest.mark.parametrize(
    "name", ["", "a/b", "..", ".hidden", "a:b", "CON", "nul.txt", "end.", "x" * 121, "a\0b", "a\\b", "no\u200bspace"]
)
def test_a_name_that_some_disk_does_not_allow_is_refused_with_a_hint(name, tmp_path):
    made(tmp_path / "run")
    with pytest.raises(RunFolderError) as caught:
        rename_run(tmp_path / "run", name)
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_no_run_is_renamed_onto_another(tmp_path):
    for name in ("one", "two"):
        made(tmp_path / name)
    with pytest.raises(RunFolderError, match="a run 'two' already"):
        rename_run(tmp_path / "one", "two")
    assert len(list_runs(tmp_path)) == 2
