"""Searching a long file from either end, a piece at a time.

It is not mapped into memory: reading a mapped file whose disk fails, or that is cut meanwhile, kills the process.
"""

from __future__ import annotations

import os
from typing import BinaryIO, Final

_PIECE: Final = 1 << 16
"""Bytes that are read at once."""
_LONGEST_MARK: Final = 64
"""Bytes by which pieces overlap, so that no mark is cut in two."""


class LongFile:
    """The whole lines that a file has when this is made; positions and `size` are in bytes.

    Args:
        file: opened for reading.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size
        self.size = self.rfind(b"\n", self.size) + 1

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` to before `end`."""
        self._file.seek(begin)
        return self._file.read(max(0, end - begin))

    def line_at(self, position: int) -> bytes:
        """Return the line around a position, without its newline."""
        return self.read(self.begin_of_line(position), self.find(b"\n", position))

    def begin_of_line(self, position: int) -> int:
        """Return where the line around a position begins."""
        return self.rfind(b"\n", position) + 1

    def find(self, mark: bytes, begin: int = 0) -> int:
        """Return where a short mark is first found at or after `begin`, or -1."""
        while begin < self.size:
            place = self.read(begin, begin + _PIECE + _LONGEST_MARK).find(mark)
            if place >= 0:
                return begin + place
            begin += _PIECE
        return -1

    def rfind(self, mark: bytes, end: int) -> int:
        """Return where a short mark is last found before `end`, or -1."""
        while end > 0:
            begin = max(0, end - _PIECE)
            place = self.read(begin, min(end + len(mark) - 1, self.size)).rfind(mark)
            if place >= 0:
                return begin + place
            end = begin
        return -1
