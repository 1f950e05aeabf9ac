"""Stage 1: move the image tower toward frozen text anchors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.stages.bench import Bench
from backend.stages.descend import Descent, descend
from backend.stages.guard import Batch
from backend.stages.pixels import fed, shifted, shifts
from backend.stages.settings import AdaptSettings


def adapt_vision(
    bench: Bench, settings: AdaptSettings, *, task: int, rows: Tensor, targets: Tensor, anchors: Tensor
) -> None:
    """Minimise the cross-entropy of `scale * <f(x), anchor>` over the anchors given.

    A frozen tower is left as it is.

    Args:
        bench: encoder, pictures, pulse, saves.
        settings: epochs, rates, augmentation.
        task: index of the task.
        rows: positions of the training pictures `(n,)`.
        targets: index of the right anchor of each `(n,)`.
        anchors: unit-norm text features `(c, d)`, frozen.
    """
    encoder, store, size = bench.encoder, bench.train, bench.settings.batch_size
    parameters = encoder.parameters()
    if not parameters:
        return
    jitter = settings.jitter if store.inputs.dim() == 4 else 0  # features of a frozen tower have nothing to shift

    def batches() -> Iterator[Batch]:
        draw = bench.generator("adapt", task)
        for _ in range(settings.epochs):
            for picked in torch.randperm(len(rows), generator=draw).split(size):
                yield picked, shifts(len(picked), jitter, draw)

    def loss(batch: Batch) -> Tensor:
        picked, moves = batch
        inputs = fed(shifted(store.inputs[rows[picked]], moves), encoder.device)
        wanted = targets[picked].to(encoder.device, non_blocking=True)
        return F.cross_entropy(encoder.scale * encoder.image(inputs) @ anchors.T, wanted)

    def describe(batch: Batch) -> Mapping[str, Any]:
        return {"pictures": [store.names[row] for row in rows[batch[0]].tolist()], "moves": batch[1].tolist()}

    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    steps = settings.epochs * math.ceil(len(rows) / size)
    descend(
        bench,
        Descent(
            "adapt", task, parameters, optimizer, steps, batches, loss, len(anchors), describe,
            clip=1.0, precision=bench.settings.precision,
        ),
    )  # fmt: skip
