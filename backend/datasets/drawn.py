"""The drawn world: 40 classes such as "striped green anchor", drawn on the spot, nothing to download."""

from __future__ import annotations

import hashlib
import inspect
from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.config import DATASETS
from backend.demo import scene, shapes
from backend.pictures import PARTS, Dataset, Part, Pictures

LOOKS: Final = (
    ("striped", "green"),
    ("dotted", "red"),
    ("checkered", "blue"),
    ("ringed", "orange"),
    ("zigzag", "purple"),
    ("solid", "cyan"),
    ("striped", "pink"),
    ("dotted", "yellow"),
    ("checkered", "brown"),
    ("solid", "white"),
)

KNOWN_SHAPES: Final = (
    "star", "heart", "moon", "arrow", "house", "tree", "fish", "flower", "bell", "bolt", "rocket", "crown",
)  # fmt: skip

SHIFT: Final = scene.Shift(
    rotation=0.4,
    scale=(0.5, 0.8),
    offset=0.15,
    wobble=0.1,
    clutter=2,
    streaks=8,
    light=0.3,
    cast=0.15,
    haze=0.3,
    noise=0.15,
)
"""What separates the benchmark from the pre-training world, beside the shapes that were held out."""

PICTURES_A_CLASS: Final[dict[Part, int]] = {"train": 60, "validation": 25, "test": 25}


def _things() -> tuple[tuple[str, str, str], ...]:
    """Deal 20 shapes over 10 looks, four to a look, so that neither look nor shape alone tells a class.

    8 of the shapes, in 16 of the classes, were never drawn and never named in pre-training.
    """
    known, new = KNOWN_SHAPES, tuple(shapes.HELD_OUT_SHAPES)
    dealt = [new[i % 8] if i % 5 in {1, 3} else known[(i * 7) % 12] for i in range(40)]
    return tuple((*LOOKS[i // 4], shape) for i, shape in enumerate(dealt))


THINGS: Final = _things()
"""Texture, colour and shape of each class."""


class _DrawnPictures(Pictures):
    """Pictures of one part; each is a function of (part, class, index)."""

    def __init__(self, part: Part) -> None:
        count = PICTURES_A_CLASS[part]
        self._part = PARTS.index(part)
        self._count = count
        self.labels = np.repeat(np.arange(len(THINGS), dtype=np.int64), count)
        self.names = tuple(f"{part}/{'-'.join(thing)}/{i:03d}" for thing in THINGS for i in range(count))

    def load(self, index: int) -> NDArray[np.uint8]:
        """Draw one picture, 48 x 48."""
        kind, number = divmod(index, self._count)
        texture, colour, shape = THINGS[kind]
        rng = np.random.default_rng((self._part, kind, number))
        return scene.draw_picture(rng, texture=texture, colour=colour, shape=shape, shift=SHIFT)


@DATASETS.register
class Drawn(Dataset):
    """Coloured, textured shapes under clutter, scratches, light and noise that the demo model never saw."""

    id = "drawn"
    label = "Drawn world"
    help = "40 classes of drawn things, 60 training and 25 test pictures each; ships with DMC Studio."
    rank = 0

    @property
    def class_names(self) -> tuple[str, ...]:
        """Texture, colour and shape in words."""
        return tuple(" ".join(thing) for thing in THINGS)

    @property
    def layout(self) -> str:
        """How it comes about."""
        return "drawn on the spot"

    @property
    def fingerprint(self) -> str:
        """A hash of the code that draws."""
        source = "".join(inspect.getsource(module) for module in (scene, shapes, inspect.getmodule(Drawn)) if module)
        return "drawn-" + hashlib.sha256(source.encode()).hexdigest()[:16]

    def pictures(self, part: Part) -> Pictures:
        """Return the pictures of a part; nothing is drawn yet."""
        return _DrawnPictures(part)
