"""The heartbeat of a run: asks the gate before each step, and tells how far a stage is, ten times a second."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from torch import Tensor

from backend.errors import TrainingError
from backend.events import Event, Paused, Resumed, Stage, StageEnded, StepEnded
from backend.gate import Gate

INTERVAL: Final = 0.1
"""Least seconds between two events of one stage."""


class Meter:
    """Counts the steps of one stage; keeps the running loss on its device and reads it only when an event is due."""

    def __init__(self, pulse: Pulse, stage: Stage, task: int, steps: int) -> None:
        self._pulse = pulse
        self._stage: Stage = stage
        self._task, self._steps = task, steps
        self._done = self._counted = self._pictures = 0
        self._loss: Tensor | None = None
        self._last = time.monotonic()

    def step(self, pictures: int, loss: Tensor | None = None) -> None:
        """Count one step.

        Args:
            pictures: how many pictures or features it took.
            loss: its loss, a scalar tensor on any device.

        Raises:
            Stopped: the user stopped the run.
            TrainingError: the loss is not finite.
        """
        self._done += 1
        self._pictures += pictures
        if loss is not None:
            self._counted += 1
            self._loss = loss.detach() if self._loss is None else self._loss + loss.detach()
        if time.monotonic() - self._last >= INTERVAL or self._done == self._steps:
            self._tell()
        self._pulse.check()

    def _tell(self) -> None:
        loss = None if self._loss is None else self._loss.item() / self._counted
        if loss is not None and not math.isfinite(loss):
            where = f"step {self._done} of {self._steps}, {self._stage} of task {self._task + 1}"
            hint = "Lower the learning rate, or choose precision fp32. The last checkpoint is kept."
            raise TrainingError(f"The loss is not a number any more ({where}).", hint)
        now = time.monotonic()
        rate = self._pictures / max(now - self._last, 1e-9)
        self._pulse.emit(
            StepEnded(task=self._task, stage=self._stage, step=self._done, steps=self._steps, loss=loss, rate=rate)
        )
        self._last, self._loss, self._counted, self._pictures = now, None, 0, 0


class Pulse:
    """Where stages report to.

    Attributes:
        emit: takes every event.
        seconds: seconds spent in each stage so far.
    """

    def __init__(self, emit: Callable[[Event], None], gate: Gate) -> None:
        self.emit = emit
        self.seconds: dict[str, float] = defaultdict(float)
        self._gate = gate

    def check(self) -> None:
        """Wait while paused; raise `Stopped` when the run is to end."""
        self._gate.check(lambda held: self.emit(Paused() if held else Resumed()))

    @contextmanager
    def stage(self, stage: Stage, task: int, steps: int) -> Generator[Meter]:
        """Time a stage of `steps` steps; emits `StageEnded` when it is complete."""
        started = time.monotonic()
        self.check()
        yield Meter(self, stage, task, steps)
        seconds = time.monotonic() - started
        self.seconds[stage] += seconds
        self.emit(StageEnded(task=task, stage=stage, seconds=seconds))
