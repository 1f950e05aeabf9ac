"""A run that another process trains: read from disk as it grows, steered through its folder, over when it is gone."""

from __future__ import annotations

import pytest

from backend.api import RunConfig, RunEnded
from backend.commands import Inbox
from backend.events import to_line
from backend.store import RunFolder
from gui.carriers import follow
from gui.session import Session
from tests.gui.example_run import events as example


class Writer:
    """Somebody else's run: a folder that is locked, and grows when told."""

    def __init__(self, folder):
        self.home = RunFolder.create(folder, RunConfig())
        self.told = []

    def tell(self, *events):
        for event in events:
            self.home.append(event)
            self.told.append(event)


@pytest.fixture
def writer(tmp_path):
    made = Writer(tmp_path / "run")
    yield made
    made.home.close()


@pytest.fixture
def session(qtbot):
    made = Session()
    yield made
    if made.running:
        made.leave()


@pytest.fixture
def heard(session):
    events = []
    session.events.connect(events.extend)
    session.rewound.connect(events.clear)
    return events


def test_what_is_there_and_what_is_added_is_told_once(session, heard, writer, qtbot, tmp_path):
    first, *rest = list(example(3, 2, 4))
    writer.tell(first)
    session.follow(tmp_path / "run")
    assert session.following
    assert session.outlives
    assert not session.killable, "no worker trains it"
    assert not session.in_window
    qtbot.waitUntil(lambda: heard == writer.told)
    writer.tell(*rest)
    qtbot.waitUntil(lambda: heard == writer.told)
    assert session.running, "its end is told, but it is still being written"
    with qtbot.waitSignal(session.ended) as ended:
        writer.home.close()
    assert ended.args[0] == rest[-1]
    assert not session.died


def test_a_line_that_is_being_written_is_told_when_it_is_whole(session, heard, writer, qtbot, tmp_path):
    first, second, *_ = example(3, 2, 4)
    line = to_line(second).encode() + b"\n"
    writer.tell(first)
    path = tmp_path / "run" / "events.jsonl"
    with path.open("ab") as file:
        file.write(line[:20])
    session.follow(tmp_path / "run")
    qtbot.waitUntil(lambda: heard == [first])
    with path.open("ab") as file:
        file.write(line[20:])
    qtbot.waitUntil(lambda: heard == [first, second])


def test_a_long_file_is_told_in_portions(session, heard, writer, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "PORTION", 100)
    writer.tell(*example(3, 4, 4))
    session.follow(tmp_path / "run")
    qtbot.waitUntil(lambda: heard == writer.told, timeout=20_000)


def test_a_run_whose_writer_is_gone_is_interrupted(session, heard, writer, qtbot, tmp_path):
    writer.tell(*example(3, 2, 4, done=1))
    session.follow(tmp_path / "run")
    qtbot.waitUntil(lambda: heard == writer.told)
    with qtbot.waitSignal(session.ended) as ended:
        writer.home.close()
    assert session.died
    assert ended.args[0].outcome == "failed"
    assert "is gone" in ended.args[0].message
    assert heard[-1] == ended.args[0]


def test_a_run_that_is_rewound_is_told_anew(session, heard, writer, qtbot, tmp_path):
    first, second, third, *_ = example(3, 2, 4)
    writer.tell(first, second, third)
    session.follow(tmp_path / "run")
    qtbot.waitUntil(lambda: heard == writer.told)
    path = tmp_path / "run" / "events.jsonl"
    kept = tmp_path / "kept"
    kept.write_text(to_line(first) + "\n" + to_line(third) + "\n")
    kept.replace(path)
    qtbot.waitUntil(lambda: heard == [first, third])


def test_a_run_that_was_stopped_before_and_goes_on_is_not_over(session, heard, writer, qtbot, tmp_path):
    first, *_ = example(3, 2, 4)
    writer.tell(first, RunEnded(outcome="stopped", seconds=1), first.model_copy(update={"first_task": 1}))
    session.follow(tmp_path / "run")
    qtbot.waitUntil(lambda: heard == writer.told)
    assert session.running


def test_commands_go_through_the_folder(session, writer, qtbot, tmp_path):
    inbox = Inbox(tmp_path / "run")
    session.follow(tmp_path / "run")
    session.pause()
    assert session.paused
    session.resume_run()
    session.stop()
    assert session.stopping
    assert inbox.read() == ["pause", "resume", "stop"]


def test_somebody_else_may_pause_it_too(session, writer, qtbot, tmp_path):
    from backend.api import Paused, Resumed

    session.follow(tmp_path / "run")
    writer.tell(Paused())
    qtbot.waitUntil(lambda: session.paused)
    writer.tell(Resumed(), Paused(reason="The disk is full."))
    qtbot.waitUntil(lambda: not session.paused)


def test_a_run_that_is_left_is_told_no_further(session, heard, writer, qtbot, tmp_path):
    session.follow(tmp_path / "run")
    session.leave()
    assert not session.running
    writer.tell(*example(3, 2, 4))
    qtbot.wait(50)
    assert heard == []
