"""How long a run will probably take, and how much memory: what it has to do, times how fast this machine was measured.

`backend.probe` measures; a speed is remembered for each model, device, precision and batch, so that other settings of
the form are judged at once. Loads no torch.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from backend import bounded
from backend.config import DATASETS, METHODS, RunConfig
from backend.disk import write_atomic
from backend.places import cache_folder
from backend.preview import TaskPreview
from backend.stages.method import TaskLoad, Work
from backend.units import size

_MOST_BYTES: Final = 1 << 16
_UNITS: Final = (("s", 1), ("min", 60), ("h", 3600))
_MOST_WRONG: Final = 4.0
"""How much a single run may correct: it may have been paused for a night."""
_FROZEN: Final = {"adapter", "none"}
_SPREAD: Final = 2.0
"""How far off an estimate may be either way before we would call it wrong: other programs, clocks, first-time work."""


class Speed(BaseModel):
    """What a probe measured on this machine.

    Attributes:
        trained: seconds a picture of stage 1, forward and backward.
        encoded: seconds a picture that is only encoded; of a frozen tower, whose features are kept, next to nothing.
        tower: seconds a picture through the image tower.
        text: seconds a prompt through the text tower, once.
        few, many: numbers of classes with which prompt steps were measured.
        step_few, step_many: seconds a step of stage 2 with them.
        calibration: seconds a calibration, the pictures' encoding apart.
        base_memory: bytes of the process with the model.
        picture_memory: bytes that each picture of a batch of stage 1 adds.
        on: device and threads, in words.
    """

    model_config = ConfigDict(frozen=True)

    trained: float
    encoded: float
    tower: float
    text: float
    few: int
    many: int
    step_few: float
    step_many: float
    calibration: float
    base_memory: int
    picture_memory: int
    on: str

    def scaled(self, factor: float) -> Speed:
        """Return a machine that takes `factor` times as long for everything."""
        times = ("trained", "encoded", "tower", "text", "step_few", "step_many", "calibration")
        return self.model_copy(update={name: factor * getattr(self, name) for name in times})

    def step(self, classes: int) -> float:
        """Return the seconds of a step of stage 2 with so many classes."""
        if self.many == self.few:
            return self.step_few
        slope = (self.step_many - self.step_few) / (self.many - self.few)
        return max(0.0, self.step_few + max(0.0, slope) * (classes - self.few))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds and bytes that a run probably takes.

    Attributes:
        seconds: of the whole run, pictures decoded before.
        low, high: where we expect it with other programs beside it, and on a quiet machine.
        memory: of the process, or of the GPU where there is one, in bytes.
        on: device and threads, in words.
    """

    seconds: float
    low: float
    high: float
    memory: int
    on: str

    @property
    def span(self) -> str:
        """The time in words, such as `44 to 88 s`."""
        unit, seconds = next((u, s) for u, s in _UNITS if self.high < 120 * s or u == "h")
        digits = 1 if self.low < 3 * seconds else 0
        return f"{self.low / seconds:.{digits}f} to {self.high / seconds:.{digits}f} {unit}"


def speed_of(config: RunConfig, tasks: Sequence[TaskPreview], *, again: bool = False) -> Speed:
    """Return how fast this machine is at a run's kind of work; measures it where it never was, which loads torch.

    Args:
        config: the run.
        tasks: of `preview(config)`.
        again: measure even if it was done before.

    Raises:
        ModelError: there is no such model.
        ConfigError: there is no such device.
        StorageError: what was measured cannot be written down.
    """
    key = speed_key(config, tasks)
    if not again and (known := known_speed(key)) is not None:
        return known
    from backend.probe import measure

    speed = measure(config, tasks)
    remember_speed(key, speed)
    return speed


def learn_speed(config: RunConfig, seconds: float, tasks: Sequence[TaskPreview]) -> None:
    """Correct what was measured by how long a run really took; a probe may have met a busy machine.

    Raises:
        StorageError: it cannot be written down.
    """
    key = speed_key(config, tasks)
    speed = known_speed(key)
    found = estimate(config, speed, tasks) if speed else None
    if speed and found and found.seconds > 0:
        factor = seconds / found.seconds
        remember_speed(key, speed.scaled(min(_MOST_WRONG, max(1 / _MOST_WRONG, factor))))


def estimate(config: RunConfig, speed: Speed, tasks: Sequence[TaskPreview]) -> Estimate | None:
    """Return what a run probably takes; None for a method that does not tell its work.

    Args:
        config: the run.
        speed: measured for the same model, device, precision and batch (see `speed_key`).
        tasks: of `preview(config)`.
    """
    seconds, works = 0.0, work_of(config, tasks)
    if works is None:
        return None
    seen = np.cumsum([len(task.names) for task in tasks])
    for work, classes in zip(works, seen, strict=True):
        seconds += work.trained * speed.trained + work.encoded * speed.encoded
        seconds += work.prompt_steps * speed.step(int(classes)) + work.calibrations * speed.calibration
    seconds += int(seen[-1]) * len(DATASETS[config.data.name](config.data).templates) * speed.text
    if config.model.tuning in _FROZEN:  # every picture goes through the tower once, and then features are kept
        seconds += sum(task.train + task.test for task in tasks) * speed.tower
    memory = speed.base_memory + (config.run.batch_size * speed.picture_memory if _moves(config) else 0)
    return Estimate(seconds, seconds / _SPREAD**0.5, seconds * _SPREAD**0.5, memory, speed.on)


def estimate_words(found: Estimate) -> str:
    """Return an estimate in a line."""
    return f"Estimate: {found.span}, {size(found.memory)} of memory ({found.on})"


def work_of(config: RunConfig, tasks: Sequence[TaskPreview]) -> list[Work] | None:
    """Return what each task has to do, scoring included; None for a method that does not tell."""
    method, works, old, tested = METHODS[config.method.name], list[Work](), 0, 0
    for task in tasks:
        load = TaskLoad(task.train, old, _moves(config), config.run.measure_drift)
        work = method.work(config.method, load)
        if work is None:
            return None
        old += task.train
        tested += task.test
        works.append(work.with_encoded(tested))
    return works


def speed_key(config: RunConfig, tasks: Sequence[TaskPreview]) -> str:
    """Return what a speed depends on, hashed: another value means that it has to be measured anew."""
    run, method = config.run, config.method
    classes = [len(tasks[0].names), sum(len(task.names) for task in tasks)]
    parts = [config.model.model_dump(mode="json"), run.device, run.precision, run.batch_size, run.threads, classes]
    parts += [getattr(method, name, None) for name in ("prompt_batch", "prompt_length", "task_prompts", "calibrator")]
    return hashlib.sha256(repr((parts, os.cpu_count())).encode()).hexdigest()[:24]


def known_speed(key: str) -> Speed | None:
    """Return a speed that was measured before; None where it was not, or its file is damaged."""
    try:
        return Speed.model_validate_json(bounded.read_bytes(_file(key), _MOST_BYTES))
    except (OSError, ValidationError):
        return None


def remember_speed(key: str, speed: Speed) -> None:
    """Write a speed down for next time.

    Raises:
        StorageError: it cannot be written.
    """
    path = _file(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, speed.model_dump_json().encode())


def _file(key: str) -> Path:
    return cache_folder() / "speeds" / f"{key}.json"


def _moves(config: RunConfig) -> bool:
    return config.model.tuning != "none"
