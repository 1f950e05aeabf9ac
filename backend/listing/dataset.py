"""The base class of data sets that lie on disk."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from backend.errors import DataError
from backend.images import ImageFiles
from backend.listing.listing import Listing
from backend.listing.split import Split, split
from backend.pictures import Dataset, Part, Pictures
from backend.places import data_folder


class ListedDataset(Dataset):
    """A data set that is looked for when it is first asked for anything, and listed once.

    It is looked for in `settings.root` and in its usual folders there, or without a root in the data folder.
    """

    homes: ClassVar[tuple[str, ...]] = ()
    """Usual names of its folder."""
    expected: ClassVar[tuple[str, ...]] = ()
    """Paths that lie in its folder, one a layout; shown where none is found."""

    @property
    def layout(self) -> str:
        """What was found on disk and which split it makes, in words."""
        return self._split.words

    @property
    def folder(self) -> Path:
        """Where it lies, or is expected."""
        try:
            return self._listing.root
        except DataError:
            return self._roots()[0]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names as people write them, in the data set's own order."""
        return self._listing.class_names

    @property
    def fingerprint(self) -> str:
        """A hash of all paths, sizes and times of change, and of the split."""
        indices = b"".join(self._split.indices[part].tobytes() + b"|" for part in self._split.indices)
        return f"{self.id}-{self._listing.stamp}-{hashlib.sha256(indices).hexdigest()[:16]}"

    def pictures(self, part: Part) -> Pictures:
        """Return the pictures of a part; nothing is decoded yet."""
        return self._open(self._listing, self._split.indices[part])

    @abstractmethod
    def _look(self, root: Path) -> Listing | None:
        """List what lies in a folder; None where it is not this data set.

        Raises:
            DataError: it is this data set, but something is missing or wrong.
        """

    def _open(self, listing: Listing, indices: NDArray[np.int64]) -> Pictures:
        return ImageFiles(listing.root, [listing.names[i] for i in indices], listing.labels[indices])

    @cached_property
    def _listing(self) -> Listing:
        roots = self._roots()
        if self.settings.root and not roots[0].is_dir():
            hint = "Check data.root, or leave it empty to use the data folder of DMC Studio."
            raise DataError(f"The folder '{roots[0]}' of {self.label} does not exist.", hint)
        for root in roots:
            if (found := self._look(root)) is not None:
                return found
        raise self._missing(roots[0])

    @cached_property
    def _split(self) -> Split:
        return split(self._listing, self.settings)

    def _roots(self) -> tuple[Path, ...]:
        if self.settings.root:
            given = Path(self.settings.root).expanduser()
            return (given, *(given / home for home in self.homes))
        own = data_folder() / self.id
        return (own, *(own / home for home in self.homes), *(data_folder() / home for home in self.homes))

    def _missing(self, root: Path) -> DataError:
        paths = ", ".join(f"'{root / path}'" for path in self.expected)
        way = "Fetch it, import its archive," if self.sources else "Import its archive,"
        return DataError(
            f"{self.label} was not found; expected one of: {paths}.",
            f"{way} or set data.root to the folder that holds it.",
        )
