"""queue.json: what a queue was is there again, whatever ended the window, and one window at a time works it off."""

from __future__ import annotations

import json

import pytest

from backend.api import (
    Kept,
    QueueFile,
    RunConfig,
    RunEnded,
    RunFolderError,
    StorageError,
    Turn,
    caught_up_queue,
    prepare_run,
)
from backend.events import Note
from backend.store import RunFolder


def test_what_is_written_is_read_again_and_runs_of_the_folder_may_move_with_it(tmp_path):
    root, elsewhere = tmp_path / "runs", tmp_path / "far" / "run"
    turns = (
        Turn(root / "b", "running"),
        Turn(elsewhere, "waiting"),
        Turn(root / "a", "failed", "It failed.", "Mend it."),
    )
    QueueFile(root).write(Kept(turns, at_once=3, beside=True))
    assert QueueFile(root).read() == Kept(turns, at_once=3, beside=True)
    root.rename(tmp_path / "moved")
    assert QueueFile(tmp_path / "moved").read().turns[0].folder == tmp_path / "moved" / "b"
    assert QueueFile(tmp_path / "nothing").read() == Kept()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"version": 2}',
        '{"at_once": 0}',
        '{"turns": [{"folder": "a"}]}',
        '{"turns": [{"folder": "a", "fate": "x"}]}',
    ],
)
def test_a_damaged_file_is_a_sentence_and_can_be_written_anew(tmp_path, text):
    (tmp_path / "queue.json").write_text(text)
    file = QueueFile(tmp_path)
    with pytest.raises(RunFolderError, match=r"queue\.json' cannot be read"):
        file.read()
    file.write(Kept())
    assert file.read() == Kept()


def test_one_at_a_time_works_it_off_and_the_next_when_that_one_lets_go(tmp_path):
    first, second = QueueFile(tmp_path / "runs"), QueueFile(tmp_path / "runs")
    assert first.take()
    assert first.take()
    assert not second.take()
    first.release()
    first.release()
    assert second.take()
    second.release()


def test_where_nothing_can_be_written_it_says_so(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError):
        QueueFile(tmp_path / "file" / "runs").take()


def told(folder, *events):
    prepare_run(RunConfig(), folder)
    with RunFolder.reopen(folder) as home:
        for event in events:
            home.append(event)
    return folder


def test_runs_that_were_on_are_what_became_of_them_meanwhile(tmp_path):
    ended = RunEnded(outcome="failed", seconds=1.0, message="The disk is full.", hint="Free some space.")
    note = Note(level="info", text="Something.")
    turns = [
        Turn(told(tmp_path / "finished", RunEnded(outcome="finished", seconds=1.0)), "running"),
        Turn(told(tmp_path / "failed", note, ended), "running"),
        Turn(told(tmp_path / "cut", note), "running"),
        Turn(told(tmp_path / "unbegun"), "running"),
        Turn(told(tmp_path / "waits"), "waiting"),
        Turn(told(tmp_path / "on", note), "running"),
        Turn(tmp_path / "gone", "waiting"),
        Turn(told(tmp_path / "seen", ended), "failed", "As before."),
        Turn(told(tmp_path / "done"), "finished"),
    ]
    with RunFolder.reopen(tmp_path / "on"):
        now = caught_up_queue(Kept(tuple(turns), at_once=2))
    assert [(turn.folder.name, turn.fate) for turn in now.turns] == [
        ("failed", "failed"),
        ("cut", "killed"),
        ("unbegun", "waiting"),
        ("waits", "waiting"),
        ("on", "running"),
        ("seen", "failed"),
    ]
    assert now.turns[0].message == "The disk is full."
    assert "Retry" in now.turns[1].hint
    assert now.at_once == 2


def test_a_run_of_the_queue_that_cannot_be_read_fails_alone(tmp_path):
    folder = told(tmp_path / "damaged")
    (folder / "config.toml").write_text("[run")
    (turn,) = caught_up_queue(Kept((Turn(folder, "running"),))).turns
    assert turn.fate == "failed"
    assert "damaged" in turn.message


def test_the_file_is_plain_and_small(tmp_path):
    QueueFile(tmp_path).write(Kept((Turn(tmp_path / "a", "waiting"),)))
    tree = json.loads((tmp_path / "queue.json").read_text())
    assert tree["turns"] == [{"folder": "a", "fate": "waiting", "message": "", "hint": ""}]
