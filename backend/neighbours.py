"""Which training pictures lie nearest to a picture, in the features of a run's newest checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from backend.answering import Answering
from backend.config import parse_config
from backend.errors import DataError
from backend.grown import dataset_of
from backend.pictures import Pictures

MOST: Final = 50
"""Pictures of a class that are compared, unless told otherwise."""
BATCH: Final = 16


class Near(NamedTuple):
    """A training picture: its row and name in the data set, its class, and the cosine of the features."""

    row: int
    name: str
    class_name: str
    similarity: float


class Gallery:
    """Some training pictures of each class that a run has learned; encoded bit by bit, and then kept.

    Args:
        asked: the run.
        most: pictures of a class at most, evenly spread over those that there are.

    Attributes:
        pictures: of the data set.
        rows: indices of those that are compared; the ones that turn out to be unreadable are left out later.

    Raises:
        DataError: the data set is not on this machine, or has none of the classes.
    """

    def __init__(self, asked: Answering, most: int = MOST) -> None:
        self._asked = asked
        self._task = asked.newest
        dataset = dataset_of(parse_config(asked.manifest["config"]))
        self._names = dataset.class_names
        self.most = most
        self.pictures: Pictures = dataset.pictures("train")
        known = {name for names in asked.tasks for name in names}
        classes = [c for c, name in enumerate(self._names) if name in known]
        self.rows = [row for c in classes for row in _spread(self.pictures, c, most)]
        if not self.rows:
            raise DataError("The data set here has no training pictures of these classes.", "Put the data set back.")
        self._encoded: list[int] = []
        self._features: list[Tensor] = []
        self._begun = 0

    def fits(self, asked: Answering) -> bool:
        """Tell whether these are the pictures of a run as it is now."""
        return asked is self._asked and asked.newest == self._task

    @property
    def done(self) -> int:
        """How many pictures were encoded, or found unreadable."""
        return self._begun

    def encode(self) -> Iterator[int]:
        """Encode what was not encoded yet; yield after each batch how many are done."""
        while batch := self.rows[self._begun : self._begun + BATCH]:
            read = {row: pixels for row in batch if (pixels := self._pixels(row)) is not None}
            if read:
                self._features.append(self._asked.features(torch.stack(list(read.values())), self._task))
                self._encoded += read
            self._begun += len(batch)
            yield self._begun

    def nearest(self, features: Tensor, count: int) -> list[Near]:
        """Return the pictures nearest to one `(1, d)`, the nearest first, among those that are encoded."""
        if not self._encoded:
            return []
        similar = (torch.cat(self._features) @ features[0].to(self._features[0])).cpu()
        best = similar.topk(min(count, len(similar)))
        found = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [self._near(self._encoded[place], similarity) for place, similarity in found]

    def _near(self, row: int, similarity: float) -> Near:
        name = self._names[int(self.pictures.labels[row])]
        return Near(row, self.pictures.names[row], name, similarity)

    def _pixels(self, row: int) -> Tensor | None:
        try:
            return self._asked.encoder.preprocess(Image.fromarray(self.pictures.load(row)))
        except DataError:
            return None


def _spread(pictures: Pictures, label: int, most: int) -> list[int]:
    rows = np.flatnonzero(pictures.labels == label)
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)].tolist()
