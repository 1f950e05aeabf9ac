"""One writer at a time, on every system and disk; a lock ends with its holder."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import types

import pytest

from backend import locks
from backend.locks import holder, is_locked, lock

FLOCK = locks.fcntl.flock
HOLD = """
import errno, os, sys, time
from pathlib import Path
from backend import locks
if sys.argv[2] == "marks":
    def none(*_): raise OSError(errno.ENOLCK, "No locks available")
    locks.fcntl.flock = none
assert locks.lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def no_locks(*_):
    raise OSError(errno.ENOLCK, "No locks available")


class FakeMsvcrt(types.ModuleType):
    """Looks like Windows' module; another open file of the same path cannot lock, until the first is closed."""

    LK_NBLCK = 2

    def locking(self, descriptor, mode, count):
        assert (mode, count) == (self.LK_NBLCK, 1)
        # A locked byte cannot be read by anybody else.
        assert os.lseek(descriptor, 0, os.SEEK_CUR) > os.fstat(descriptor).st_size
        try:
            FLOCK(descriptor, locks.fcntl.LOCK_EX | locks.fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(errno.EACCES, "Permission denied") from error


@pytest.fixture(params=["system", "marks", "windows"])
def kind(request, monkeypatch):
    """The system's locks, a disk without, and Windows, which these tests only imitate."""
    if request.param == "marks":
        monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    if request.param == "windows":
        monkeypatch.setitem(sys.modules, "msvcrt", FakeMsvcrt("msvcrt"))
        monkeypatch.setattr(locks, "_try", lambda descriptor, **_: locks._try_windows(descriptor))
    return request.param


def test_only_one_holds_a_lock_and_it_can_be_taken_again(kind, tmp_path):
    path = tmp_path / "run.log"
    assert not is_locked(path)
    first = lock(path)
    os.write(first.descriptor, b"one\n")
    assert lock(path) is None
    assert is_locked(path)
    assert path.read_text() == "one\n"
    first.close()
    first.close()
    assert not is_locked(path)
    second = lock(path)
    os.write(second.descriptor, b"two\n")
    second.close()
    assert path.read_text() == "one\ntwo\n"
    assert [file.name for file in tmp_path.iterdir()] == ["run.log"]


@pytest.mark.parametrize("way", ["system", "marks"])
def test_a_killed_holder_holds_nothing(way, tmp_path, monkeypatch):
    path = tmp_path / "run.log"
    if way == "marks":
        monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path), way], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        assert lock(path) is None
        assert is_locked(path)
        assert ("Process" in holder(path)) is (way == "marks")
        other.kill()
    assert not is_locked(path)
    lock(path).close()


def test_a_mark_of_another_computer_counts_and_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    mark = tmp_path / "run.log.lock"
    mark.write_text(json.dumps({"host": "elsewhere", "pid": 1, "started": 5.0}))
    assert lock(tmp_path / "run.log") is None
    assert holder(tmp_path / "run.log").startswith("Process 1 on 'elsewhere' holds")
    assert mark.exists()


@pytest.mark.parametrize("started", [0.0, 5.0])
def test_a_number_that_now_is_another_process_holds_nothing(started, tmp_path, monkeypatch):
    monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    mark = tmp_path / "run.log.lock"
    mark.write_text(json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "started": started}))
    lock(tmp_path / "run.log").close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "x"}'])
def test_a_mark_that_is_being_written_counts_and_one_left_half_written_does_not(text, tmp_path, monkeypatch):
    monkeypatch.setattr(locks.fcntl, "flock", no_locks)
    mark = tmp_path / "run.log.lock"
    mark.write_text(text)
    assert lock(tmp_path / "run.log") is None
    os.utime(mark, (1, 1))
    lock(tmp_path / "run.log").close()


def test_a_disk_that_fails_is_no_lock(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(locks.fcntl, "flock", fail)
    with pytest.raises(OSError, match="Input/output"):
        lock(tmp_path / "run.log")
    assert not is_locked(tmp_path / "run.log")
