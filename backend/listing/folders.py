"""Data sets that are folders: one a class, perhaps under one folder a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from backend.errors import DataError
from backend.images import is_picture
from backend.listing.listing import Listing, label_by_folder, part_index
from backend.listing.scan import digest, scan, subfolders
from backend.pictures import Part

_TRAIN: Final = {"train", "training"}
_VALIDATION: Final = {"val", "valid", "validation"}
_TEST: Final = {"test", "testing"}
PART_FOLDERS: Final = _TRAIN | _VALIDATION | _TEST
"""What folders that hold a part are called, in small letters."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How a data set's class folders are read.

    Attributes:
        name_of: class name of a folder.
        belongs: whether a folder is a class.
        wanted: whether a file is a picture.
        group_of: the group of a path; None where pictures stand alone.
    """

    name_of: Callable[[str], str]
    belongs: Callable[[str], bool] = lambda _: True
    wanted: Callable[[str], bool] = is_picture
    group_of: Callable[[str], str] | None = None


def part_folders(root: Path) -> Mapping[str, Part]:
    """Return the folders of `root` that hold a part; empty unless there are training and test pictures.

    Without a test folder the validation folder tests, as it does in the field's ready-made copies.
    """
    folders = subfolders(root) if root.is_dir() else ()
    train = [name for name in folders if name.lower() in _TRAIN]
    validation = [name for name in folders if name.lower() in _VALIDATION]
    test = [name for name in folders if name.lower() in _TEST]
    if not train or not (validation or test):
        return {}
    parts: dict[str, Part] = {train[0]: "train"}
    if test and validation:
        parts[validation[0]] = "validation"
    parts[(test or validation)[0]] = "test"
    return parts


def split_folders(root: Path, title: str, rules: Rules) -> Listing | None:
    """List `<root>/{train,test}/<class>/*`; None where that is not the layout.

    Raises:
        DataError: a class folder is empty, or two have one name.
    """
    parts = part_folders(root)
    below = {f"{part}/{name}": name for part in parts for name in subfolders(root / part) if rules.belongs(name)}
    if not below:
        return None
    listing = _listing(root, title, rules, below)
    indices = [part_index(parts[name.partition("/")[0]]) for name in listing.names]
    return replace(listing, own="folders", parts=np.array(indices, dtype=np.int8))


def class_folders(root: Path, title: str, rules: Rules, lacking: str = "") -> Listing | None:
    """List `<root>/<class>/*`; None where there is no class folder.

    Raises:
        DataError: a class folder is empty, or two have one name.
    """
    below = {name: name for name in subfolders(root) if rules.belongs(name)} if root.is_dir() else {}
    return _listing(root, title, rules, below, lacking) if below else None


def _listing(root: Path, title: str, rules: Rules, below: Mapping[str, str], lacking: str = "") -> Listing:
    names, index = label_by_folder(sorted(set(below.values())), rules.name_of, title)
    found = scan(root, below, rules.wanted)
    depth = next(iter(below)).count("/") + 1
    folders = ["/".join(path.split("/", depth)[:depth]) for path in found.stamps]
    if empty := sorted(set(below) - set(folders)):
        more = f" ({len(empty)} such folders in all)" if len(empty) > 1 else ""
        sentence = f"The class folder '{root / empty[0]}' holds no picture{more}."
        raise DataError(sentence, "Put pictures into it, or remove it.")
    return Listing(
        root=root,
        title=title,
        class_names=names,
        names=tuple(found.stamps),
        labels=np.array([index[below[folder]] for folder in folders], dtype=np.int64),
        stamp=digest(found.stamps, *names),
        groups=tuple(map(rules.group_of, found.stamps)) if rules.group_of else None,
        lacking=lacking,
        ignored=found.ignored,
    )
