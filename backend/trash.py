"""Runs that are put away, and come back exactly as they were: a folder `.trash` beside them.

```
.trash/20261122-170000-123456/NAME    the run folder, under its own name; the time it was put away, in UTC
```
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from backend.disk import writing
from backend.errors import RunFolderError
from backend.history import is_being_written

TRASH: Final = ".trash"
KEPT_DAYS: Final = 30
"""After which a run in the trash is deleted, when a window is opened."""
_TIME: Final = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True, slots=True)
class Trashed:
    """A run in the trash.

    Attributes:
        folder: where it lies now.
        home: where it came from, and goes back to.
        when: seconds since the epoch.
    """

    folder: Path
    home: Path
    when: float

    @property
    def name(self) -> str:
        """The run's name."""
        return self.folder.name


def trash_run(folder: Path) -> Trashed:
    """Move a run to the trash beside it.

    Raises:
        RunFolderError: it is on now.
        StorageError: it cannot be moved; it is where it was.
    """
    refuse_written(folder)
    now = datetime.now(UTC)
    place = folder.parent / TRASH / now.strftime(_TIME)
    with writing(folder):
        place.mkdir(parents=True)
        try:
            folder.rename(place / folder.name)
        except OSError:
            place.rmdir()
            raise
    return Trashed(place / folder.name, folder, now.timestamp())


def restore_run(run: Trashed) -> Path:
    """Put a run back where it was; return its folder.

    Raises:
        RunFolderError: another run has its name by now, or it is in the trash no longer.
        StorageError: it cannot be moved; it stays in the trash.
    """
    if os.path.lexists(run.home):
        raise RunFolderError(f"There is another run '{run.name}' by now.", "Rename that one, then restore this one.")
    if not os.path.lexists(run.folder):
        raise RunFolderError(f"'{run.name}' is not in the trash any more.", "It was restored or deleted elsewhere.")
    with writing(run.home):
        run.folder.rename(run.home)
        run.folder.parent.rmdir()
    return run.home


def in_trash(root: Path) -> tuple[Trashed, ...]:
    """Return the runs in the trash of a folder of runs, the newest first.

    Raises:
        OSError: it cannot be listed.
    """
    found = (
        Trashed(folder, root / folder.name, when) for place, when in _places(root).items() for folder in place.iterdir()
    )
    return tuple(sorted(found, key=lambda run: -run.when))


def room_in_trash(root: Path) -> int:
    """Return the bytes that emptying the trash frees.

    Raises:
        OSError: it cannot be listed.
    """
    return sum(map(_size, _places(root)))


def empty_trash(root: Path, older_than: float = 0) -> int:
    """Delete what is in the trash for good; return how many runs that were.

    Args:
        root: the folder of runs.
        older_than: only what has been there for so many days.

    Raises:
        StorageError: something cannot be deleted.
    """
    latest = (datetime.now(UTC) - timedelta(days=older_than)).timestamp()
    count = 0
    for place, when in _places(root).items():
        if when <= latest:
            with writing(place):
                count += len(list(place.iterdir()))
                shutil.rmtree(place)
    return count


def refuse_written(folder: Path) -> None:
    """Leave a run alone that is on.

    Raises:
        RunFolderError: somebody writes it now.
    """
    if is_being_written(folder):
        raise RunFolderError(f"'{folder.name}' is on now.", "Stop it first, or wait until it has ended.")


def _places(root: Path) -> dict[Path, float]:
    """Return where something was put away, and when; anything else that lies in the trash is left alone."""
    trash = root / TRASH
    if not trash.is_dir() or trash.is_symlink():
        return {}
    return {place: when for place in trash.iterdir() if (when := _time_of(place)) is not None and place.is_dir()}


def _time_of(place: Path) -> float | None:
    try:
        return datetime.strptime(place.name, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _size(folder: Path) -> int:
    return sum(status.st_size for status in _files(folder) if stat.S_ISREG(status.st_mode))


def _files(folder: Path) -> Iterator[os.stat_result]:
    for path, _, names in os.walk(folder):
        yield from (os.lstat(Path(path, name)) for name in names)
