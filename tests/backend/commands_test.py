"""Commands to a run: three words, one line each, from a pipe or through the run folder; anything else does no harm."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api import CommandError, StorageError, command_line_of, send_command
from backend.commands import COMMANDS, LONGEST, Inbox, Lines, from_line


@pytest.mark.parametrize("do", ["pause", "resume", "stop"])
def test_a_command_reads_back(do):
    line = command_line_of(do)
    assert line == b'{"do":"%s"}\n' % do.encode()
    assert from_line(line) == do


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"stop",
        b'"stop"',
        b"[]",
        b'{"do":"explode"}',
        b'{"do":["stop"]}',
        b'{"do":"stop","more":1}',
        b'{"do":"stop"',
        b"\xff\xfe\x00",
        b"[" * LONGEST,
        b'{"do":"stop"}' + b" " * LONGEST,
    ],
)
def test_anything_else_is_refused_in_one_sentence(line):
    with pytest.raises(CommandError) as caught:
        from_line(line)
    assert caught.value.sentence.startswith("This is no command: ")
    assert len(caught.value.sentence) < 300
    assert '"pause"' in caught.value.hint


@given(st.binary(max_size=300))
def test_no_bytes_make_a_reader_fail_otherwise(data):
    for said in Lines().feed(data + b"\n"):
        assert isinstance(said, CommandError) or said in {"pause", "resume", "stop"}


@given(st.lists(st.sampled_from(["pause", "resume", "stop"])), st.integers(1, 40))
def test_commands_arrive_whole_in_whatever_pieces_they_come(dos, piece):
    stream = b"".join(map(command_line_of, dos))
    lines = Lines()
    heard = [said for i in range(0, len(stream), piece) for said in lines.feed(stream[i : i + piece])]
    assert heard == dos


def test_a_line_without_end_is_not_held_and_the_next_one_is_heard():
    lines = Lines()
    for _ in range(100):
        assert list(lines.feed(b"x" * 1000)) == []
    assert len(lines._begun) <= LONGEST + 1
    refused, heard = lines.feed(b"\n" + command_line_of("stop"))
    assert isinstance(refused, CommandError)
    assert heard == "stop"


def test_an_inbox_hears_what_comes_after_it_was_made(tmp_path):
    send_command(tmp_path, "stop")
    inbox = Inbox(tmp_path)
    assert inbox.read() == []
    send_command(tmp_path, "pause")
    send_command(tmp_path, "resume")
    assert inbox.read() == ["pause", "resume"]
    assert inbox.read() == []


def test_an_inbox_hears_the_first_command_of_a_folder_and_goes_on_after_the_file_was_emptied(tmp_path):
    inbox = Inbox(tmp_path)
    assert inbox.read() == []
    send_command(tmp_path, "pause")
    assert inbox.read() == ["pause"]
    (tmp_path / COMMANDS).write_bytes(b"")
    assert inbox.read() == []
    send_command(tmp_path, "stop")
    assert inbox.read() == ["stop"]


def test_two_windows_may_steer_one_run(tmp_path):
    first, second = Inbox(tmp_path), Inbox(tmp_path)
    send_command(tmp_path, "pause")
    assert first.read() == second.read() == ["pause"]


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_strangers_folder_cannot_send_commands_elsewhere(kind, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("keep")
    if kind == "link":
        (tmp_path / COMMANDS).symlink_to(precious)
    else:
        os.mkfifo(tmp_path / COMMANDS)
    with pytest.raises(StorageError):
        send_command(tmp_path, "stop")
    assert Inbox(tmp_path).read() == []
    assert precious.read_text() == "keep"


def test_a_folder_that_is_gone_is_told_to_the_sender(tmp_path):
    with pytest.raises(StorageError):
        send_command(tmp_path / "gone", "stop")
