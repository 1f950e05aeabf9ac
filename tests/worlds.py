"""A very small data set for tests: registered like any plug-in, so that whole runs take a second or two."""

from __future__ import annotations

from collections.abc import Container

import numpy as np

from backend.config import DATASETS, RunConfig
from backend.datasets import drawn
from backend.demo import scene
from backend.errors import DataError
from backend.pictures import PARTS, Dataset, Part, Pictures

THINGS = drawn.THINGS[::5]
BROKEN = {"broken": {5, 17}, "ruined": set(range(7))}
"""Pictures of each part that do not decode, by `data.root`; a class has 12 for training and 6 for each other part."""


class TinyPictures(Pictures):
    def __init__(self, part: Part, count: int, broken: Container[int] = ()) -> None:
        self.labels = np.repeat(np.arange(len(THINGS), dtype=np.int64), count)
        self.names = tuple(f"{part}/{i}" for i in range(len(self.labels)))
        self._part, self._count, self._broken = part, count, broken

    def load(self, index: int) -> np.ndarray:
        if index in self._broken:
            raise DataError(f"The picture '{self.names[index]}' does not decode.", "Remove it, or get it again.")
        kind, number = divmod(index, self._count)
        texture, colour, shape = THINGS[kind]
        rng = np.random.default_rng((7, PARTS.index(self._part), kind, number))
        return scene.draw_picture(rng, texture=texture, colour=colour, shape=shape, shift=scene.Shift())


@DATASETS.register
class Tiny(Dataset):
    id = "tiny"
    label = "Tiny drawn world"
    help = "Eight classes for tests."

    @property
    def class_names(self) -> tuple[str, ...]:
        return tuple(" ".join(thing) for thing in THINGS)

    @property
    def fingerprint(self) -> str:
        return f"tiny-{self.settings.root}"

    def pictures(self, part: Part) -> Pictures:
        return TinyPictures(part, 12 if part == "train" else 6, BROKEN.get(self.settings.root, ()))


def tiny_config(**sections: dict) -> RunConfig:
    """Four tasks of two classes, one epoch, ten prompt steps."""
    method = {"name": "dmc_ot", **sections.pop("method", {})}
    if method["name"] not in {"zero_shot", "simple_cil"}:
        method = {"epochs": 1, **method}
    if method["name"] in {"dmc", "dmc_ot", "joint", "fine_tune"}:
        method = {"prompt_steps": 8, "prompt_batch": 64, **method}
    base = {
        "data": {"name": "tiny"},
        "split": {"classes_per_task": 2},
        "run": {"batch_size": 8, "threads": 1},
    }
    for name, values in sections.items():
        base[name] = {**base.get(name, {}), **values}
    return RunConfig().replaced(method=method, **base)
