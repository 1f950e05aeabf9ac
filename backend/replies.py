"""The answer to a question, piece by piece: first what the newest checkpoint says, then the earlier ones.

Whoever asks may stop listening at any piece, and ask something else. What takes long is kept for the next question:
the model, the features of pictures asked about lately, and those of training pictures.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from backend.answering import Answering
from backend.dialogue import (
    Costly,
    Done,
    Nearest,
    Neighbour,
    Opened,
    Pixels,
    Question,
    Reply,
    Said,
    Trouble,
    Working,
)
from backend.errors import CheckpointError, StudioError
from backend.images import read_image
from backend.neighbours import Gallery

QUICK_SECONDS: Final = 20.0
"""Looking for the nearest pictures is quick if it probably takes no longer."""
_NEAREST: Final = 8
_SMALL: Final = 96
_KEEP: Final = 4096
"""Features of so many pictures and checkpoints are kept."""


class Replies:
    """Answers questions about one run at a time. Not thread-safe."""

    def __init__(self, quick_seconds: float = QUICK_SECONDS) -> None:
        self._quick = quick_seconds
        self._asked: Answering | None = None
        self._gallery: Gallery | None = None
        self._features: OrderedDict[tuple[bytes, int], Tensor] = OrderedDict()

    def to(self, question: Question) -> Iterator[Reply]:
        """Yield all there is to say, in the order in which it is known; an error is said too."""
        try:
            yield from self._all(question)
        except StudioError as error:
            yield Trouble(id=question.id, part="all", sentence=error.sentence, hint=error.hint)
        except torch.OutOfMemoryError:
            self._forget()
            hint = "Ask again when the run is over, or set its device to the CPU."
            yield Trouble(id=question.id, part="all", sentence="The device has too little memory left.", hint=hint)

    def _all(self, question: Question) -> Iterator[Reply]:
        if not question.picture:
            return
        source = Path(question.source)
        if self._asked is None or self._asked.source != source:
            self._forget()
            yield Working(id=question.id, doing="model")
            self._asked = Answering(source)
        asked = self._asked
        asked.refresh()
        pixels = asked.encoder.preprocess(read_image(Path(question.picture)))
        known = {name.casefold() for names in asked.tasks for name in names}
        yield Opened(
            id=question.id,
            tasks=asked.tasks,
            there=asked.there,
            bundle=asked.bundle,
            square=_packed(pixels.numpy().transpose(1, 2, 0)),
            transform=asked.encoder.settings.transform,
            learned=tuple(text for text in question.texts if text.casefold() in known),
        )
        yield from self._answers(asked, question, pixels, known)
        if question.nearest != "no":
            yield from self._nearest(asked, question, pixels)
        yield Done(id=question.id)

    def _forget(self) -> None:
        self._asked, self._gallery = None, None
        self._features.clear()

    # --- checkpoints ---

    def _answers(self, asked: Answering, question: Question, pixels: Tensor, known: set[str]) -> Iterator[Reply]:
        texts = tuple(text for text in question.texts if text.casefold() not in known)
        for task in asked.there:
            try:
                features = self._seen(asked, pixels, task)
                learned = tuple(asked.probabilities(features, task)[0].tolist())
            except CheckpointError as error:
                if task == asked.newest:
                    raise
                yield Trouble(id=question.id, part="task", task=task, sentence=error.sentence, hint=error.hint)
                continue
            answer = Said(id=question.id, task=task, learned=learned)
            if texts and task == asked.newest:
                yield from self._beside(asked, answer, features, texts)
            else:
                yield answer

    def _beside(self, asked: Answering, answer: Said, features: Tensor, texts: tuple[str, ...]) -> Iterator[Reply]:
        """Yield an answer with the scores of texts; a text that cannot be read is told of."""
        try:
            beside = tuple(asked.probabilities(features, answer.task, texts)[0].tolist())
        except StudioError as error:
            yield answer
            yield Trouble(id=answer.id, part="texts", sentence=error.sentence, hint=error.hint)
        else:
            yield answer.model_copy(update={"beside": beside, "texts": texts})

    def _seen(self, asked: Answering, pixels: Tensor, task: int) -> Tensor:
        """Return what a checkpoint makes of a picture `(1, d)`."""
        key = (hashlib.sha256(pixels.numpy().tobytes()).digest(), task)
        if key not in self._features:
            self._features[key] = asked.features(pixels[None], task)
        self._features.move_to_end(key)
        while len(self._features) > _KEEP:
            self._features.popitem(last=False)
        return self._features[key]

    # --- training pictures ---

    def _nearest(self, asked: Answering, question: Question, pixels: Tensor) -> Iterator[Reply]:
        try:
            if self._gallery is None or not self._gallery.fits(asked):
                self._gallery = Gallery(asked)
            yield from self._search(self._gallery, question, self._seen(asked, pixels, asked.newest))
        except StudioError as error:
            yield Trouble(id=question.id, part="nearest", sentence=error.sentence, hint=error.hint)

    def _search(self, gallery: Gallery, question: Question, features: Tensor) -> Iterator[Reply]:
        begun, already, total = time.monotonic(), gallery.done, len(gallery.rows)
        for done in gallery.encode():
            left = (time.monotonic() - begun) / (done - already) * (total - done)
            if question.nearest == "quick" and left > self._quick:
                yield Costly(id=question.id, pictures=total - done, seconds=left)
                return
            yield Working(id=question.id, doing="nearest", done=done, total=total, seconds_left=left)
        found = tuple(
            Neighbour(
                name=near.name,
                class_name=near.class_name,
                similarity=near.similarity,
                small=_packed(gallery.pictures.thumbnail(near.row, _SMALL)),
            )
            for near in gallery.nearest(features, _NEAREST)
        )
        yield Nearest(id=question.id, pictures=found, searched=total, most=gallery.most)


def _packed(pixels: np.ndarray) -> Pixels:
    """Return pixels `(h, w, 3)` RGB as they are said."""
    height, width, _ = pixels.shape
    return Pixels(width=width, height=height, rgb=np.ascontiguousarray(pixels, np.uint8).tobytes())
