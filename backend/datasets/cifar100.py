"""CIFAR-100: 100 classes of 32-pixel pictures (Krizhevsky, 2009)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.config import DATASETS
from backend.download import Source
from backend.errors import DataError
from backend.listing.dataset import ListedDataset
from backend.listing.listing import Listing, label_by_folder, part_index, require_files
from backend.listing.naming import from_folder
from backend.listing.pickles import read_pickle
from backend.listing.scan import digest
from backend.pictures import Part, Pictures

_SIDE: Final = 32
_FILES: Final = ("train", "test", "meta")
_PARTS: Final[tuple[Part, ...]] = ("train", "test")


class _Rows(Pictures):
    """Rows of arrays as CIFAR stores them `(n, 3072)`: red, green and blue planes, each by rows."""

    def __init__(
        self, rows: NDArray[np.uint8], chosen: NDArray[np.int64], names: Sequence[str], labels: NDArray[np.int64]
    ) -> None:
        self._rows = rows
        self._chosen = chosen
        self.names = tuple(names)
        self.labels = labels

    def load(self, index: int) -> NDArray[np.uint8]:
        """Return one picture, 32 x 32."""
        return np.ascontiguousarray(self._rows[self._chosen[index]].reshape(3, _SIDE, _SIDE).transpose(1, 2, 0))


@DATASETS.register
class Cifar100(ListedDataset):
    """The pickles of the Python version, as torchvision keeps them; classes are the fine labels."""

    id = "cifar100"
    label = "CIFAR-100"
    help = "100 classes of 32-pixel pictures, 500 training and 100 test pictures each."
    rank = 10
    homes = ("cifar-100-python",)
    expected = ("cifar-100-python/train (with test and meta beside it)",)
    sources = (
        Source(
            url="https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
            name="cifar-100-python.tar.gz",
            size=169_001_437,
            digest="md5:eb9058c3a382ffc7106e4002c42a8d85",
        ),
    )
    manual = "cifar-100-python.tar.gz (the Python version) from https://www.cs.toronto.edu/~kriz/cifar.html"

    def _look(self, root: Path) -> Listing | None:
        if not any((root / name).is_file() for name in _FILES):
            return None
        require_files(self.label, root, _FILES)
        names = _texts(root / "meta", read_pickle(root / "meta").get("fine_label_names"))
        classes, _ = label_by_folder(names, from_folder, self.label)
        blocks = [_read(root / part, len(classes)) for part in _PARTS]
        self._rows = np.concatenate([rows for rows, _ in blocks])
        stamps = {name: ((stat := (root / name).stat()).st_size, stat.st_mtime_ns) for name in _FILES}
        return Listing(
            root=root,
            title=self.label,
            class_names=classes,
            names=tuple(
                f"{part}/{i:05d}" for part, (_, labels) in zip(_PARTS, blocks, strict=True) for i in range(len(labels))
            ),
            labels=np.concatenate([labels for _, labels in blocks]),
            stamp=digest(stamps, *classes),
            own="official",
            parts=np.repeat(
                np.array([part_index(part) for part in _PARTS], dtype=np.int8), [len(b[1]) for b in blocks]
            ),
        )

    def _open(self, listing: Listing, indices: NDArray[np.int64]) -> Pictures:
        return _Rows(self._rows, indices, [listing.names[i] for i in indices], listing.labels[indices])


def _read(path: Path, classes: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return rows `(n, 3072)` and class indices `(n,)` of one file."""
    tree = read_pickle(path)
    rows, labels = tree.get("data"), tree.get("fine_labels")
    width = 3 * _SIDE * _SIDE
    if not isinstance(rows, np.ndarray) or rows.shape[1:] != (width,):
        raise DataError(f"'{path}' holds no pictures of {_SIDE} x {_SIDE} pixels.", "Unpack or fetch it again.")
    if not isinstance(labels, list) or len(labels) != len(rows) or not all(_is_class(k, classes) for k in labels):
        raise DataError(f"'{path}' holds no class from 0 to {classes - 1} for every picture.", "Unpack it again.")
    return rows, np.array(labels, dtype=np.int64)


def _is_class(label: Any, classes: int) -> bool:  # noqa: ANN401
    return isinstance(label, int) and 0 <= label < classes


def _texts(path: Path, value: Any) -> list[str]:  # noqa: ANN401
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise DataError(f"'{path}' holds no list of class names.", "Unpack or fetch it again.")
    return value
