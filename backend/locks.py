"""One writer at a time, in this process and in others. However a holder ends, its lock ends with it.

The system's lock is used where there is one (flock; on Windows a locked byte, which was never run there). Some network
disks have none: there a file `NAME.lock` beside it tells the holder's computer and process.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from backend.disk import open_plain

if sys.platform != "win32":
    import fcntl

_NO_LOCKS: Final = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_FAR: Final = 0x7FFF0000
"""The byte that is locked on Windows: behind the end, because nobody else can read a locked one."""
_HALF_WRITTEN: Final = 10.0
"""Seconds after which a mark without contents was left behind by a crash."""


class _NoLocks(Exception):  # noqa: N818 - not an error: there is another way
    """The file system knows no locks."""


@dataclass(slots=True)
class Lock:
    """Held until `close`.

    Attributes:
        descriptor: the locked file, open for appending.
        mark: the file that stands for the lock where the file system has none.
    """

    descriptor: int
    mark: Path | None = None

    def close(self) -> None:
        """Let go; closing twice is fine."""
        with contextlib.suppress(OSError):  # of a disk that is gone
            if self.mark:
                self.mark.unlink()
        if self.descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self.descriptor)
        self.descriptor, self.mark = -1, None


def lock(path: Path) -> Lock | None:
    """Open a file for appending and lock it; None where another process, or this one, holds it.

    Raises:
        OSError: it cannot be opened.
    """
    descriptor = open_plain(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        if _try_patiently(descriptor):
            return Lock(descriptor)
    except _NoLocks:
        if _take(_mark_of(path)):
            return Lock(descriptor, _mark_of(path))
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock of a file; nobody does where it is missing, or its disk fails."""
    try:
        descriptor = open_plain(path, os.O_RDONLY)
        try:
            return not _try(descriptor, shared=True)
        except _NoLocks:
            return _is_held(_mark_of(path))
        finally:
            os.close(descriptor)
    except OSError:
        return False


def _try_patiently(descriptor: int) -> bool:
    for _ in range(20):
        if _try(descriptor):
            return True
        time.sleep(0.01)  # `is_locked` holds it for an instant
    return False


def _try(descriptor: int, *, shared: bool = False) -> bool:
    if sys.platform == "win32":
        return _try_windows(descriptor)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise _NoLocks from error
        raise
    return True


def _try_windows(descriptor: int) -> bool:
    msvcrt: Any = importlib.import_module("msvcrt")
    os.lseek(descriptor, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EDEADLK}:
            return False
        raise
    return True


# The mark, where there are no locks.


def _mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _take(mark: Path) -> bool:
    me = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}).encode()
    if mark.exists() and not _is_held(mark):
        mark.unlink(missing_ok=True)
    try:
        descriptor = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    try:
        os.write(descriptor, me)
    finally:
        os.close(descriptor)
    time.sleep(0.05)  # of two who found a mark left behind, the second may have removed the first one's
    return _contents(mark) == me


def _is_held(mark: Path) -> bool:
    """Tell whether the holder may be alive; one on another computer always may."""
    try:
        age = time.time() - mark.stat().st_mtime
    except OSError:
        return False
    try:
        holder = json.loads(_contents(mark))
        host, pid, started = str(holder["host"]), int(holder["pid"]), float(holder["started"])
    except (ValueError, KeyError, TypeError):
        return age < _HALF_WRITTEN
    return host != socket.gethostname() or abs(_started(pid) - started) < 1


def _contents(mark: Path) -> bytes:
    try:
        return mark.read_bytes()[:1000]
    except OSError:
        return b""


def _started(pid: int) -> float:
    """Return when a process began, in seconds since the epoch; 0 where there is none."""
    import psutil  # takes a while, and is needed on few disks

    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def holder(path: Path) -> str:
    """Say what can be said about who holds a lock, for a hint; mostly nothing."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        told = json.loads(_contents(_mark_of(path)))
        return f"Process {told['pid']} on '{told['host']}' holds '{_mark_of(path)}'; delete that file if it is gone."
    return ""
