"""A file of JSON lines that only grows, and that survives its disk: full, failing, or unplugged and back again.

What was written since the last sync is kept in memory as well. A disk that was pulled out may have lost it, and one
that could not sync may drop it later; so it is written again, at the same place, once the disk takes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backend.disk import open_plain, read_all, write_all, write_atomic
from backend.errors import RunFolderError

_ANCHOR: Final = 400
"""So many bytes tell that a file is still ours: its last lines hold times to the microsecond."""
_MOST_IN_MEMORY: Final = 1 << 20
"""Bytes after which the file is synced, so that memory stays small."""
_PASSING: Final = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EINTR, errno.EAGAIN}
"""Errors after which an open file goes on to work; after others it may be dead for good."""


@dataclass(slots=True)
class _Content:
    """What a file holds.

    Attributes:
        safe: so many bytes are on the disk for certain.
        anchor: the last of them.
        tail: whole lines that follow, written but not synced.
        failed: lines since then that could not be written; parts of them may have been.
    """

    safe: int
    anchor: bytes
    tail: bytes = b""
    failed: set[bytes] = field(default_factory=set[bytes])

    @classmethod
    def of(cls, data: bytes) -> _Content:
        return cls(len(data), data[-_ANCHOR:])

    @property
    def size(self) -> int:
        return self.safe + len(self.tail)

    def now_safe(self) -> _Content:
        return _Content(self.size, (self.anchor + self.tail)[-_ANCHOR:])

    def is_in(self, file: int) -> bool:
        """Tell whether an open file holds this, whatever its disk did to what was not synced."""
        os.lseek(file, self.safe - len(self.anchor), os.SEEK_SET)
        data = read_all(file)
        begin, rest = data[: len(self.anchor)], data[len(self.anchor) :]
        ours = {*self.tail.splitlines(keepends=True), *self.failed}
        whole = (line for line in rest.splitlines(keepends=True) if line.startswith(b"{") and line.endswith(b"}\n"))
        return begin == self.anchor and all(line in ours for line in whole)


class Journal:
    """The file, open for one writer, who holds a lock elsewhere. A write that raised OSError can be tried again.

    Args:
        path: made if it is missing; a last line that a crash cut short is dropped.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open_plain(path, os.O_RDWR | os.O_CREAT)
        try:
            data = read_all(self._file)
            whole = data[: data.rfind(b"\n") + 1]
            os.ftruncate(self._file, len(whole))
            os.fsync(self._file)
        except OSError:
            self.close()
            raise
        self._content = _Content.of(whole)
        self._earlier: _Content | None = None  # what the file holds instead, if it could not be replaced
        self._sound = self._alive = True

    @property
    def size(self) -> int:
        """Bytes of all whole lines."""
        return self._content.size

    def read(self) -> bytes:
        """Return all whole lines."""
        with self._watched():
            os.lseek(self._file, 0, os.SEEK_SET)
            return read_all(self._file)[: self.size]

    def append(self, line: bytes, *, sync: bool) -> None:
        """Add a line that ends in a newline; after an error it is as if this had not been tried.

        Args:
            line: one event.
            sync: wait until it is on the disk.
        """
        with self._watched():
            content = self._content
            try:
                os.lseek(self._file, content.size, os.SEEK_SET)
                write_all(self._file, line)
                if sync := sync or len(content.tail) > _MOST_IN_MEMORY:
                    os.fsync(self._file)
            except OSError:
                content.failed.add(line)
                with contextlib.suppress(OSError):  # for readers; where it fails, `_repair` does it
                    os.ftruncate(self._file, content.size)
                raise
        content.tail += line
        if sync:
            self._content = content.now_safe()

    def sync(self) -> None:
        """Wait until every line is on the disk."""
        with self._watched():
            os.fsync(self._file)
        self._content = self._content.now_safe()

    @contextlib.contextmanager
    def _watched(self) -> Generator[None]:
        """Repair what an earlier error left behind, and note a new one."""
        try:
            if not self._sound:
                self._repair()
            yield
        except OSError as error:
            self._sound = False
            self._alive = self._alive and error.errno in _PASSING
            raise

    def _repair(self) -> None:
        # Written over what should be there already: never is a line off the disk that was on it.
        os.lseek(self._file, self._content.safe, os.SEEK_SET)
        write_all(self._file, self._content.tail)
        os.ftruncate(self._file, self._content.size)
        os.fsync(self._file)
        self._content = self._content.now_safe()
        self._sound = True

    def replace(self, data: bytes) -> None:
        """Put whole lines in the place of all.

        Raises:
            StorageError: this could not be written; try again, or go on with what was there.
        """
        self._earlier, self._content = self._content, _Content.of(data)
        self.close()  # Windows replaces no open file
        try:
            write_atomic(self.path, data)
        finally:
            with contextlib.suppress(OSError):  # then `is_there` tells
                self.reopen()

    def is_there(self) -> bool:
        """Tell whether the open file works and is the one at the path.

        Raises:
            OSError: nothing is at the path.
        """
        there = self.path.stat()
        return self._alive and os.path.samestat(os.fstat(self._file), there)

    def reopen(self) -> None:
        """Open the file again after its disk was gone; what that lost is written again by the next write.

        Raises:
            OSError: it cannot be opened, or is still gone.
            RunFolderError: the file at the path is not the one that was written.
        """
        self.close()
        self._file = open_plain(self.path, os.O_RDWR)
        fits = (content for content in (self._content, self._earlier) if content and content.is_in(self._file))
        content = next(fits, None)
        if content is None:
            self.close()
            sentence = f"'{self.path}' is not the file any more that this run wrote."
            raise RunFolderError(sentence, "Nothing was written to it. Put the run folder back, then resume the run.")
        self._content, self._earlier = content, None
        self._sound, self._alive = False, True

    def close(self) -> None:
        """Let go of the file; closing twice is fine."""
        if self._file >= 0:
            with contextlib.suppress(OSError):  # of a disk that is gone; what matters was synced
                os.close(self._file)
        self._file = -1
        self._alive = False
