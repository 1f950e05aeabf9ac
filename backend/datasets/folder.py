"""Any folder of pictures: one folder a class, or that under `train` and `test`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from backend.config import DATASETS
from backend.errors import DataError
from backend.images import is_picture
from backend.listing.dataset import ListedDataset
from backend.listing.folders import PART_FOLDERS, Rules, class_folders, part_folders, split_folders
from backend.listing.listing import Listing
from backend.listing.naming import from_folder
from backend.listing.scan import files_in, subfolders

_RULES: Final = Rules(name_of=from_folder)


@DATASETS.register
class Folder(ListedDataset):
    """Class names are folder names, with underscores as blanks; folders inside a class folder belong to the class."""

    id = "folder"
    label = "Image folder"
    help = "Your own pictures: one folder a class, or train/ and test/ with one folder a class."
    rank = 60
    manual = "Any folder of pictures with one folder a class; its path is data.root."
    several = True
    expected = ("<class>/<picture>", "train/<class>/<picture> and test/<class>/<picture>")

    def _look(self, root: Path) -> Listing | None:
        if not self.settings.root:
            raise DataError("No image folder is chosen.", "Choose a folder (data.root) that holds one folder a class.")
        root = _inner(root)
        title = f"'{root.name}'"
        _refuse_half(root, title)
        return split_folders(root, title, _RULES) or class_folders(root, title, _RULES)


def _inner(root: Path) -> Path:
    """Go down where a folder holds nothing but one folder of folders, as archives often do."""
    while root.is_dir() and len(folders := subfolders(root)) == 1:
        inner = root / folders[0]
        if inner.name.lower() in PART_FOLDERS or not subfolders(inner) or any(map(is_picture, files_in(root))):
            break
        root = inner
    return root


def _refuse_half(root: Path, title: str) -> None:
    """Refuse training pictures without test pictures, and the other way round."""
    folders = {name.lower() for name in subfolders(root)} if root.is_dir() else set[str]()
    if folders and folders <= PART_FOLDERS and not part_folders(root):
        lacking = root / ("test" if "train" in folders else "train")
        sentence = f"{title} is split into {', '.join(sorted(folders))}, but there is no '{lacking}'."
        raise DataError(sentence, "Add it, or set data.root to the folder that holds the class folders.")
