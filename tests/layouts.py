"""Each data set's real layout in miniature: the real file formats, a few classes.

Every writer takes an empty folder, which then is `data.root`. Pictures of one class share a colour.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image

Counts = dict[str, tuple[int, ...]]

BIRDS = ("001.Black_footed_Albatross", "002.Laysan_Albatross", "017.Cardinal")
WNIDS = ("n01443537", "n01484850", "n12267677")
ACTIONS = ("ApplyEyeMakeup", "TaiChi", "YoYo")
FRAMES_A_VIDEO = 7


@dataclass(frozen=True)
class Layout:
    """A layout: its data set, its writer, and what is in it (pictures of each class, by part)."""

    dataset: str
    write: Callable[[Path], None]
    class_names: tuple[str, ...]
    counts: Counts
    says: str


def write_picture(path: Path, kind: int = 0, number: int = 0, size: tuple[int, int] = (40, 30)) -> None:
    """Write a picture whose colour tells its class and, a little, its number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, ((kind * 70) % 256, 120, (number * 9) % 256)).save(path)


def write_folders(root: Path, classes: Sequence[str], pictures: int, name: str = "{:03d}.jpg") -> None:
    for kind, folder in enumerate(classes):
        for i in range(pictures):
            write_picture(root / folder / name.format(i, i=i, folder=folder), kind, i)


# CIFAR-100


def write_cifar100(root: Path, classes: Sequence[str] = ("apple", "aquarium_fish", "baby"), train: int = 4) -> None:
    """Write the pickles of the Python version, as Python 2 wrote them: twice as many training as test pictures."""
    folder = root / "cifar-100-python"
    folder.mkdir(parents=True)
    for part, count in (("train", train), ("test", train // 2)):
        labels = list(range(len(classes))) * count
        rows = np.concatenate([cifar_row(label) for label in labels])
        names = [f"{classes[label]}_s_{i:06d}.png" for i, label in enumerate(labels)]
        content = {
            "filenames": names,
            "batch_label": f"{part}ing batch 1 of 1",
            "fine_labels": labels,
            "coarse_labels": [0] * len(labels),
            "data": rows,
        }
        (folder / part).write_bytes(python2_pickle(content))
    meta = {"fine_label_names": list(classes), "coarse_label_names": ["things"]}
    (folder / "meta").write_bytes(python2_pickle(meta))


def cifar_row(label: int) -> np.ndarray:
    """Return a red plane that tells the label, a green one that rises by rows, and a blue one that rises by columns."""
    rise = np.arange(32, dtype=np.uint8)
    planes = [np.full((32, 32), label), np.repeat(rise[:, None], 32, 1), np.repeat(rise[None], 32, 0)]
    return np.stack(planes).astype(np.uint8).reshape(1, 3072)


def python2_pickle(value: object) -> bytes:
    """Return a pickle of protocol 2 as Python 2 and its NumPy wrote it: texts are byte strings."""
    return b"\x80\x02" + _python2(value) + b"."


def _python2(value: object) -> bytes:
    match value:
        case dict():
            pairs = b"".join(_python2(key) + _python2(item) for key, item in value.items())
            return b"}(" + pairs + b"u"
        case list():
            return b"](" + b"".join(map(_python2, value)) + b"e"
        case str():
            return b"U" + bytes([len(value)]) + value.encode()
        case int():
            return b"J" + struct.pack("<i", value)
        case np.ndarray():
            return _python2_array(value)
    raise TypeError(value)


def _python2_array(array: np.ndarray) -> bytes:
    empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85U\x01btR"
    dtype = b"cnumpy\ndtype\n(U\x02u1K\x00K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = b"(" + b"".join(b"J" + struct.pack("<i", n) for n in array.shape) + b"t"
    data = array.tobytes()
    return empty + b"(K\x01" + shape + dtype + b"\x89T" + struct.pack("<i", len(data)) + data + b"tb"


# CUB-200-2011


def write_cub200(root: Path, classes: Sequence[str] = BIRDS) -> None:
    """Write the official files: in each class three training and two test pictures."""
    folder = root / "CUB_200_2011"
    images = [f"{bird}/{bird[4:]}_{i:04d}_{796097 + i}.jpg" for bird in classes for i in range(5)]
    for i, name in enumerate(images):
        write_picture(folder / "images" / name, i // 5, i % 5)
    numbers = range(1, len(images) + 1)
    lists = {
        "images.txt": [f"{n} {name}" for n, name in zip(numbers, images, strict=True)],
        "image_class_labels.txt": [f"{n} {(n - 1) // 5 + 1}" for n in numbers],
        "train_test_split.txt": [f"{n} {int((n - 1) % 5 in {0, 2, 3})}" for n in numbers],
        "classes.txt": [f"{i} {bird}" for i, bird in enumerate(classes, start=1)],
        "README": ["Caltech-UCSD Birds-200-2011"],
    }
    for name, lines in lists.items():
        (folder / name).write_text("\n".join(lines) + "\n")


def write_cub200_folders(root: Path) -> None:
    """Write ready-made folders: four training pictures and one test picture a class."""
    write_folders(root / "cub" / "train", BIRDS, 4, "a{:03d}.jpg")
    write_folders(root / "cub" / "test", BIRDS, 1, "b{:03d}.jpg")


# ImageNet-R


def write_imagenet_r(root: Path, pictures: int = 5) -> None:
    """Write WordNet folders and the README.txt that names them."""
    folder = root / "imagenet-r"
    write_folders(folder, WNIDS, pictures, "art_{}.jpg")
    lines = ["ImageNet-R", "", *map(" ".join, zip(WNIDS, ("goldfish", "great_white_shark", "acorn"), strict=True))]
    (folder / "README.txt").write_text("\n".join(lines) + "\n")


def write_imagenet_r_folders(root: Path) -> None:
    """Write ready-made folders without a README.txt."""
    write_folders(root / "imagenet-r" / "train", WNIDS, 4, "a_{}.jpg")
    write_folders(root / "imagenet-r" / "test", WNIDS, 2, "b_{}.jpg")


# UCF-101

UCF_VIDEOS = tuple(
    (action, f"v_{action}_g{group:02d}_c{clip:02d}") for action in ACTIONS for group in (1, 8, 9) for clip in (1, 2)
)
"""Class and name of each video; groups 8 and 9 train, as in the official lists."""


def write_ucf_midframes(root: Path, split: bool = True) -> None:
    """Write middle frames with the split of CoOp: group 1 tests, and one picture a class validates."""
    folder = root / "ucf101" / "UCF-101-midframes"
    entries: dict[str, list[list[object]]] = {"train": [], "val": [], "test": []}
    for action, video in UCF_VIDEOS:
        kind = ACTIONS.index(action)
        name = _underscored(action)
        write_picture(folder / name / f"{video}.jpg", kind)
        part = "test" if "_g01_" in video else "val" if video.endswith("_g08_c01") else "train"
        entries[part].append([f"{name}/{video}.jpg", kind, name])
    if split:
        (root / "ucf101" / "split_zhou_UCF101.json").write_text(json.dumps(entries))


def write_ucf_folders(root: Path) -> None:
    """Write ready-made folders `train` and `val`, where val tests."""
    for action, video in UCF_VIDEOS:
        part = "val" if "_g01_" in video else "train"
        write_picture(root / "ucf" / part / action / f"{video}.jpg", ACTIONS.index(action))


def write_ucf_videos(root: Path, lists: bool = True) -> None:
    """Write short videos with the official lists."""
    for action, video in UCF_VIDEOS:
        write_video(root / "UCF-101" / action / f"{video}.avi", ACTIONS.index(action))
    if lists:
        folder = root / "ucfTrainTestlist"
        folder.mkdir()
        paths = [f"{action}/{video}.avi" for action, video in UCF_VIDEOS]
        index = {action: i for i, action in enumerate(ACTIONS, start=1)}
        train = [f"{path} {index[path.partition('/')[0]]}" for path in paths if "_g01_" not in path]
        (folder / "classInd.txt").write_text("".join(f"{i} {action}\r\n" for action, i in index.items()))
        (folder / "trainlist01.txt").write_text("\n".join(train) + "\n")
        (folder / "testlist01.txt").write_text("\n".join(p for p in paths if "_g01_" in p) + "\n")


def write_video(path: Path, kind: int = 0, frames: int = FRAMES_A_VIDEO) -> None:
    """Write an AVI file whose frame i is grey at 20 + 30 i, modulo 256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as video:
        stream = video.add_stream("mpeg4", rate=25)
        stream.width, stream.height = 48, 32
        for i in range(frames):
            grey = np.full((32, 48, 3), (20 + 30 * i) % 256, dtype=np.uint8)
            video.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        video.mux(stream.encode(None))


def _underscored(action: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in action).strip("_")


# Any image folder


def write_class_folders(root: Path) -> None:
    write_folders(root, ("garden_snail", "jack-in-the-box", "犬"), 5)


def write_train_test_folders(root: Path) -> None:
    write_folders(root / "train", ("cat", "dog"), 3)
    write_folders(root / "test", ("cat", "dog"), 2)


_BIRD_NAMES = ("Black footed Albatross", "Laysan Albatross", "Cardinal")
_ART_NAMES = ("goldfish", "great white shark", "acorn")
_ACTION_NAMES = ("Apply Eye Makeup", "Tai Chi", "Yo Yo")


def _counts(classes: int, train: int, validation: int, test: int) -> Counts:
    return {"train": (train,) * classes, "validation": (validation,) * classes, "test": (test,) * classes}


LAYOUTS: dict[str, Layout] = {
    "cifar100": Layout(
        "cifar100", write_cifar100, ("apple", "aquarium fish", "baby"), _counts(3, 4, 1, 2),
        "CIFAR-100 with its official split: 12 training and 6 test pictures",
    ),
    "cub200": Layout(
        "cub200", write_cub200, _BIRD_NAMES, _counts(3, 3, 1, 2),
        "CUB_200_2011 with its official split: 9 training and 6 test pictures",
    ),
    "cub200-folders": Layout(
        "cub200", write_cub200_folders, _BIRD_NAMES, _counts(3, 4, 1, 1),
        "CUB-200-2011 split by its folders: 12 training and 3 test pictures",
    ),
    "imagenet-r": Layout(
        "imagenet_r", write_imagenet_r, _ART_NAMES, _counts(3, 4, 1, 1),
        "ImageNet-R split by seed 0, test share 0.2: 12 training and 3 test pictures",
    ),
    "imagenet-r-folders": Layout(
        "imagenet_r", write_imagenet_r_folders, _ART_NAMES, _counts(3, 4, 1, 2),
        "ImageNet-R split by its folders: 12 training and 6 test pictures",
    ),
    "ucf-midframes": Layout(
        "ucf101", write_ucf_midframes, _ACTION_NAMES, _counts(3, 3, 1, 2),
        "UCF-101-midframes (split_zhou_UCF101.json) with its official split: "
        "9 training, 3 validation and 6 test pictures",
    ),
    "ucf-folders": Layout(
        "ucf101", write_ucf_folders, _ACTION_NAMES, _counts(3, 4, 2, 2),
        "UCF-101 split by its folders: 12 training and 6 test pictures",
    ),
    "ucf-videos": Layout(
        "ucf101", write_ucf_videos, _ACTION_NAMES, _counts(3, 4, 2, 2),
        "UCF-101 with its official split: 12 training and 6 test pictures",
    ),
    "folder": Layout(
        "folder", write_class_folders, ("garden snail", "jack-in-the-box", "犬"), _counts(3, 4, 1, 1),
        "split by seed 0, test share 0.2: 12 training and 3 test pictures",
    ),
    "folder-train-test": Layout(
        "folder", write_train_test_folders, ("cat", "dog"), _counts(2, 3, 1, 2),
        "split by its folders: 6 training and 4 test pictures",
    ),
}  # fmt: skip
"""Every layout of the data sets, by name."""
