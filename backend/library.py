"""What can be said of a data set without training on it: found or not, which layout, how many pictures of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backend.config import DATASETS, DataSettings
from backend.errors import DataError
from backend.pictures import PARTS, Dataset, Part, Pictures


@dataclass(frozen=True, slots=True)
class DataReport:
    """A data set as it is on this machine.

    Attributes:
        id: its name in the configuration.
        label: its name in menus.
        found: whether it is there; if not, `problem` and `hint` say what is missing, and where it is expected.
        layout: what was found on disk and which split it makes, in words.
        class_names: in the data set's own order.
        counts: pictures of each class, by part.
        problem: one sentence; empty if found.
        hint: what to do about it.
    """

    id: str
    label: str
    found: bool
    layout: str = ""
    class_names: tuple[str, ...] = ()
    counts: Mapping[Part, tuple[int, ...]] = field(default_factory=dict[Part, tuple[int, ...]])
    problem: str = ""
    hint: str = ""


def describe(settings: DataSettings) -> DataReport:
    """Look for a data set; reads lists and folders, decodes nothing. Call it off the GUI thread."""
    kind: type[Dataset] = DATASETS[settings.name]
    try:
        dataset = kind(settings)
        names, layout = dataset.class_names, dataset.layout
        counts: dict[Part, tuple[int, ...]] = {part: _counts(dataset.pictures(part), len(names)) for part in PARTS}
    except DataError as error:
        return DataReport(kind.id, kind.label, found=False, problem=error.sentence, hint=error.hint)
    return DataReport(kind.id, kind.label, found=True, layout=layout, class_names=names, counts=counts)


def open_pictures(settings: DataSettings, part: Part) -> Pictures:
    """Return the pictures of a part, to look at.

    Raises:
        DataError: the data set is missing.
    """
    return DATASETS[settings.name](settings).pictures(part)


def _counts(pictures: Pictures, classes: int) -> tuple[int, ...]:
    return tuple(np.bincount(pictures.labels, minlength=classes).tolist())
