"""Saves inside a task: what each stage has reached, so that a resumed run goes on at the last saved step."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from backend.events import Stage


@dataclass(frozen=True, slots=True)
class Saved:
    """What a stage needs to go on.

    Attributes:
        step: steps done.
        steps: steps in all.
        tensors: by a name of the stage's own.
        facts: plain numbers and texts.
        over: whether nothing is left to do, not even to say so.
    """

    step: int
    steps: int
    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])
    over: bool = False


Write = Callable[[Stage, Mapping[Stage, Saved]], None]


class Saves:
    """The saves of the task that is being learned.

    A task is learned again from its beginning when a run is resumed inside it: a stage that finds itself over does
    nothing, and the one that was cut off goes on. Everything between is computed anew from the same numbers.

    Args:
        write: puts all stages of the task on the disk; the newest one is named.
        seconds: a stage is saved after so long.
        caught_up: called when the newest save was found, so that what follows is new.
    """

    def __init__(
        self,
        write: Write = lambda stage, stages: None,
        seconds: float = float("inf"),
        caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._write, self._seconds, self._caught_up = write, seconds, caught_up
        self._stages: dict[Stage, Saved] = {}
        self._waiting: dict[Stage, Saved] = {}
        """Saves of before, which no stage has taken up yet."""
        self._newest: Stage | None = None
        self._last = time.monotonic()

    def begin(self, stages: Mapping[Stage, Saved], newest: Stage | None) -> None:
        """Begin a task, with what is on the disk of it."""
        self._stages, self._waiting, self._newest = dict(stages), dict(stages), newest
        self._last = time.monotonic()

    def find(self, stage: Stage) -> Saved | None:
        """Return where a stage was saved before the run was cut off, once; or none."""
        saved = self._waiting.pop(stage, None)
        if saved is not None and stage == self._newest:
            self._newest = None
            self._caught_up()
        return saved

    @property
    def due(self) -> bool:
        """Whether the last save is long ago."""
        return time.monotonic() - self._last >= self._seconds

    def keep(self, stage: Stage, saved: Saved) -> None:
        """Write what a stage has reached.

        Raises:
            StorageError: it cannot be written.
        """
        self._stages[stage] = saved
        self._write(stage, self._stages)
        self._last = time.monotonic()


def packed(stages: Mapping[Stage, Saved]) -> tuple[dict[str, Tensor], dict[str, dict[str, Any]]]:
    """Return the tensors of all stages under one roof, and their plain facts."""
    tensors = {f"{stage}/{name}": value for stage, saved in stages.items() for name, value in saved.tensors.items()}
    facts = {
        stage: {"step": saved.step, "steps": saved.steps, "facts": dict(saved.facts), "over": saved.over}
        for stage, saved in stages.items()
    }
    return tensors, facts


def unpacked(tensors: Mapping[str, Tensor], facts: Mapping[str, Mapping[str, Any]]) -> dict[Stage, Saved]:
    """Return what `packed` took."""
    stages: dict[Any, Saved] = {}
    for stage, fact in facts.items():
        own = {name.removeprefix(f"{stage}/"): value for name, value in tensors.items() if name.startswith(f"{stage}/")}
        stages[stage] = Saved(int(fact["step"]), int(fact["steps"]), own, fact["facts"], bool(fact["over"]))
    return stages
