"""What a data set is: class names, and pictures of three parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Part: TypeAlias = Literal["train", "validation", "test"]


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

    def __init__(self, root: str = "") -> None:
        self.root = root

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
