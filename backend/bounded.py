"""Reading files that strangers may have written: plain files only, and no more bytes of them than make sense."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from backend.units import size


@contextmanager
def opened(path: Path, most: int) -> Generator[BinaryIO]:
    """Open a file for reading.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        OSError: it is missing, larger, or a pipe, device or folder, which could keep a reader waiting for ever.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file", str(path))
        if status.st_size > most:
            raise OSError(errno.EFBIG, f"it has more than {size(most)}", str(path))
        yield file


def read_bytes(path: Path, most: int) -> bytes:
    """Return the contents of a file; of one that grows, as much as it had.

    Raises:
        OSError: as in `opened`.
    """
    with opened(path, most) as file:
        return file.read(os.fstat(file.fileno()).st_size)


def read_lines(path: Path, most: int, longest: int) -> Iterator[bytes]:
    """Yield the lines of a file with their ends, holding one at a time.

    Args:
        path: the file; it may grow while it is read.
        most: how many bytes it may have.
        longest: how many a line may have.

    Raises:
        OSError: as in `opened`, or a line is longer.
    """
    with opened(path, most) as file:
        while line := file.readline(longest + 1):
            if len(line) > longest:
                raise OSError(errno.EFBIG, f"a line of it has more than {size(longest)}", str(path))
            yield line
