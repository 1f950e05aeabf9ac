"""From a data set to what a run feeds its encoder: pixels, or features where the image tower never moves."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from backend.errors import DataError
from backend.events import Note
from backend.pictures import Dataset, Part
from backend.stages.bench import Encoder
from backend.stages.features import feature_store
from backend.stages.pixels import PictureStore, build_store
from backend.stages.pulse import Pulse

_WORDS: Final[dict[Part, str]] = {"train": "training", "validation": "validation", "test": "test"}
_NAMED: Final = 5
"""How many unreadable pictures a note names; result.json has all."""


def prepare(dataset: Dataset, part: Part, encoder: Encoder, transform: str, pulse: Pulse) -> PictureStore:
    """Return the pictures of a part, decoded and where possible encoded once, then cached.

    Unreadable pictures are left out, with a warning.

    Raises:
        DataError: a class has no pictures, or more than half of them cannot be read.
        StorageError: a cache cannot be written.
        Stopped: the user stopped the run.
    """
    pictures = dataset.pictures(part)
    _refuse_empty(dataset, part, pictures.labels)
    key = f"{dataset.fingerprint}/{part}/{transform}"
    with pulse.stage("prepare", 0, len(pictures)) as meter:
        store = build_store(pictures, encoder.preprocess, key=key, size=encoder.size, tick=lambda _: meter.step(1))
    if store.skipped:
        _refuse_ruins(dataset, part, pictures.labels, store)
        _warn(part, len(pictures), store.skipped, pulse)
    return feature_store(store, encoder, key=key, pulse=pulse) if encoder.frozen else store


def _refuse_empty(dataset: Dataset, part: Part, labels: NDArray[np.int64]) -> None:
    empty = sorted(set(range(dataset.learned, len(dataset.class_names))) - set(labels.tolist()))
    if empty:
        name = dataset.class_names[empty[0]]
        raise DataError(f"The class '{name}' has no {part} pictures ({len(empty)} in all).", "Check data.root.")


def _refuse_ruins(dataset: Dataset, part: Part, labels: NDArray[np.int64], store: PictureStore) -> None:
    classes = len(dataset.class_names)
    total = np.bincount(labels, minlength=classes)
    left = np.bincount(store.labels.numpy(), minlength=classes)
    ruined = np.flatnonzero(2 * left < total)
    if len(ruined):
        c = int(ruined[0])
        sentence = (
            f"{total[c] - left[c]} of {total[c]} {_WORDS[part]} pictures of the class '{dataset.class_names[c]}' "
            f"cannot be read, for example '{store.skipped[0]}'."
        )
        raise DataError(sentence, "Get the data set again: a download or a copy was probably cut short.")


def _warn(part: Part, total: int, skipped: tuple[str, ...], pulse: Pulse) -> None:
    names = ", ".join(skipped[:_NAMED]) + (" ..." if len(skipped) > _NAMED else "")
    are = "cannot be read and is" if len(skipped) == 1 else "cannot be read and are"
    text = f"{len(skipped)} of {total} {_WORDS[part]} pictures {are} left out: {names}"
    pulse.emit(Note(level="warning", text=text, hint="Repair or remove them; result.json lists all."))
