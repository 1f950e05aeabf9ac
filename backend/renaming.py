"""Giving a run another name: the name of its folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from backend.disk import writing
from backend.errors import RunFolderError
from backend.trash import refuse_written

_LONGEST: Final = 120
"""Characters."""
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
"""Characters that some system does not allow in a name."""
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
)
"""Names that Windows keeps for devices, with any ending."""


def rename_run(folder: Path, name: str) -> Path:
    """Rename a run and return its new folder; nothing in it says what it is called.

    Raises:
        RunFolderError: no folder may have that name, there is one already, or the run is on.
        StorageError: it cannot be renamed; it is as it was.
    """
    name = " ".join(name.split())
    if name == folder.name:
        return folder
    _refuse_name(name)
    refuse_written(folder)
    there = folder.with_name(name)
    # On some disks capitals make no difference: there a run may be in its own way.
    if os.path.lexists(there) and not (folder.exists() and there.samefile(folder)):
        raise RunFolderError(f"There is a run '{name}' already.", "Give it another name.")
    with writing(there):
        folder.rename(there)
    return there


def _refuse_name(name: str) -> None:
    bad = sorted(letter for letter in set(name) if letter in _FORBIDDEN or not letter.isprintable())
    if bad:
        raise RunFolderError(f"A run's name cannot have {' '.join(map(repr, bad))}.", "Leave it out.")
    if not name or len(name) > _LONGEST:
        raise RunFolderError(f"A run's name has 1 to {_LONGEST} letters.", "Write more about the run in its note.")
    if name.startswith(".") or name.endswith(".") or name.partition(".")[0].casefold() in _RESERVED:
        raise RunFolderError(f"'{name}' cannot be the name of a folder everywhere.", "Give it another name.")
