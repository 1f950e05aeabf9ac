"""UCF-101: 101 kinds of human actions, one frame a video (Soomro et al., 2012)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.config import DATASETS
from backend.errors import DataError
from backend.images import ImageFiles, is_picture
from backend.listing.dataset import ListedDataset
from backend.listing.folders import Rules, class_folders, split_folders
from backend.listing.listing import (
    Listing,
    label_by_folder,
    part_index,
    read_lines,
    read_pairs,
    require,
    require_files,
)
from backend.listing.naming import check_distinct, from_camel_case
from backend.listing.scan import digest, scan
from backend.pictures import Part, Pictures
from backend.videos import MiddleFrames, is_video

_FRAMES: Final = "UCF-101-midframes"
_COOP: Final = "split_zhou_UCF101.json"
_VIDEOS: Final = "UCF-101"
_LISTS: Final = "ucfTrainTestlist"
_COOP_PARTS: Final[dict[str, Part]] = {"train": "train", "val": "validation", "test": "test"}


def group_of(path: str) -> str:
    """Return class and group of a picture or video, such as "ApplyEyeMakeup/g08"; its own path where it has none."""
    matched = re.search(r"v_([^/]+)_(g\d+)_c\d+", path)
    return f"{matched[1]}/{matched[2]}" if matched else path


_RULES: Final = Rules(name_of=from_camel_case, group_of=group_of)
_VIDEO_RULES: Final = Rules(name_of=from_camel_case, group_of=group_of, wanted=is_video)


@DATASETS.register
class Ucf101(ListedDataset):
    """Middle frames with the split of CoOp, ready-made folders, or the videos with their official lists (number 1)."""

    id = "ucf101"
    label = "UCF-101"
    help = "101 kinds of actions, the middle frame of each of 13,320 videos; CoOp's split, folders, or the videos."
    rank = 40
    template = "a photo of a person doing {}."
    homes = ("ucf101", "UCF101", "ucf-101", "ucf")
    expected = (
        f"{_FRAMES}/<Class_Name>/ with {_COOP}",
        "train/<Class>/ and val/<Class>/ (or test/)",
        f"{_VIDEOS}/<Class>/ with {_LISTS}/trainlist01.txt",
    )
    manual = (
        f"Middle frames: {_FRAMES}.zip and {_COOP}, linked from "
        "https://github.com/KaiyangZhou/CoOp/blob/main/DATASETS.md. Videos: UCF101.rar and "
        "UCF101TrainTestSplits-RecognitionTask.zip from https://www.crcv.ucf.edu/data/UCF101.php. "
        f"Unpack them side by side: {_FRAMES}/ with {_COOP}, or {_VIDEOS}/ with {_LISTS}/."
    )

    def _look(self, root: Path) -> Listing | None:
        base = root.parent if root.name in {_FRAMES, _VIDEOS} else root
        if (base / _FRAMES).is_dir():
            return _coop(base) if (base / _COOP).is_file() else _without_split(base, _FRAMES, _RULES, _COOP)
        if (base / _VIDEOS).is_dir():
            official = (base / _LISTS).is_dir()
            return _official(base) if official else _without_split(base, _VIDEOS, _VIDEO_RULES, f"{_LISTS}/")
        return split_folders(root, self.label, _RULES)

    def _open(self, listing: Listing, indices: NDArray[np.int64]) -> Pictures:
        kind = MiddleFrames if is_video(listing.names[0]) else ImageFiles
        return kind(listing.root, [listing.names[i] for i in indices], listing.labels[indices])


def _without_split(base: Path, folder: str, rules: Rules, lacking: str) -> Listing | None:
    return class_folders(base / folder, folder, rules, lacking=str(base / lacking))


def _coop(base: Path) -> Listing:
    """List the middle frames with the split of CoOp (Zhou et al., 2022)."""
    entries = _read_coop(base / _COOP)
    folders = {label: name for _, _, label, name in entries}
    labels = sorted(folders)
    classes = tuple(from_camel_case(folders[label]) for label in labels)
    check_distinct(classes, [folders[label] for label in labels])
    names = tuple(path for _, path, _, _ in entries)
    return _listed(
        base / _FRAMES,
        f"{_FRAMES} ({_COOP})",
        classes,
        names,
        [labels.index(label) for _, _, label, _ in entries],
        [part_index(part) for part, _, _, _ in entries],
    )


def _read_coop(path: Path) -> list[tuple[Part, str, int, str]]:
    """Return part, path, label and class name of every picture that CoOp's file lists."""
    try:
        tree: Any = json.loads("\n".join(read_lines(path)))
        return [
            (_COOP_PARTS[part], str(name), int(label), str(folder))
            for part, entries in tree.items()
            for name, label, folder in entries
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        sentence = f"'{path}' is not CoOp's list of train, val and test pictures: {error}."
        raise DataError(sentence, "Get it again; see the page of UCF-101.") from error


def _official(base: Path) -> Listing:
    """List the videos with the official lists number 1."""
    lists = [f"{_LISTS}/{name}.txt" for name in ("classInd", "trainlist01", "testlist01")]
    require_files(_VIDEOS, base, lists)
    folders = [folder for _, folder in read_pairs(base / lists[0])]
    classes, index = label_by_folder(folders, from_camel_case, _VIDEOS)
    train, test = ([line.split()[0] for line in read_lines(base / name) if line.strip()] for name in lists[1:])
    names = (*train, *test)
    if unknown := [name for name in names if name.partition("/")[0] not in index]:
        raise DataError(f"'{base / lists[0]}' has no class for '{unknown[0]}'.", "Unpack or get the lists again.")
    labels = [index[name.partition("/")[0]] for name in names]
    parts = [part_index("train")] * len(train) + [part_index("test")] * len(test)
    return _listed(base / _VIDEOS, _VIDEOS, classes, names, labels, parts)


def _listed(
    root: Path, title: str, classes: tuple[str, ...], names: tuple[str, ...], labels: list[int], parts: list[int]
) -> Listing:
    if not names:
        raise DataError(f"The lists of {title} name no picture.", "Unpack or get the lists again.")
    wanted = is_video if is_video(names[0]) else is_picture
    found = scan(root, [""], wanted)
    require(title, root, names, found.stamps)
    return Listing(
        root=root,
        title=title,
        class_names=classes,
        names=names,
        labels=np.array(labels, dtype=np.int64),
        stamp=digest(found.stamps, *classes),
        own="official",
        parts=np.array(parts, dtype=np.int8),
        groups=tuple(map(group_of, names)),
        ignored=found.ignored,
    )
