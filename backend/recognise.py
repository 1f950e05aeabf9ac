"""What a file or folder is that somebody hands to the window: a look from outside, before it is opened.

Only names and a few bytes are looked at, and of large folders only their beginning. Whoever opens it checks the rest.
"""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from backend.disk import open_plain
from backend.history import CONFIG, EVENTS
from backend.images import is_picture

Kind: TypeAlias = Literal["run", "bundle", "weights", "settings", "picture", "pictures", "unknown"]
"""weights: an exported checkpoint, or another folder in open_clip's format; settings: run.toml; pictures: a folder."""

_BUNDLE_BEGINS: Final = b"bundle.json"
_NAME_AT: Final = 30
"""Where the name of its first member stands in a zip."""
_ZIP: Final = b"PK\x03\x04"
_WEIGHTS: Final = "open_clip_config.json"
_MOST_ENTRIES: Final = 300
_MOST_FOLDERS: Final = 10
_DEPTH: Final = 2


class Recognised(NamedTuple):
    """What lies at a path; `path` is the run's own where something inside its folder was meant."""

    kind: Kind
    path: Path


def recognise(path: Path) -> Recognised:
    """Return what a path probably is.

    Raises:
        OSError: it is not there, or may not be read.
    """
    if path.is_dir():
        for folder in (path, *islice(path.parents, _DEPTH)):
            if (folder / CONFIG).is_file() and (folder / EVENTS).is_file():
                return Recognised("run", folder)
        if (path / _WEIGHTS).is_file():
            return Recognised("weights", path)
        return Recognised("pictures" if _holds_pictures(path, _DEPTH) else "unknown", path)
    begin = _beginning(path)
    if path.suffix.lower() == ".toml":
        return Recognised("settings", path)
    if begin.startswith(_ZIP) and begin[_NAME_AT:].startswith(_BUNDLE_BEGINS):
        return Recognised("bundle", path)
    return Recognised("picture" if is_picture(path.name) else "unknown", path)


def _beginning(path: Path) -> bytes:
    """Return the first bytes of a plain file."""
    with open(open_plain(path, os.O_RDONLY), "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        return file.read(_NAME_AT + len(_BUNDLE_BEGINS))


def _holds_pictures(folder: Path, depth: int) -> bool:
    """Tell whether a picture lies in a folder, or in one of the first folders in it."""
    with os.scandir(folder) as entries:
        some = [entry for entry in islice(entries, _MOST_ENTRIES) if not entry.name.startswith(".")]
    if any(is_picture(entry.name) for entry in some if entry.is_file()):
        return True
    inside = (Path(entry.path) for entry in some if entry.is_dir())
    return depth > 0 and any(_holds_pictures(one, depth - 1) for one in islice(inside, _MOST_FOLDERS))
