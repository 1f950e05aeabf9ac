"""The training loop of both stages: resumed at any step, stopped by bad numbers, smaller where memory is short."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from backend.errors import TrainingError
from backend.events import Stage
from backend.gate import Stopped
from backend.stages.bench import Bench
from backend.stages.guard import Batch, Guard
from backend.stages.pulse import Meter
from backend.stages.saves import Saved


@dataclass(frozen=True, slots=True)
class Descent:
    """What one training loop does.

    Attributes:
        stage: its name in events and saves.
        task: the task, counting from 0.
        parameters: what moves.
        optimizer: moves them; its learning rate follows a cosine to 0.
        steps: how many batches there are.
        batches: tensors of equal length each, the same ones whenever it is called; drawing them must be cheap.
        loss: mean loss of a batch, or of a part of one.
        classes: how many classes the loss is over.
        describe: names of what is in a batch, for a report.
        clip: largest norm of the gradient; 0 for any.
        precision: `fp16` scales the loss.
    """

    stage: Stage
    task: int
    parameters: list[torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    steps: int
    batches: Callable[[], Iterable[Batch]]
    loss: Callable[[Batch], Tensor]
    classes: int
    describe: Callable[[Batch], Mapping[str, Any]]
    clip: float = 0.0
    precision: str = "fp32"


def descend(bench: Bench, wanted: Descent) -> None:
    """Train, going on where the stage was saved; a stage that was over is only put back.

    Chance enters through `batches` alone, which are drawn again from the first one: a step that is done is skipped,
    not computed, so that a resumed loop sees what an uninterrupted one sees.

    Raises:
        Stopped: the user stopped the run; the step reached is saved.
        TrainingError: a loss is not a number, or losses explode.
    """
    loop = _Loop(bench, wanted)
    saved = bench.saves.find(wanted.stage)
    if saved is not None:
        loop.load(saved)
        if saved.over:
            return
    with bench.pulse.stage(wanted.stage, wanted.task, wanted.steps, done=loop.done, spent=loop.spent) as meter:
        try:
            loop.run(meter)
        except TrainingError as error:
            error.evidence = {**error.evidence, "batch": wanted.describe(error.evidence["batch"])}
            raise
    bench.saves.keep(wanted.stage, Saved(wanted.steps, wanted.steps, loop.weights(), over=True))


class _Loop:
    """The state of a loop between two steps."""

    def __init__(self, bench: Bench, wanted: Descent) -> None:
        self.bench, self.wanted = bench, wanted
        self.done, self.spent = 0, 0.0
        self.schedule = CosineAnnealingLR(wanted.optimizer, wanted.steps)
        self.scaler = torch.amp.GradScaler(bench.encoder.device.type, enabled=wanted.precision == "fp16")
        self.ladder = bench.ladder(wanted.stage)
        self.guard = Guard(f"{wanted.stage} of task {wanted.task + 1}", wanted.classes)

    def run(self, meter: Meter) -> None:
        """Take the steps that are left."""
        for step, batch in enumerate(self.wanted.batches(), 1):
            if step <= self.done:
                continue
            loss = self.step(batch)
            self.done = step
            try:
                self.guard.watch(step, batch, loss)
                if meter.due or self.bench.saves.due:
                    self.guard.check()
                meter.step(len(batch[0]), loss)
            except Stopped:
                self.save(meter)
                raise
            if self.bench.saves.due:
                self.save(meter)
        self.guard.check(self.wanted.parameters)

    def step(self, batch: Batch) -> Tensor:
        """Take one step and return the loss, on its device."""
        wanted, optimizer = self.wanted, self.wanted.optimizer
        loss = self.ladder.climb_down(len(batch[0]), lambda at_once: self._backward(batch, at_once))
        self.scaler.unscale_(optimizer)
        if wanted.clip:
            torch.nn.utils.clip_grad_norm_(wanted.parameters, wanted.clip)
        self.scaler.step(optimizer)
        self.scaler.update()
        self.schedule.step()
        return loss

    def _backward(self, batch: Batch, at_once: int) -> Tensor:
        """Compute the gradient of a batch's mean loss, in parts where it does not fit at once."""
        self.wanted.optimizer.zero_grad(set_to_none=True)
        total: Tensor | None = None
        for part in zip(*(tensor.split(at_once) for tensor in batch), strict=True):
            loss = self.wanted.loss(part) * (len(part[0]) / len(batch[0]))
            self.scaler.scale(loss).backward()
            total = loss.detach() if total is None else total + loss.detach()
        assert total is not None, "a batch is never empty"
        return total

    # --- saving ---

    def weights(self) -> dict[str, Tensor]:
        """Return what moves."""
        return {f"weight.{i}": parameter.detach() for i, parameter in enumerate(self.wanted.parameters)}

    def save(self, meter: Meter) -> None:
        """Write everything that the next step depends on."""
        self.guard.check(self.wanted.parameters)
        states: dict[int, dict[str, Any]] = self.wanted.optimizer.state_dict()["state"]
        moments = {f"moment.{i}.{name}": value for i, state in states.items() for name, value in state.items()}
        facts = {
            "rates": [group["lr"] for group in self.wanted.optimizer.param_groups],
            "schedule": self.schedule.state_dict(),
            "scaler": self.scaler.state_dict(),
            "spent": meter.spent,
        }
        tensors = self.weights() | {name: value for name, value in moments.items() if isinstance(value, Tensor)}
        self.bench.saves.keep(self.wanted.stage, Saved(self.done, self.wanted.steps, tensors, facts))

    def load(self, saved: Saved) -> None:
        """Put a save back."""
        self.done = saved.step
        with torch.no_grad():
            for i, parameter in enumerate(self.wanted.parameters):
                parameter.copy_(saved.tensors[f"weight.{i}"])
        if saved.over:
            return
        optimizer = self.wanted.optimizer
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in saved.tensors.items():
            kind, _, rest = name.partition(".")
            if kind == "moment":
                number, _, key = rest.partition(".")
                state.setdefault(int(number), {})[key] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
        for group, rate in zip(optimizer.param_groups, saved.facts["rates"], strict=True):
            group["lr"] = rate
        self.schedule.load_state_dict(saved.facts["schedule"])
        self.scaler.load_state_dict(saved.facts["scaler"])
        self.spent = float(saved.facts["spent"])
