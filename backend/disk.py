"""Writing files so that neither a crash nor a full disk loses anything, and locks that a crash frees."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
from collections.abc import Generator
from pathlib import Path

from backend.errors import StorageError

if sys.platform != "win32":
    import fcntl


@contextlib.contextmanager
def writing(path: Path) -> Generator[None]:
    """Turn every OSError inside into a StorageError about `path`."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error, path) from error


def _storage_error(error: OSError, path: Path) -> StorageError:
    free = _free_space(path)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        hint = f"Free some space ({free} left there); a run can then be resumed at its last checkpoint."
        return StorageError(f"The disk is full: '{path}' was not written.", hint)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        hint = "Choose another folder or change its permissions."
        return StorageError(f"'{path}' may not be written: {error.strerror}.", hint)
    hint = f"Check the path and the disk ({free} left there)."
    return StorageError(f"'{path}' cannot be written: {error.strerror or error}.", hint)


def _free_space(path: Path) -> str:
    there = next((folder for folder in (path, *path.parents) if folder.exists()), Path())
    try:
        return f"{shutil.disk_usage(there).free / 2**20:,.0f} MiB"
    except OSError:
        return "an unknown amount"


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; the system may take less at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_synced(path: Path, data: bytes) -> None:
    """Write a file in place and wait until it is on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o644)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file as a whole: whoever reads it finds the old one or the new one.

    Raises:
        StorageError: it cannot be written; the old file is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with writing(path):
        try:
            write_synced(temporary, data)
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """Give a temporary folder to fill with `write_synced`; it takes the place of `path` when all went well.

    Raises:
        StorageError: it cannot be written; `path` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    older = path.with_name(f".{path.name}.{os.getpid()}.old")
    with writing(path):
        try:
            temporary.mkdir(parents=True)
            yield temporary
            sync_folder(temporary)
            if path.exists():
                path.rename(older)
            temporary.rename(path)
            sync_folder(path.parent)
        finally:
            if older.exists() and not path.exists():
                older.rename(path)
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(older, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def lock(path: Path) -> int | None:
    """Open a file for appending and lock it; None where another process, or this one, holds it.

    The system frees the lock when the descriptor is closed, also by a crash. On Windows there is no lock.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for _ in range(20):
        if _try_lock(descriptor):
            return descriptor
        time.sleep(0.01)  # `is_locked` holds it for an instant
    os.close(descriptor)
    return None


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock of a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, *, shared: bool = False) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
