"""What a data set is: class names, and pictures of three parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.config import DataSettings
from backend.download import Source

Part: TypeAlias = Literal["train", "validation", "test"]
PARTS: Final[tuple[Part, ...]] = ("train", "validation", "test")


def _listed(kind: str, dataset: str) -> str:
    """Return what `resources` holds of a kind for a data set; nothing where it holds none."""
    file = files("resources").joinpath(kind, f"{dataset}.txt")
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def published_order(dataset: str) -> tuple[int, ...]:
    """Return the class order of the literature (setting A) for a data set's id; empty where there is none."""
    return tuple(map(int, _listed("orders", dataset).split()))


class Pictures(ABC):
    """A list of labelled pictures that are read or drawn one by one.

    Attributes:
        labels: class indices `(n,)`.
        names: one name a picture, such as a relative path; unique.
    """

    labels: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self.labels)

    @abstractmethod
    def load(self, index: int) -> NDArray[np.uint8]:
        """Return one picture, `(height, width, 3)` RGB.

        Raises:
            DataError: it cannot be decoded.
        """

    def thumbnail(self, index: int, side: int) -> NDArray[np.uint8]:
        """Return a small version, the longer side at most `side` pixels; may be cheaper than `load`.

        Raises:
            DataError: it cannot be decoded.
        """
        picture = Image.fromarray(self.load(index))
        picture.thumbnail((side, side))
        return np.asarray(picture)


class Dataset(ABC):
    """Pictures and classes; one file each in `backend/datasets`, registered with `DATASETS.register`.

    Making one must be cheap: nothing is decoded or drawn before `Pictures.load`.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    rank: ClassVar[int] = 50
    """Place in menus."""
    template: ClassVar[str] = "a photo of a {}."
    """Hand-written prompt; `{}` is the class name."""
    sources: ClassVar[tuple[Source, ...]] = ()
    """The archives to fetch; empty where no machine may fetch it."""
    manual: ClassVar[str] = ""
    """What a person downloads, and from where; empty where there is nothing to download."""
    several: ClassVar[bool] = False
    """Whether many of its kind lie side by side, so that only `settings.root` tells which is meant."""

    def __init__(self, settings: DataSettings | None = None) -> None:
        self.settings = settings or DataSettings()

    @property
    def layout(self) -> str:
        """What was found and which split it makes, in words; empty where there is nothing to say."""
        return ""

    @property
    def folder(self) -> Path | None:
        """Where it lies or is expected; None where nothing is on disk."""
        return None

    @property
    def learned(self) -> int:
        """How many of its classes, the first ones, another run has learned: there may be no pictures of them."""
        return 0

    def without(self, part: Part) -> tuple[str, ...]:
        """Return the learned classes that have no pictures of a part."""
        return ()

    @property
    def published_order(self) -> tuple[int, ...]:
        """Class indices in the order of the literature (setting A); empty where there is none."""
        return published_order(self.id)

    @property
    def ensemble(self) -> tuple[str, ...]:
        """The published list of prompts, each with `{}`; empty where there is none."""
        return tuple(_listed("templates", self.id).splitlines())

    @property
    def templates(self) -> tuple[str, ...]:
        """The prompts that the settings ask for; class text features are the mean over them."""
        match self.settings.template:
            case "":
                return (self.template,)
            case "ensemble":
                return self.ensemble or (self.template,)
            case own:
                return (own,)

    @property
    @abstractmethod
    def class_names(self) -> tuple[str, ...]:
        """Names as people write them, in the data set's own order."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """A text that changes whenever any picture could: the key of caches."""

    @abstractmethod
    def pictures(self, part: Part) -> Pictures:
        """Return the pictures of a part."""
