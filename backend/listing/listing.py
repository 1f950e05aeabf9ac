"""What lies in a data set's folder, before it is split."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from backend import bounded
from backend.errors import DataError
from backend.listing.naming import check_distinct
from backend.pictures import PARTS, Part

LEFT_OUT: Final = -1
"""The part of a picture that belongs to none."""
_MOST_BYTES: Final = 2**28
"""Size of the largest list that is read: some millions of pictures."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All pictures of a data set.

    Attributes:
        root: the folder that `names` are relative to.
        title: what was found, as a person would call it.
        class_names: in the data set's own order.
        names: one a picture, unique, in an order that does not depend on the machine.
        labels: class indices `(n,)`.
        stamp: changes with any picture.
        own: what the split that came with the data set is called; "" where there is none.
        parts: that split, `(n,)`: the index in `PARTS` or `LEFT_OUT`; None where there is none.
        groups: one name a picture, where pictures belong together; None where they do not.
        lacking: which file would bring a split of its own, where it could have one.
        ignored: how many files lie there that are no pictures.
    """

    root: Path
    title: str
    class_names: tuple[str, ...]
    names: tuple[str, ...]
    labels: NDArray[np.int64]
    stamp: str
    own: Literal["", "official", "folders"] = ""
    parts: NDArray[np.int8] | None = None
    groups: tuple[str, ...] | None = None
    lacking: str = ""
    ignored: int = 0


def part_index(part: Part) -> int:
    """Return the number that stands for a part in `Listing.parts`."""
    return PARTS.index(part)


def label_by_folder(
    folders: Iterable[str], name_of: Callable[[str], str], title: str
) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return class names and the class index of each folder, in the folders' order.

    Raises:
        DataError: there is no folder, or two have the same name.
    """
    index = {folder: i for i, folder in enumerate(folders)}
    if not index:
        raise DataError(f"{title} holds no class folder.", "Put the pictures of each class into a folder of its own.")
    names = tuple(map(name_of, index))
    check_distinct(names, tuple(index))
    return names, index


def require(title: str, root: Path, wanted: Iterable[str], there: Collection[str]) -> None:
    """Refuse a data set that its own lists say is incomplete.

    Raises:
        DataError: names the first missing paths and how many are missing.
    """
    if missing := [name for name in wanted if name not in there]:
        first = ", ".join(f"'{root / name}'" for name in missing[:3])
        raise DataError(
            f"{title} is incomplete: {len(missing):,} files are missing, the first: {first}.",
            "Unpack or fetch it again.",
        )


def require_files(title: str, root: Path, names: Iterable[str]) -> None:
    """Refuse a data set of which a list is missing.

    Raises:
        DataError: names all that are missing.
    """
    require(title, root, names, [name for name in names if (root / name).is_file()])


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file.

    Raises:
        DataError: it is missing or no UTF-8 text.
    """
    try:
        return bounded.read_bytes(path, _MOST_BYTES).decode("utf-8-sig").splitlines()
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}.", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"'{path}' is not UTF-8 text.", "Save it as UTF-8.") from error


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """Return the first word and the rest of each line of a text file that is not empty.

    Raises:
        DataError: a line has one word only; names its number.
    """
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(read_lines(path), start=1):
        words = line.split(maxsplit=1)
        if len(words) == 1:
            raise DataError(f"Line {number} of '{path}' is cut off.", "Unpack or fetch it again.")
        if words:
            pairs.append((words[0], words[1].rstrip()))
    return pairs
