"""How much room the caches take, and how to get it back. Everything in them can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.arrays import CacheKind, abandoned, folder_of, sheet_of, whole
from backend.disk import writing

KINDS: Final[tuple[CacheKind, ...]] = ("pixels", "features")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """One cache: decoded pictures (`pixels`) or features of frozen image towers (`features`)."""

    kind: CacheKind
    bytes: int
    files: int


def sizes() -> tuple[CacheInfo, ...]:
    """Return the size of each cache."""
    return tuple(_size(kind) for kind in KINDS)


def clear(kind: CacheKind | None = None) -> int:
    """Remove one cache, or all, and return the bytes freed; what a run is writing just now stays.

    Raises:
        StorageError: a file may not be removed.
    """
    kinds = KINDS if kind is None else (kind,)
    return sum(_remove(path) for one in kinds for path in _removable(folder_of(one)))


def verify() -> tuple[Path, ...]:
    """Read all caches, remove the arrays that are damaged, and return their paths. Gigabytes take a while.

    Raises:
        StorageError: a file may not be removed.
    """
    damaged = tuple(path for kind in KINDS for path in sorted(folder_of(kind).glob("*.npy")) if not whole(path))
    for path in damaged:
        _remove(path)
        _remove(sheet_of(path))
    return damaged


def _size(kind: CacheKind) -> CacheInfo:
    sizes = [_bytes(path) for path in _files(folder_of(kind))]
    return CacheInfo(kind, sum(sizes), len(sizes))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if path.is_file())


def _removable(folder: Path) -> list[Path]:
    ended = set(abandoned(folder))
    return [path for path in _files(folder) if path.suffix != ".part" or path in ended]


def _bytes(path: Path) -> int:
    """Return the size of a file; 0 where it has just gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _remove(path: Path) -> int:
    size = _bytes(path)
    with writing(path):
        path.unlink(missing_ok=True)
    return size
