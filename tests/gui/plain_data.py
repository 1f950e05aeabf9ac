"""A data set of plain colours, quick to make: what the pages that show data are tested with."""

from __future__ import annotations

import numpy as np

from backend.config import DATASETS, RunConfig
from backend.errors import DataError
from backend.pictures import Dataset, Part, Pictures

NAMES = (
    "black cat",
    "white cat",
    "черный пёс",
    "鶴",
    "a bird whose name is much too long for any column of a table",
    "owl",
)
COUNTS = {"train": 10, "validation": 2, "test": 4}
BROKEN = 3
"""Index of the picture that cannot be read, in the root `broken`."""


class PlainPictures(Pictures):
    """Pictures 40 x 30, each of the grey `10 * class + number`; `loaded` has the indices that were asked for."""

    def __init__(self, part: Part, classes: int, broken: bool = False) -> None:
        count = COUNTS[part]
        self.labels = np.repeat(np.arange(classes, dtype=np.int64), count)
        self.names = tuple(f"{part}/{c}/{i}.png" for c in range(classes) for i in range(count))
        self.loaded: list[int] = []
        self._count, self._broken = count, broken

    def load(self, index: int) -> np.ndarray:
        self.loaded.append(index)
        if self._broken and index == BROKEN:
            raise DataError(f"The picture '{self.names[index]}' is cut off.", "Get it again.")
        kind, number = divmod(index, self._count)
        return np.full((30, 40, 3), 10 * kind + number, np.uint8)


@DATASETS.register
class Plain(Dataset):
    id = "plain"
    label = "Plain colours"
    help = "Six classes for tests of the window."

    @property
    def layout(self) -> str:
        return "greys made up for tests"

    @property
    def class_names(self) -> tuple[str, ...]:
        if self.settings.root == "missing":
            raise DataError("Plain colours was not found.", "Import its archive.")
        return NAMES

    @property
    def fingerprint(self) -> str:
        return "plain"

    def pictures(self, part: Part) -> Pictures:
        return PlainPictures(part, len(self.class_names), self.settings.root == "broken")


def plain_config(**sections: dict) -> RunConfig:
    """Three tasks of two classes, in the data set's own order."""
    base = {"data": {"name": "plain"}, "split": {"classes_per_task": 2, "order": "natural"}}
    for name, values in sections.items():
        base[name] = {**base.get(name, {}), **values}
    return RunConfig().replaced(**base)
