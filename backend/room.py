"""How much room the checkpoints of a run take."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.errors import RunFolderError
from backend.store import CHECKPOINTS


@dataclass(frozen=True, slots=True)
class Room:
    """How many checkpoints there are, saves inside a task included, and their size in bytes."""

    checkpoints: int
    bytes: int


def room_of(folder: Path) -> Room:
    """Measure the checkpoints of the run in `folder`, also while it is writing them.

    Raises:
        RunFolderError: they cannot be listed.
    """
    try:
        found = [entry.path for entry in _inside(folder / CHECKPOINTS) if entry.is_dir(follow_symlinks=False)]
        sizes = [sum(map(_size, _inside(path))) for path in found]
    except OSError as error:
        sentence = f"The checkpoints of '{folder}' cannot be listed: {error.strerror}."
        raise RunFolderError(sentence, "Check the disk and the permissions.") from error
    return Room(len(sizes), sum(sizes))


def _inside(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder; nothing where it is gone, no folder, or half written."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        yield from (entry for entry in entries if not entry.name.startswith(".") and not entry.is_symlink())


def _size(entry: os.DirEntry[str]) -> int:
    with contextlib.suppress(FileNotFoundError):  # a save that has just been superseded
        return entry.stat(follow_symlinks=False).st_size
    return 0
