"""What may come out of an archive: which names, which kinds of entries, and how much of everything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from backend.errors import ArchiveError, StorageError
from backend.units import size as in_words

_SUSPECT = "Do not unpack it unless you know who made it; if you do, unpack it by hand and choose the folder."
_TWICE = "is there twice, or differs from another name only in upper and lower case"
_ANY_RATIO = 100_000_000  # bytes up to which no ratio is suspect
_LONGEST_NAME, _LONGEST_PATH = 255, 1000  # bytes that every system takes


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is unpacked.

    Args:
        entries: files and folders.
        total: bytes of all files.
        file: bytes of one file.
        ratio: bytes that come out for each byte of the archive.
        depth: folders inside one another.
    """

    entries: int = 2_000_000
    total: int = 200_000_000_000
    file: int = 100_000_000_000
    ratio: int = 200
    depth: int = 64


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of an archive.

    Args:
        name: as the archive has it.
        kind: `file`, `folder`, or what it is instead, such as `symbolic link`.
        size: bytes that it says it has.
        open: gives its content.
    """

    name: str
    kind: str
    size: int
    open: Callable[[], IO[bytes]]


def member_path(name: str, depth: int = LIMITS.depth) -> PurePosixPath:
    """Return where below the folder a name leads; the folder itself is `.`.

    Raises:
        ArchiveError: it leads out of the folder on some system, or cannot be written there.
    """
    if re.search(r"[\x00-\x1f\x7f\\]", name):
        raise _refused(name, "has a control character or a backslash")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise _refused(name, "is an absolute path")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if any(part.strip(" .") == "" or re.match(r"[A-Za-z]:", part) for part in parts):
        raise _refused(name, "leads out of the folder")
    if len(parts) > depth:
        raise _refused(name[:60], f"is more than {depth} folders deep")
    try:
        lengths = [len(part.encode(errors="surrogateescape")) for part in parts]
    except UnicodeEncodeError as error:
        raise _refused(name[:60], "is no text in any encoding") from error
    if sum(lengths) > _LONGEST_PATH or max(lengths, default=0) > _LONGEST_NAME:
        raise _refused(name[:60], "is too long")
    return PurePosixPath(*parts)


def _refused(name: str, why: str) -> ArchiveError:
    return ArchiveError(f"The archive was not unpacked: {name!r} in it {why}.", _SUSPECT)


class Inspector:
    """Looks at every member before it is written.

    Args:
        archive: what the file is called.
        size: its bytes.
        limits: what is allowed.
        room: bytes that can be written.
    """

    def __init__(self, archive: str, size: int, limits: Limits, room: int) -> None:
        self._archive, self._limits, self._room = archive, limits, room
        self._ratio_bound = max(_ANY_RATIO, limits.ratio * size)
        self._names = _Names()
        self._entries, self._total = 0, 0

    def passed(self, members: Iterable[Member]) -> Iterator[tuple[PurePosixPath, Member]]:
        """Yield each member with its path; leave out what only macOS needs.

        Raises:
            ArchiveError: a member must not be unpacked.
            StorageError: there is no room for it.
        """
        for member in members:
            path = self._checked(member)
            if not _is_litter(path):
                yield path, member

    def _checked(self, member: Member) -> PurePosixPath:
        path = member_path(member.name, self._limits.depth)
        if member.kind not in {"file", "folder"}:
            raise _refused(member.name, f"is a {member.kind}")
        if path == PurePosixPath() and member.kind == "file":
            raise _refused(member.name, "has no name")
        self._count(member)
        self._names.add(path, member)
        return path

    def _count(self, member: Member) -> None:
        self._entries += 1
        self._total += member.size
        if self._entries > self._limits.entries:
            raise self._too_much(f"more than {self._limits.entries:,} entries")
        if member.size > self._limits.file:
            raise self._too_much(f"a file of {in_words(member.size)}")
        if self._total > self._limits.total:
            raise self._too_much(f"more than {in_words(self._limits.total)}")
        if self._total > self._ratio_bound:
            raise self._too_much(f"more than {self._limits.ratio} times its own size")
        if self._total > self._room:
            sentence = f"'{self._archive}' does not fit: {in_words(max(0, self._room))} can be used there."
            raise StorageError(sentence, "Free some space or choose a folder on another disk, then try again.")

    def _too_much(self, what: str) -> ArchiveError:
        return ArchiveError(f"'{self._archive}' was not unpacked: it holds {what}.", _SUSPECT)


def _is_litter(path: PurePosixPath) -> bool:
    return any(part in {"__MACOSX", ".DS_Store"} or part.startswith("._") for part in path.parts)


class _Names:
    """Notices two entries that are one file on a system that does not tell cases or accents apart."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, PurePosixPath] = {}
        self._known: set[PurePosixPath] = set()

    def add(self, path: PurePosixPath, member: Member) -> None:
        folder = path if member.kind == "folder" else path.parent
        if folder not in self._known and not all(self._is_new(each) for each in (folder, *folder.parents)):
            raise _refused(member.name, _TWICE)
        self._known.add(folder)
        if member.kind == "file":
            key = _folded(path)
            if key in self._files or key in self._folders:
                raise _refused(member.name, _TWICE)
            self._files.add(key)

    def _is_new(self, folder: PurePosixPath) -> bool:
        """Remember a folder; tell whether nothing else goes by its name."""
        key = _folded(folder)
        return key not in self._files and self._folders.setdefault(key, folder) == folder


def _folded(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFC", str(path)).casefold()
