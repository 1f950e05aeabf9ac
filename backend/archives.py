"""Unpack tar and zip files: all of one or nothing of it, and only plain files and folders below the given folder."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from backend.archive_readers import is_zip, reading, tar_members, zip_members
from backend.archive_rules import LIMITS, Inspector, Limits, Member
from backend.disk import sync_folder, write_all, writing
from backend.errors import ArchiveError
from backend.gate import Gate
from backend.transfer import Meter, Tick, alone, room

__all__ = ["LIMITS", "Limits", "unpack"]

_CHUNK = 1 << 20
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def unpack(archive: Path, folder: Path, *, tick: Tick, gate: Gate, limits: Limits = LIMITS) -> None:
    """Put what a tar, tgz, tar.bz2, tar.xz or zip file holds into `folder`, once all of it could be read.

    The kind is told by the content. Progress counts bytes of the archive. Permissions, owners and dates are not taken
    over, and what only macOS needs is left out.

    Raises:
        ArchiveError: it is damaged, holds what must not be unpacked, or something of that name is there already;
            `folder` is as it was.
        StorageError: there is no room, or the disk cannot be written; `folder` is as it was.
        Stopped: the gate was closed; `folder` is as it was.
    """
    with _opened(archive) as file, _staging(folder, archive) as staging:
        size = os.fstat(file.fileno()).st_size
        meter = Meter(archive.name, "unpack", size, tick)
        inspector = Inspector(archive.name, size, limits, room(folder))

        def step() -> None:
            gate.check()
            meter.move(file.tell())

        for path, member in _free(_members(archive, file, inspector), folder, archive):
            step()
            _write(staging / path, member, _content(member, archive), step)
        _move(staging, folder, archive)
        meter.finish(size)


@contextlib.contextmanager
def _opened(archive: Path) -> Generator[IO[bytes]]:
    with reading(archive):
        file = archive.open("rb")
    with file:
        yield file


@contextlib.contextmanager
def _staging(folder: Path, archive: Path) -> Generator[Path]:
    """Give a folder on the same disk to fill; it is gone afterwards, and so is `folder` if nothing was put there."""
    is_new = not folder.exists()
    staging = folder / f".{archive.name}.unpacking"
    busy = ArchiveError(f"'{archive.name}' is already being unpacked in '{folder}'.", "Wait until that is done.")
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with alone(staging, busy):
            shutil.rmtree(staging, ignore_errors=True)  # what a crash left
            try:
                with writing(staging):
                    staging.mkdir()
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    finally:
        if is_new:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _members(archive: Path, file: IO[bytes], inspector: Inspector) -> Iterator[tuple[PurePosixPath, Member]]:
    """Yield what is to be written; a zip file, which says at once what it holds, is inspected as a whole first."""
    with reading(archive):
        zipped = is_zip(file)
    if zipped:
        yield from list(inspector.passed(zip_members(archive, file)))
    else:
        yield from inspector.passed(tar_members(archive, file))


def _free(
    members: Iterator[tuple[PurePosixPath, Member]], folder: Path, archive: Path
) -> Iterator[tuple[PurePosixPath, Member]]:
    """Refuse a member whose place in `folder` is taken."""
    tops: set[str] = set()
    for path, member in members:
        top = path.parts[0] if path.parts else ""
        if top and top not in tops:
            _check_free(folder / top, archive)
            tops.add(top)
        yield path, member
    if not tops:
        raise ArchiveError(f"'{archive.name}' holds no files.", "Choose another archive.")


def _check_free(target: Path, archive: Path) -> None:
    if os.path.lexists(target):
        hint = "Remove or rename it first, or choose another folder."
        raise ArchiveError(f"'{archive.name}' was not unpacked: '{target}' is there already.", hint)


def _write(target: Path, member: Member, content: Iterator[bytes], step: Callable[[], None]) -> None:
    with writing(target):
        folder = target if member.kind == "folder" else target.parent
        folder.mkdir(parents=True, exist_ok=True)
    if member.kind == "file":
        with writing(target):
            descriptor = os.open(target, _NEW_FILE, 0o644)
        try:
            for chunk in content:
                step()
                with writing(target):
                    write_all(descriptor, chunk)
        finally:
            os.close(descriptor)
        step()


def _content(member: Member, archive: Path) -> Iterator[bytes]:
    """Yield exactly as many bytes as the member said it has.

    Raises:
        ArchiveError: it has more or less.
    """
    left = member.size
    with reading(archive):
        source = member.open()
    with source:
        while left:
            with reading(archive):
                chunk = source.read(min(left, _CHUNK))
                if not chunk:
                    raise EOFError(f"{member.name!r} ends too early")
            left -= len(chunk)
            yield chunk
        with reading(archive):
            if source.read(1):  # zipfile compares its checksum only here
                raise EOFError(f"{member.name!r} goes on after its end")


def _move(staging: Path, folder: Path, archive: Path) -> None:
    """Move all entries of one folder to another, or none."""
    moved: list[Path] = []
    try:
        for entry in sorted(staging.iterdir()):
            target = folder / entry.name
            _check_free(target, archive)
            with writing(target):
                entry.rename(target)
            moved.append(target)
        with writing(folder):
            sync_folder(folder)
    except BaseException:
        for target in moved:
            target.rename(staging / target.name)
        raise
