"""Stage 1: move the image tower toward frozen text anchors."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from backend.stages.bench import Bench
from backend.stages.pixels import fed, jitter
from backend.stages.settings import AdaptSettings


def adapt_vision(
    bench: Bench, settings: AdaptSettings, *, task: int, rows: Tensor, targets: Tensor, anchors: Tensor
) -> None:
    """Minimise the cross-entropy of `scale * <f(x), anchor>` over the anchors given.

    A frozen tower is left as it is.

    Args:
        bench: encoder, pictures, pulse.
        settings: epochs, rates, augmentation.
        task: index of the task.
        rows: positions of the training pictures `(n,)`.
        targets: index of the right anchor of each `(n,)`.
        anchors: unit-norm text features `(c, d)`, frozen.
    """
    encoder, run = bench.encoder, bench.settings
    parameters = encoder.parameters()
    if not parameters:
        return
    steps = settings.epochs * math.ceil(len(rows) / run.batch_size)
    optimizer = torch.optim.AdamW(parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    scaler = torch.amp.GradScaler(encoder.device.type, enabled=run.precision == "fp16")
    draw = bench.generator("adapt", task)
    with bench.pulse.stage("adapt", task, steps) as meter:
        for _ in range(settings.epochs):
            for batch in torch.randperm(len(rows), generator=draw).split(run.batch_size):
                inputs = fed(jitter(bench.train.inputs[rows[batch]], settings.jitter, draw), encoder.device)
                wanted = targets[batch].to(encoder.device, non_blocking=True)
                loss = F.cross_entropy(encoder.scale * encoder.image(inputs) @ anchors.T, wanted)
                optimizer.zero_grad(set_to_none=True)
                scaler.scale(loss).backward()
                scaler.unscale_(optimizer)
                torch.nn.utils.clip_grad_norm_(parameters, 1.0)
                scaler.step(optimizer)
                scaler.update()
                schedule.step()
                meter.step(len(batch), loss)
