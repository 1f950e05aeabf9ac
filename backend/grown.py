"""What a run learns from that continues another one: the new pictures, and what is left here of the earlier ones.

Learned classes come first, in the order in which they were learned; then the new ones, in the new data set's order. The
pictures of a learned class are those of the first data set that has the class: the new one (a folder that grew), or an
earlier one that is still on this machine. Where none has it the class has no pictures, and its accuracy is unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.config import DATASETS, DataSettings, Earlier, RunConfig
from backend.errors import CheckpointError, ConfigError, DataError
from backend.events import Note
from backend.pictures import Dataset, Part, Pictures

_NAMED: Final = 3
"""How many classes a note names."""


def dataset_of(config: RunConfig) -> Dataset:
    """Return the data set that a configuration learns from.

    Raises:
        ConfigError: there is no such data set.
    """
    dataset: Dataset = DATASETS[config.data.name](config.data)
    return Grown(config.earlier, dataset) if config.earlier else dataset


def require_learned(earlier: Earlier | None, done: int) -> None:
    """Refuse to begin with new classes where the state of the earlier run is not at hand.

    Args:
        earlier: what the run continues, if anything.
        done: tasks whose state is in the run folder.

    Raises:
        CheckpointError: fewer than the earlier run learned.
    """
    if earlier is not None and done < len(earlier.tasks):
        sentence = f"What '{earlier.name}' has learned is not in this run folder."
        raise CheckpointError(sentence, "Extend that run, or its bundle, once more: `dmc-studio extend`.")


class _Source(NamedTuple):
    """A data set and the classes that are taken from it: its own number -> ours."""

    dataset: Dataset
    numbers: dict[int, int]


class Grown(Dataset):
    """A data set and the classes that were learned before it came."""

    id = "grown"
    label = "New classes beside learned ones"
    help = "A data set that a run is extended by."

    def __init__(self, earlier: Earlier, new: Dataset) -> None:
        super().__init__(new.settings)
        self._earlier = earlier
        self._new = new

    @property
    def layout(self) -> str:
        """What was found of the new data set."""
        return self._new.layout

    @property
    def folder(self) -> Path | None:
        """Where the new data set lies."""
        return self._new.folder

    @property
    def learned(self) -> int:
        """How many of the classes, the first ones, were learned before."""
        return len(self._earlier.class_names)

    @property
    def templates(self) -> tuple[str, ...]:
        """The prompts of the earlier run."""
        return self._earlier.templates

    @property
    def class_names(self) -> tuple[str, ...]:
        """The learned classes, then the new ones; CLIP reads no capitals, so "Cat" is the class that "cat" is."""
        learned = self._earlier.class_names
        known = {name.casefold() for name in learned}
        return (*learned, *(name for name in self._new.class_names if name.casefold() not in known))

    @property
    def published_order(self) -> tuple[int, ...]:
        """The learned classes, then the new ones as the literature orders them; empty where it does not."""
        published = self._new.published_order
        if not published:
            return ()
        numbers = self._sources[0].numbers
        new = [numbers[c] for c in published if numbers[c] >= self.learned]
        return (*range(self.learned), *new)

    @property
    def fingerprint(self) -> str:
        """A hash of the fingerprints of all data sets in use, and of the classes."""
        texts = (*(source.dataset.fingerprint for source in self._sources), *self.class_names)
        return "grown-" + hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]

    def pictures(self, part: Part) -> Pictures:
        """Return the pictures of a part; those of earlier data sets come last, with names of their own."""
        return _Joined([(source.dataset.pictures(part), source.numbers) for source in self._sources])

    def without(self, part: Part) -> tuple[str, ...]:
        """Return the learned classes that have no pictures of a part."""
        there = set(self.pictures(part).labels.tolist())
        return tuple(name for c, name in enumerate(self._earlier.class_names) if c not in there)

    def note(self, part: Part) -> Note:
        """Return a sentence on where the pictures of a part come from that learned classes are scored on."""
        parts: list[str] = []
        for source in self._sources:
            labels = set(source.dataset.pictures(part).labels.tolist())
            count = sum(1 for own, ours in source.numbers.items() if ours < self.learned and own in labels)
            if count:
                parts.append(f"those of {count} in {_place(source.dataset)}")
        lacking = self.without(part)
        if lacking:
            named = ", ".join(lacking[:_NAMED]) + (", …" if len(lacking) > _NAMED else "")
            parts.append(f"none of {len(lacking)} ({named})")
        text = f"This goes on from '{self._earlier.name}', which learned {self.learned} classes. "
        text += f"Their {part} pictures: {', '.join(parts)}."
        hint = "No number covers those without pictures; put their data set back to have all." if lacking else ""
        return Note(level="warning" if lacking else "info", text=text, hint=hint)

    @cached_property
    def _sources(self) -> tuple[_Source, ...]:
        """The data sets, the new one first, with the classes that each gives; every class is given once."""
        wanted = {name.casefold(): c for c, name in enumerate(self.class_names)}
        found: list[_Source] = []
        for dataset in (self._new, *self._still_here()):
            names = enumerate(dataset.class_names)
            numbers = {own: wanted.pop(name.casefold()) for own, name in names if name.casefold() in wanted}
            if numbers:
                found.append(_Source(dataset, numbers))
        return tuple(found)

    def _still_here(self) -> Iterator[Dataset]:
        """Yield the earlier data sets that are on this machine."""
        for settings in self._earlier.data:
            if (dataset := _found(settings, self.settings.score_on)) is not None:
                yield dataset


def _found(settings: DataSettings, score_on: Part) -> Dataset | None:
    """Return a data set if it is here; that it is not is expected, months later or on another machine."""
    try:
        dataset: Dataset = DATASETS[settings.name](settings.model_copy(update={"score_on": score_on}))
        dataset.pictures(score_on)
    except (ConfigError, DataError):
        return None
    return dataset


def _place(dataset: Dataset) -> str:
    return f"'{dataset.folder}'" if dataset.folder else dataset.label


class _Joined(Pictures):
    """Pictures of several data sets, of some of their classes.

    Args:
        sources: pictures, and for each class that is wanted its number there -> its number here.
    """

    def __init__(self, sources: Sequence[tuple[Pictures, dict[int, int]]]) -> None:
        labels: list[NDArray[np.int64]] = []
        names: list[str] = []
        self._at: list[tuple[Pictures, int]] = []
        for rank, (pictures, numbers) in enumerate(sources):
            rows = np.flatnonzero(np.isin(pictures.labels, list(numbers)))
            labels.append(np.array([numbers[int(own)] for own in pictures.labels[rows]], dtype=np.int64))
            prefix = f"earlier-{rank}/" if rank else ""
            names += [prefix + pictures.names[i] for i in rows]
            self._at += [(pictures, int(i)) for i in rows]
        self.labels = np.concatenate(labels)
        self.names = tuple(names)

    def load(self, index: int) -> NDArray[np.uint8]:
        """Return one picture, `(height, width, 3)` RGB."""
        pictures, at = self._at[index]
        return pictures.load(at)

    def thumbnail(self, index: int, side: int) -> NDArray[np.uint8]:
        """Return a small version, as its own data set makes it."""
        pictures, at = self._at[index]
        return pictures.thumbnail(at, side)
