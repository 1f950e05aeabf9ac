"""The heartbeat of a run: asks the gate before each step, and tells how far a stage is, ten times a second."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final

from torch import Tensor

from backend.events import Calibrated, Event, Paused, Resumed, Stage, StageEnded, StepEnded
from backend.gate import Gate

INTERVAL: Final = 0.1
"""Least seconds between two events of one stage."""


class Meter:
    """Counts the steps of one stage; keeps the running loss on its device and reads it only when an event is due."""

    def __init__(self, pulse: Pulse, stage: Stage, task: int, steps: int, done: int = 0, spent: float = 0.0) -> None:
        self._pulse = pulse
        self._stage: Stage = stage
        self._task, self._steps = task, steps
        self._done = done
        self._counted = self._pictures = 0
        self._loss: Tensor | None = None
        self._last = time.monotonic()
        self._began = self._last - spent

    @property
    def spent(self) -> float:
        """Seconds in this stage so far, those before it was resumed included."""
        return time.monotonic() - self._began

    @property
    def due(self) -> bool:
        """Whether the next step will be told."""
        return time.monotonic() - self._last >= INTERVAL or self._done + 1 == self._steps

    def step(self, pictures: int, loss: Tensor | None = None) -> None:
        """Count one step.

        Args:
            pictures: how many pictures or features it took.
            loss: its loss, a scalar tensor on any device.

        Raises:
            Stopped: the user stopped the run.
        """
        due = self.due
        self._done += 1
        self._pictures += pictures
        if loss is not None:
            self._counted += 1
            self._loss = loss.detach() if self._loss is None else self._loss + loss.detach()
        if due:
            self._tell()
        self._pulse.check()

    def _tell(self) -> None:
        loss = None if self._loss is None else self._loss.item() / self._counted
        now = time.monotonic()
        rate = self._pictures / max(now - self._last, 1e-9)
        self._pulse.emit(
            StepEnded(task=self._task, stage=self._stage, step=self._done, steps=self._steps, loss=loss, rate=rate)
        )
        self._last, self._loss, self._counted, self._pictures = now, None, 0, 0


class Pulse:
    """Where stages report to.

    Attributes:
        seconds: seconds spent in each stage so far.
        muted: whether what stages tell is known already, because a resumed run catches up with its last save.
    """

    def __init__(self, emit: Callable[[Event], None], gate: Gate) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.muted = False
        self._emit = emit
        self._gate = gate

    def emit(self, event: Event) -> None:
        """Tell an event, unless it was told before the run was cut off."""
        if not (self.muted and isinstance(event, StepEnded | StageEnded | Calibrated)):
            self._emit(event)

    def check(self) -> None:
        """Wait while paused; raise `Stopped` when the run is to end."""
        self._gate.check(lambda held: self.emit(Paused() if held else Resumed()))

    @contextmanager
    def stage(self, stage: Stage, task: int, steps: int, *, done: int = 0, spent: float = 0.0) -> Generator[Meter]:
        """Time a stage of `steps` steps; emits `StageEnded` when it is complete.

        Args:
            stage: its name.
            task: the task, counting from 0.
            steps: how many there are.
            done: how many of them were done before the run was cut off, in `spent` seconds.
            spent: see `done`.
        """
        self.check()
        meter = Meter(self, stage, task, steps, done, spent)
        yield meter
        self.seconds[stage] += meter.spent
        self.emit(StageEnded(task=task, stage=stage, seconds=meter.spent))
