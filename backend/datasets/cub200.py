"""CUB-200-2011: 200 kinds of birds (Wah et al., 2011)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from backend.config import DATASETS
from backend.download import Source
from backend.errors import DataError
from backend.images import is_picture
from backend.listing.dataset import ListedDataset
from backend.listing.folders import Rules, split_folders
from backend.listing.listing import Listing, label_by_folder, read_pairs, require, require_files
from backend.listing.naming import from_numbered
from backend.listing.scan import digest, scan

_TITLE: Final = "CUB_200_2011"
_LISTS: Final = ("images.txt", "image_class_labels.txt", "train_test_split.txt", "classes.txt")
_READY_MADE: Final = Rules(name_of=from_numbered, belongs=lambda name: re.match(r"\d{3}\.", name) is not None)


@DATASETS.register
class Cub200(ListedDataset):
    """The official files, or ready-made `train` and `test` folders; classes by number."""

    id = "cub200"
    label = "CUB-200-2011"
    help = "200 kinds of birds in 11,788 photographs; official split of 5,994 and 5,794, or ready-made folders."
    rank = 30
    template = "a photo of a {}, a type of bird."
    homes = ("CUB_200_2011", "cub200", "cub")
    expected = ("CUB_200_2011/images.txt", "train/001.Black_footed_Albatross/ and test/001.Black_footed_Albatross/")
    sources = (
        Source(
            url="https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz",
            name="CUB_200_2011.tgz",
            size=1_150_585_339,
            digest="md5:97eceeb196236b17998738112f37df78",
        ),
    )
    manual = "CUB_200_2011.tgz from https://www.vision.caltech.edu/datasets/cub_200_2011/"

    def _look(self, root: Path) -> Listing | None:
        if any((root / name).is_file() for name in _LISTS[:3]):
            return _official(root)
        return split_folders(root, "CUB-200-2011", _READY_MADE)


def _official(root: Path) -> Listing:
    require_files(_TITLE, root, _LISTS)
    names = {number: f"images/{path}" for number, path in read_pairs(root / "images.txt")}
    folders = dict(read_pairs(root / "classes.txt"))
    classes, _ = label_by_folder(folders.values(), from_numbered, _TITLE)
    index = {number: i for i, number in enumerate(folders)}
    class_of = _column(root / "image_class_labels.txt", names, index)
    trains = _column(root / "train_test_split.txt", names, {"1": 0, "0": 2})
    found = scan(root, ["images"], is_picture)
    require(_TITLE, root, names.values(), found.stamps)
    return Listing(
        root=root,
        title=_TITLE,
        class_names=classes,
        names=tuple(names.values()),
        labels=np.array(class_of, dtype=np.int64),
        stamp=digest(found.stamps, *classes),
        own="official",
        parts=np.array(trains, dtype=np.int8),
        ignored=found.ignored,
    )


def _column(path: Path, numbers: Iterable[str], meaning: Mapping[str, int]) -> list[int]:
    """Return what a list says of every picture."""
    said = dict(read_pairs(path))
    try:
        return [meaning[said[number]] for number in numbers]
    except KeyError as error:
        sentence = f"'{path}' does not fit the other lists: {error} is missing or unknown."
        raise DataError(sentence, "Unpack or fetch it again.") from error
