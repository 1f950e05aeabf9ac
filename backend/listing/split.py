"""Which pictures train, validate and test: the data set's own split, its folders, a draw, or a list file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.config import DataSettings
from backend.errors import DataError
from backend.listing.draw import draw
from backend.listing.listing import LEFT_OUT, Listing, part_index
from backend.listing.lists import read_list
from backend.pictures import PARTS, Part

_VALIDATION_SHARE: Final = 0.1
_TRAIN, _VALIDATION, _TEST = map(part_index, PARTS)
_CALLED: Final[dict[Part, str]] = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class Split:
    """Indices of the pictures of each part `(n,)`, ascending, and the layout in words."""

    indices: Mapping[Part, NDArray[np.int64]]
    words: str


def split(listing: Listing, settings: DataSettings) -> Split:
    """Split a data set as the settings say.

    Validation pictures are the data set's own, or a seeded tenth of every class's training pictures. That tenth is
    taken out of training only where `settings.score_on` is "validation".

    Raises:
        DataError: there is no such split, or a class would have no training or no test picture.
    """
    parts, how = _parts(listing, settings)
    for part in (_TRAIN, _TEST):
        _check_every_class(listing, parts, part)
    own_validation = bool((parts == _VALIDATION).any())
    validation = parts == _VALIDATION if own_validation else _tenth(listing, parts, settings)
    training = parts == _TRAIN
    if settings.score_on == "validation":
        training &= ~validation
        _check_validation(listing, validation)
    indices: dict[Part, NDArray[np.int64]] = {
        "train": np.flatnonzero(training),
        "validation": np.flatnonzero(validation),
        "test": np.flatnonzero(parts == _TEST),
    }
    shown = PARTS if own_validation or settings.score_on == "validation" else ("train", "test")
    counts = [f"{len(indices[part]):,} {_CALLED[part]}" for part in shown]
    sentence = f"{listing.title} {how}: {', '.join(counts[:-1])} and {counts[-1]} pictures"
    return Split(indices, sentence + _remarks(listing, int((parts == LEFT_OUT).sum())))


def _parts(listing: Listing, settings: DataSettings) -> tuple[NDArray[np.int8], str]:
    """Return the part of every picture `(n,)`, and in words how it was chosen."""
    match settings.split:
        case "auto" if listing.parts is not None:
            return listing.parts, _called(listing)
        case "auto" | "seeded":
            how = f"split by seed {settings.split_seed}, test share {settings.test_share:g}"
            return _drawn(listing, settings), how
        case "official" | "folders" as wanted:
            if listing.parts is None or listing.own != wanted:
                raise _no_such_split(listing, wanted)
            return listing.parts, _called(listing)
        case path:
            return read_list(Path(path).expanduser(), listing.names), f"split by '{path}'"


def _called(listing: Listing) -> str:
    return "with its official split" if listing.own == "official" else "split by its folders"


def _no_such_split(listing: Listing, wanted: str) -> DataError:
    if wanted == "folders":
        sentence = f"{listing.title} has no train and test folders."
        return DataError(sentence, f"Make '{listing.root / 'train'}' and '{listing.root / 'test'}', or use seeded.")
    needs = f"Put '{listing.lacking}' there, or use" if listing.lacking else "Use"
    other = "seeded or folders" if listing.own == "folders" else "seeded"
    return DataError(f"{listing.title} came without an official split.", f"{needs} data.split = {other}.")


def _drawn(listing: Listing, settings: DataSettings) -> NDArray[np.int8]:
    test = draw(
        listing.labels, listing.class_names, settings.test_share, settings.split_seed, "test", groups=listing.groups
    )
    for kind in np.flatnonzero(np.bincount(listing.labels[test], minlength=len(listing.class_names)) == 0):
        raise _undividable(listing, int(kind))
    return np.where(test, _TEST, _TRAIN).astype(np.int8)


def _undividable(listing: Listing, kind: int) -> DataError:
    name = listing.class_names[kind]
    hint = "Add pictures, or remove the class."
    if int((listing.labels == kind).sum()) == 1:
        return DataError(f"The class '{name}' has one picture, which cannot both train and test.", hint)
    return DataError(f"All pictures of the class '{name}' belong to one group, which cannot both train and test.", hint)


def _tenth(listing: Listing, parts: NDArray[np.int8], settings: DataSettings) -> NDArray[np.bool_]:
    training = np.flatnonzero(parts == _TRAIN)
    groups = None if listing.groups is None else [listing.groups[i] for i in training]
    chosen = draw(
        listing.labels[training],
        listing.class_names,
        _VALIDATION_SHARE,
        settings.split_seed,
        "validation",
        groups=groups,
    )
    validation = np.zeros(len(parts), dtype=np.bool_)
    validation[training[chosen]] = True
    return validation


def _check_every_class(listing: Listing, parts: NDArray[np.int8], part: int) -> None:
    counts = np.bincount(listing.labels[parts == part], minlength=len(listing.class_names))
    if (empty := np.flatnonzero(counts == 0)).size:
        more = f" ({empty.size} such classes in all)" if empty.size > 1 else ""
        sentence = f"The class '{listing.class_names[empty[0]]}' has no {_CALLED[PARTS[part]]} picture{more}."
        raise DataError(sentence, "Add some, or set data.split = seeded.")


def _check_validation(listing: Listing, validation: NDArray[np.bool_]) -> None:
    counts = np.bincount(listing.labels[validation], minlength=len(listing.class_names))
    if (empty := np.flatnonzero(counts == 0)).size:
        sentence = f"The class '{listing.class_names[empty[0]]}' has too few pictures to set one apart for validation."
        raise DataError(sentence, "Add pictures, or set data.score_on = test.")


def _remarks(listing: Listing, left_out: int) -> str:
    remarks: list[str] = []
    if left_out:
        remarks.append(f"{left_out:,} pictures are in no part")
    if listing.ignored:
        remarks.append(f"{listing.ignored:,} other files ignored")
    if listing.lacking:
        remarks.append(f"no '{listing.lacking}'")
    return "".join(f"; {remark}" for remark in remarks)
