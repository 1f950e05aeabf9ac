"""The events file survives its disk: full, failing, unplugged and back, or another one in its place."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from backend import disk
from backend.config import RunConfig
from backend.errors import RunFolderError, StorageError
from backend.events import Checkpointed, Note
from backend.store import RunFolder, is_being_written


def note(text):
    return Note(level="info", text=text)


def texts(home):
    return [event.text for event in home.events() if isinstance(event, Note)]


@pytest.fixture
def home(tmp_path):
    """A run with two events: the first is on the disk for certain, the second may be lost with it."""
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        home.append(note("safe"))
        home.sync()
        home.append(note("new"))
        yield home


@pytest.fixture
def failing(monkeypatch):
    """Make a function of the system fail from now on; `failing(None)` repairs it."""

    def fail(name, number=errno.EIO):
        if name is None:
            monkeypatch.undo()
            return

        def refuse(*_):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, name, refuse)

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.ENODEV, errno.ESTALE, errno.EDQUOT])
@pytest.mark.parametrize("name", ["write", "fsync", "lseek"])
def test_after_a_fault_the_same_event_is_written_once(name, number, home, failing):
    saved = Checkpointed(task=0, path="x", bytes=1)
    failing(name, number)
    for _ in range(3):
        with pytest.raises(StorageError) as caught:
            home.append(saved)
        assert caught.value.hint
        assert caught.value.passing
    failing(None)
    assert texts(home) == ["safe", "new"]
    home.append(saved)
    assert home.events() == [note("safe"), note("new"), saved]
    assert home.events_size == (home.path / "events.jsonl").stat().st_size
    assert is_being_written(home.path)


def test_a_line_that_was_half_written_and_could_not_be_cut_is_cut_later(home, failing, monkeypatch):
    write = os.write

    def half(descriptor, data):
        monkeypatch.setattr(os, "write", fail)
        return write(descriptor, bytes(data)[:7])

    failing("ftruncate")
    fail = os.ftruncate
    monkeypatch.setattr(os, "write", half)
    with pytest.raises(StorageError):
        home.append(note("lost"))
    failing(None)
    assert (home.path / "events.jsonl").read_bytes().endswith(b'{"at":0')
    assert texts(home) == ["safe", "new"]
    home.append(note("kept"))
    assert texts(home) == ["safe", "new", "kept"]


def test_an_unplugged_disk_comes_back_without_what_it_had_not_synced(home, tmp_path):
    away = tmp_path / "away"
    home.path.rename(away)
    for _ in range(2):
        with pytest.raises(StorageError, match="folder is gone") as caught:
            home.append(note("later"))
        assert "unplugged" in caught.value.hint
    assert not home.path.exists()  # nothing grows where the disk was
    shutil.copytree(away, home.path)  # other files than the open ones, as after mounting again
    os.truncate(home.path / "events.jsonl", len((away / "events.jsonl").read_bytes().splitlines(True)[0]) + 9)
    home.append(note("later"))
    assert texts(home) == ["safe", "new", "later"]
    assert is_being_written(home.path)
    assert not is_being_written(away)


def test_zeros_that_a_power_cut_left_behind_are_written_over(home, tmp_path):
    home.path.rename(tmp_path / "away")
    shutil.copytree(tmp_path / "away", home.path)
    size = (home.path / "events.jsonl").stat().st_size
    os.truncate(home.path / "events.jsonl", size - 30)
    os.truncate(home.path / "events.jsonl", size + 4096)
    home.append(note("later"))
    assert texts(home) == ["safe", "new", "later"]


@pytest.mark.parametrize("what", ["another run", "gone on with", "older", "empty"])
def test_nothing_is_written_into_a_folder_that_is_not_ours_any_more(what, home, tmp_path):
    home.path.rename(tmp_path / "away")
    shutil.copytree(tmp_path / "away", home.path)
    events = home.path / "events.jsonl"
    if what == "another run":
        events.write_bytes(events.read_bytes().replace(b"safe", b"hers"))
    elif what == "gone on with":
        with RunFolder.reopen(home.path) as other:
            other.append(note("elsewhere"))
    else:
        os.truncate(events, 20 if what == "older" else 0)
    before = events.read_bytes()
    for write in (lambda: home.append(note("x")), lambda: home.write_result({}), lambda: home.write_data(b"{}")):
        with pytest.raises(RunFolderError, match="is not the file any more that this run wrote"):
            write()
    assert events.read_bytes() == before
    assert not list(home.path.glob("*.json"))


def test_a_folder_that_came_back_and_is_taken_by_another_run_is_left_to_it(home, tmp_path):
    home.path.rename(tmp_path / "away")
    shutil.copytree(tmp_path / "away", home.path)
    with RunFolder.reopen(home.path), pytest.raises(RunFolderError, match="being written by another run"):
        home.append(note("x"))


def test_a_deleted_run_is_noticed_at_the_next_event(home):
    shutil.rmtree(home.path)
    with pytest.raises(StorageError, match=r"run.*folder is gone"):
        home.append(note("x"))
    assert not home.path.exists()


@pytest.mark.parametrize("name", ["fsync", "open", "write"])
def test_a_rewind_that_fails_can_be_tried_again(name, home, failing, monkeypatch):
    failing(name, errno.ENOSPC)
    with pytest.raises(StorageError):
        home.rewind(0, keep=lambda event: event == note("new"))
    failing(None)
    home.append(note("third"))
    assert texts(home) == ["safe", "new", "third"]
    home.rewind(0, keep=lambda event: event == note("new"))
    home.append(note("fourth"))
    assert texts(home) == ["new", "fourth"]


def test_a_rewind_whose_last_step_failed_is_done(home, failing, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk, "sync_folder", refuse)
    with pytest.raises(StorageError):
        home.rewind(0, keep=lambda event: event == note("new"))
    monkeypatch.undo()
    home.rewind(0, keep=lambda event: event == note("new"))
    home.append(note("third"))
    assert texts(home) == ["new", "third"]


def test_memory_stays_small_between_syncs(home):
    for _ in range(30):
        home.append(note("x" * 100_000))
    assert len(home._journal._content.tail) < 2**21
    assert len(texts(home)) == 32
