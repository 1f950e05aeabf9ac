"""Files are replaced as a whole or not at all, whatever the disk does, and errors say what can be done."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil

import pytest

from backend.disk import new_folder, open_plain, write_all, write_atomic, write_synced, writing
from backend.errors import StorageError

CALLS = ("open", "write", "fsync", "close", "replace", "rename", "mkdir", "unlink", "rmdir")


def failing(monkeypatch, name, number, after=0):
    """Make a function of the system fail, and succeed `after` times before."""
    real, calls = getattr(os, name), []

    def fail(*given, **named):
        calls.append(given)
        if len(calls) <= after:
            return real(*given, **named)
        if name == "close":
            real(*given)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, fail)
    return calls


def save(path, data):
    with new_folder(path) as temporary:
        write_synced(temporary / "a", data)
        write_synced(temporary / "b", data)


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("name", ["open", "write", "fsync", "close", "replace"])
@pytest.mark.parametrize("after", [0, 1])
def test_a_file_is_the_old_one_or_the_new_one(name, number, after, tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_atomic(path, b"old")
    with monkeypatch.context() as patch:
        calls = failing(patch, name, number, after)
        with contextlib.suppress(StorageError):
            write_atomic(path, b"new" * 1000)
        assert calls
    assert path.read_bytes() in (b"old", b"new" * 1000)
    assert held(tmp_path).keys() == {"file"}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_folder_is_the_old_one_or_the_new_one_and_can_be_tried_again(name, after, tmp_path, monkeypatch):
    path = tmp_path / "all" / "folder"
    save(path, b"old")
    with monkeypatch.context() as patch:
        failing(patch, name, errno.EIO, after)
        with contextlib.suppress(StorageError):
            save(path, b"new")
    old, new = {"a": b"old", "b": b"old"}, {"a": b"new", "b": b"new"}
    assert not path.exists() or held(path) in (old, new)
    if not path.exists():  # not even the old one could be put back; it lies beside
        assert old in [held(other) for other in path.parent.iterdir()]
    save(path, b"new")
    assert held(path) == new


def test_nothing_grows_where_a_disk_was(tmp_path):
    with pytest.raises(StorageError, match="folder is gone") as caught:
        save(tmp_path / "gone" / "checkpoints" / "task-01", b"x")
    assert "unplugged" in caught.value.hint
    assert not list(tmp_path.iterdir())
    with new_folder(tmp_path / "far" / "away" / "export", parents=True):
        pass
    assert (tmp_path / "far" / "away" / "export").is_dir()


def test_all_is_written_however_little_the_disk_takes_at_a_time(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data)[:3]))
    write_atomic(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_disk_that_takes_nothing_is_an_error_and_no_endless_loop(monkeypatch):
    monkeypatch.setattr(os, "write", lambda *_: 0)
    with pytest.raises(OSError, match="takes nothing"):
        write_all(1, b"x")


@pytest.mark.parametrize(
    ("number", "says", "hints", "passing"),
    [
        (errno.ENOSPC, "disk is full", "Free some space", True),
        (errno.EROFS, "may not be written", "permissions", True),
        (errno.ENOENT, "folder is gone", "unplugged", True),
        (errno.EIO, "cannot be written", "MiB left", True),
        (errno.EFBIG, "cannot be written", "MiB left", False),
    ],
)
def test_an_error_says_what_can_be_done(number, says, hints, passing, tmp_path, monkeypatch):
    with pytest.raises(StorageError, match=says) as caught, writing(tmp_path / "file"):
        raise OSError(number, os.strerror(number))
    assert hints in caught.value.hint
    assert "checkpoint" not in caught.value.hint
    assert caught.value.passing is passing


def test_a_disk_that_does_not_even_tell_its_room_is_still_named(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", fail)
    with pytest.raises(StorageError, match="Input/output error") as caught, writing(tmp_path / "file"):
        fail()
    assert "an unknown amount left" in caught.value.hint


def test_a_link_or_a_pipe_in_the_place_of_a_file_is_not_opened(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError, match=r"symbolic links|plain file|No such device"):
            open_plain(tmp_path / name, os.O_WRONLY | os.O_CREAT)
    assert (tmp_path / "precious").read_text() == "mine"
