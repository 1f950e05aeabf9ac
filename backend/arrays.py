"""Arrays on disk that can be made again: an `.npy` file, and beside it a JSON sheet that vouches for it.

A cache is never trusted for being there. The sheet is written last, after the array is on the disk, and holds a
checksum of every row. Each start reads a draw of rows again, `CHECKED` bytes of them, so that gigabytes need no second
pass; `whole` reads all. Whatever does not fit its sheet is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import numpy as np
import psutil
from numpy.typing import NDArray
from pydantic import BaseModel

from backend.bounded import read_bytes
from backend.disk import write_atomic, writing
from backend.errors import StorageError
from backend.places import cache_folder
from backend.units import size

CacheKind: TypeAlias = Literal["pixels", "features"]
CHECKED: Final = 64 * 2**20
"""Bytes of an array that each start checks; a smaller array is checked whole."""
SPARE: Final = 256 * 2**20
"""Bytes of the disk that a cache leaves free."""
_MOST_SHEET: Final = 2**28
"""Bytes of a sheet: about ten a row."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which array.

    Attributes:
        kind: which cache.
        key: names everything that decides a value of it.
        count: how many rows it has where none is missing.
        row: shape of a row.
        dtype: type of a number.
    """

    kind: CacheKind
    key: str
    count: int
    row: tuple[int, ...]
    dtype: Literal["uint8", "float32"]

    @property
    def path(self) -> Path:
        """The array's file."""
        name = hashlib.sha256(f"{self.key}/{self.count}/{self.row}/{self.dtype}".encode()).hexdigest()[:24]
        return folder_of(self.kind) / f"{name}.npy"

    @property
    def bytes(self) -> int:
        """Size of all rows."""
        return self.count * int(np.prod(self.row)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class Cached:
    """An array that is there.

    Attributes:
        rows: `(n, *row)`, mapped into memory; writing to it does not reach the disk.
        checksums: CRC-32 of each row.
        missing: which of the wanted rows could not be made, so that n = count - len(missing).
    """

    rows: NDArray[Any]
    checksums: tuple[int, ...]
    missing: tuple[int, ...]


class _Sheet(BaseModel):
    key: str
    shape: tuple[int, ...]
    dtype: str
    missing: tuple[int, ...]
    checksums: tuple[int, ...]


def folder_of(kind: CacheKind) -> Path:
    """Return where the arrays of a cache lie."""
    return cache_folder() / kind


def find(wanted: Wanted) -> Cached | None:
    """Return an array, or None where it is not there, or is damaged as far as a draw of its rows tells."""
    opened = _open(wanted.path)
    if opened is None:
        return None
    sheet, rows = opened
    shape = (wanted.count - len(sheet.missing), *wanted.row)
    if sheet.key != wanted.key or sheet.shape != shape or sheet.dtype != wanted.dtype:
        return None
    some = max(1, CHECKED // max(1, rows[:1].nbytes))
    draw = range(len(rows)) if some >= len(rows) else np.random.default_rng().choice(len(rows), some, replace=False)
    return Cached(rows, sheet.checksums, sheet.missing) if _fits(sheet, rows, draw) else None


def whole(path: Path) -> bool:
    """Tell whether every row of an array file is as it was written."""
    opened = _open(path)
    return opened is not None and _fits(opened[0], opened[1], range(len(opened[1])))


def _open(path: Path) -> tuple[_Sheet, NDArray[Any]] | None:
    try:
        sheet = _Sheet.model_validate_json(read_bytes(sheet_of(path), _MOST_SHEET))
        rows = np.lib.format.open_memmap(path, mode="c")
    except (OSError, ValueError, EOFError, OverflowError):
        return None
    as_told = rows.shape == sheet.shape and rows.dtype == sheet.dtype and len(sheet.checksums) == len(rows)
    return (sheet, rows) if as_told else None


def sheet_of(path: Path) -> Path:
    """Return the sheet that vouches for an array file."""
    return path.with_suffix(".json")


def _fits(sheet: _Sheet, rows: NDArray[Any], which: Iterable[int]) -> bool:
    return all(zlib.crc32(rows[i].tobytes()) == sheet.checksums[i] for i in which)


def make(wanted: Wanted, rows: Generator[tuple[int, NDArray[Any]]]) -> Cached:
    """Write an array, under another name until it is whole.

    Args:
        wanted: what it is.
        rows: position and value of each row, positions ascending; those left out are missing. It is closed.

    Raises:
        StorageError: there is no room for it, or it cannot be written; nothing is left behind.
    """
    path = wanted.path
    checksums: list[int] = []
    there: set[int] = set()
    with closing(rows), _half(wanted) as file:
        for index, row in rows:
            data = row.tobytes()
            with writing(path):
                file.write(data)
            checksums.append(zlib.crc32(data))
            there.add(index)
        with writing(path):
            _write_header(file, wanted, len(checksums))
            os.fsync(file.fileno())
            sheet_of(path).unlink(missing_ok=True)
            Path(file.name).replace(path)
    missing = tuple(i for i in range(wanted.count) if i not in there)
    shape = (len(checksums), *wanted.row)
    sheet = _Sheet(key=wanted.key, shape=shape, dtype=wanted.dtype, missing=missing, checksums=tuple(checksums))
    write_atomic(sheet_of(path), sheet.model_dump_json().encode())
    made = find(wanted)
    if made is None:
        raise StorageError(f"'{path}' does not read back as it was written.", "Check the disk, then start again.")
    return made


@contextmanager
def _half(wanted: Wanted) -> Generator[BinaryIO]:
    """Open a file for the rows, behind a header for all of them; it is removed unless it was renamed."""
    path = wanted.path
    half = path.with_suffix(f".{os.getpid()}.part")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in abandoned(path.parent):
            left.unlink(missing_ok=True)
        _check_room(wanted)
        file = half.open("wb")
    try:
        with writing(path):
            _write_header(file, wanted, wanted.count)
        yield file
    finally:
        with writing(path):
            file.close()
            half.unlink(missing_ok=True)


def _write_header(file: BinaryIO, wanted: Wanted, count: int) -> None:
    """Write the header for `count` rows; NumPy leaves room in it, so that any count gives the same length."""
    file.seek(0)
    header = {"descr": np.dtype(wanted.dtype).str, "fortran_order": False, "shape": (count, *wanted.row)}
    np.lib.format.write_array_header_1_0(file, header)
    file.flush()


def _check_room(wanted: Wanted) -> None:
    free = shutil.disk_usage(wanted.path.parent).free
    if wanted.bytes + SPARE > free:
        sentence = (
            f"The cache of {wanted.kind} needs {size(wanted.bytes + SPARE)} in '{wanted.path.parent}', "
            f"where {size(free)} are free."
        )
        raise StorageError(sentence, "Free some space there, or clear the caches.")


def abandoned(folder: Path) -> list[Path]:
    """Return the half-written files in a cache folder whose process has ended."""
    return [path for path in folder.glob("*.part") if not psutil.pid_exists(_writer(path))]


def _writer(path: Path) -> int:
    number = path.suffixes[-2].removeprefix(".") if len(path.suffixes) > 1 else ""
    return int(number) if number.isdigit() else -1
