"""Stage 2: learn prompts on current features and replayed ones, the image tower frozen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.memory import ClassMemory
from backend.stages.bench import Bench, Prompts
from backend.stages.descend import Descent, descend
from backend.stages.guard import Batch
from backend.stages.settings import AlignSettings

_ROUND: Final = 50
"""Steps whose features are drawn at once."""


def align_text(
    bench: Bench,
    settings: AlignSettings,
    *,
    task: int,
    prompts: Prompts,
    memory: ClassMemory,
    old: tuple[int, ...],
    features: Tensor,
    targets: Tensor,
) -> None:
    """Minimise the cross-entropy over all classes seen, each class drawn equally often.

    Args:
        bench: encoder and pulse.
        settings: steps, batch and rate.
        task: index of the task.
        prompts: returns text features `(c, d)`; the first `len(old)` rows are the old classes.
        memory: draws features of old classes.
        old: old classes in the order of the rows.
        features: real features of the current pictures `(n, d)`.
        targets: row of the right class of each `(n,)`, at least `len(old)`.
    """
    parameters = [p for p in prompts.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lr=settings.prompt_learning_rate)

    def loss(batch: Batch) -> Tensor:
        drawn, wanted = batch
        return F.cross_entropy(bench.encoder.scale * drawn @ prompts().T, wanted)

    def describe(batch: Batch) -> Mapping[str, Any]:
        return {"features": batch[0].tolist(), "classes": batch[1].tolist()}

    descend(
        bench,
        Descent(
            "align", task, parameters, optimizer, settings.prompt_steps,
            lambda: _draw(bench, settings, task, memory, old, features, targets),
            loss, len(old) + len(torch.unique(targets)), describe,
        ),
    )  # fmt: skip


def _draw(
    bench: Bench,
    settings: AlignSettings,
    task: int,
    memory: ClassMemory,
    old: tuple[int, ...],
    features: Tensor,
    targets: Tensor,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield `prompt_steps` balanced batches: real features of current classes, Gaussian draws of old ones."""
    device = features.device
    draw = bench.generator("align", task)
    current = torch.unique(targets).tolist()
    members = [(targets == c).nonzero().squeeze(1) for c in current]
    left = settings.prompt_steps
    while left > 0:
        steps = min(left, _ROUND)
        each = math.ceil(steps * settings.prompt_batch / (len(old) + len(current)))
        picks = [group[torch.randint(len(group), (each,), generator=draw)] for group in members]
        pool = [features[torch.cat(picks).to(device)]]
        labels = [torch.tensor(current).repeat_interleave(each)]
        if old:
            replayed, _ = memory.sample(old, [each] * len(old), draw, device)
            pool.append(replayed)
            labels.append(torch.arange(len(old)).repeat_interleave(each))
        order = torch.randperm(each * (len(old) + len(current)), generator=draw)[: steps * settings.prompt_batch]
        shuffled, wanted = torch.cat(pool)[order.to(device)], torch.cat(labels)[order].to(device)
        yield from zip(shuffled.split(settings.prompt_batch), wanted.split(settings.prompt_batch), strict=True)
        left -= steps
