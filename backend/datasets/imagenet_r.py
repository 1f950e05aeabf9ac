"""ImageNet-R: renditions of 200 ImageNet classes (Hendrycks et al., 2021)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from backend.config import DATASETS
from backend.download import Source
from backend.errors import DataError
from backend.listing.dataset import ListedDataset
from backend.listing.folders import Rules, class_folders, split_folders
from backend.listing.listing import Listing, read_lines
from backend.listing.naming import from_folder

_WNID: Final = re.compile(r"n\d{8}")
_LINE: Final = re.compile(r"\s*(n\d{8})[\s:,]+(\S[^,]*)")


@DATASETS.register
class ImageNetR(ListedDataset):
    """WordNet folders with the names of README.txt; classes sorted by WordNet id. No split is official."""

    id = "imagenet_r"
    label = "ImageNet-R"
    help = "30,000 drawings, toys, tattoos and other renditions of 200 ImageNet classes; a seeded split, or folders."
    rank = 20
    homes = ("imagenet-r", "imagenet_r", "ImageNet-R")
    expected = ("imagenet-r/n01443537/", "train/n01443537/ and test/n01443537/ (or val/)")
    sources = (
        Source(
            url="https://people.eecs.berkeley.edu/~hendrycks/imagenet-r.tar",
            name="imagenet-r.tar",
            digest="md5:a61312130a589d0ca1a8fca1f2bd3337",
        ),
    )
    manual = "imagenet-r.tar from https://github.com/hendrycks/imagenet-r"

    def _look(self, root: Path) -> Listing | None:
        def name_of(wnid: str) -> str:
            return _name(wnid, names, root)

        rules = Rules(name_of=name_of, belongs=lambda folder: _WNID.fullmatch(folder) is not None)
        names = _known_names() | _readme_names(root)
        return split_folders(root, self.label, rules) or class_folders(root, self.label, rules)


def _name(wnid: str, names: Mapping[str, str], root: Path) -> str:
    if wnid not in names:
        sentence = f"No name is known for the class folder '{wnid}' in '{root}'."
        raise DataError(sentence, f"Write a line '{wnid} its name' into '{root / 'README.txt'}'.")
    return names[wnid]


def _known_names() -> dict[str, str]:
    listed = files("resources").joinpath("class_names", "imagenet_r.txt").read_text(encoding="utf-8")
    return _names(listed.splitlines())


def _readme_names(root: Path) -> dict[str, str]:
    readme = root / "README.txt"
    return _names(read_lines(readme)) if readme.is_file() else {}


def _names(lines: Iterable[str]) -> dict[str, str]:
    matches = filter(None, map(_LINE.match, lines))
    return {matched[1]: from_folder(matched[2]) for matched in matches}
