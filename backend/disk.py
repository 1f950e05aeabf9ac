"""Writing files so that neither a crash nor a failing disk loses anything."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

from backend.errors import StorageError

_LASTING: Final = {errno.EFBIG, errno.ENAMETOOLONG, errno.EINVAL}
"""Errors that no waiting ends."""


@contextlib.contextmanager
def writing(path: Path) -> Generator[None]:
    """Turn every OSError inside into a StorageError about `path`."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error, path) from error


def _storage_error(error: OSError, path: Path) -> StorageError:
    free, why = _free_space(path), error.strerror or str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError(f"The disk is full: '{path}' was not written.", f"Free some space ({free} left there).")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return StorageError(f"'{path}' may not be written: {why}.", "Choose another folder or change its permissions.")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        hint = "Was it moved or deleted, or the disk unplugged? Put it back."
        return StorageError(f"'{path}' cannot be written: its folder is gone.", hint)
    hint = f"Check the path and the disk ({free} left there)."
    return StorageError(f"'{path}' cannot be written: {why}.", hint, passing=error.errno not in _LASTING)


def _free_space(path: Path) -> str:
    try:
        there = next((folder for folder in (path, *path.parents) if folder.exists()), Path())
        return f"{shutil.disk_usage(there).free / 2**20:,.0f} MiB"
    except OSError:
        return "an unknown amount"


def open_plain(path: Path, flags: int) -> int:
    """Open a file, never a link or a pipe: a folder from a stranger may hold one.

    Raises:
        OSError: it cannot be opened, or is no plain file.
    """
    guard = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags | guard, 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file")
    return descriptor


def open_to_append(path: Path) -> int:
    """Open a file for reading and appending, and make it if it is missing.

    Raises:
        StorageError: it cannot be made or opened, or is no plain file.
    """
    with writing(path):
        return open_plain(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)


def read_all(descriptor: int) -> bytes:
    """Read from the present position to the end."""
    parts: list[bytes] = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`; the system may take less at a time."""
    rest = memoryview(data)
    while rest:
        count = os.write(descriptor, rest)
        if not count:
            raise OSError(errno.EIO, "the disk takes nothing")
        rest = rest[count:]


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
        StorageError: it cannot be written; the old file is as it was, or, where only the last step failed, which makes
            a rename survive a power cut, the new one is in its place.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with writing(path):
        try:
            write_synced(temporary, data)
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            with contextlib.suppress(OSError):  # the error that matters is under way
                temporary.unlink()


@contextlib.contextmanager
def new_folder(path: Path, *, parents: bool = False) -> Generator[Path]:
    """Give a temporary folder to fill with `write_synced`; it takes the place of `path` when all went well.

    Args:
        path: may be there already.
        parents: make all folders above it; else at most one, so that nothing grows where a disk was unplugged.

    Raises:
        StorageError: it cannot be written; `path` is as it was (see `write_atomic`).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    older = path.with_name(f".{path.name}.{os.getpid()}.old")
    with writing(path):
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.parent.mkdir(parents=parents, exist_ok=True)
            temporary.mkdir()
            yield temporary
            sync_folder(temporary)
            _put(temporary, path, older)
            sync_folder(path.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _put(temporary: Path, path: Path, older: Path) -> None:
    if path.exists():
        shutil.rmtree(older, ignore_errors=True)  # of a try that could not even clean up
        path.rename(older)
    try:
        temporary.rename(path)
    except OSError:
        if older.exists():
            older.rename(path)
        raise
    shutil.rmtree(older, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
