"""What charts and the status bar show of a run: a fold over its events, the same for live and reopened runs."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from backend.api import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    Scores,
    StageEnded,
    StepEnded,
    StepSaved,
    TaskScored,
    TaskStarted,
)
from gui.state.pace import Pace

Points: TypeAlias = NDArray[np.float64]

SMOOTHING = 0.8
"""Share of the past in the smoothed loss, once there is one; the first points of a task are averaged evenly."""


_ORDER = ("prepare", "adapt", "calibrate", "align", "evaluate")
"""How stages follow one another in a task."""


def task_name(task: int) -> str:
    """Return what people call a task: T1 is the first."""
    return f"T{task + 1}"


def percent(accuracy: float | None) -> str:
    """Return an accuracy in words for a tooltip."""
    return "no test pictures of this task on this machine" if accuracy is None else f"{accuracy:.1f} %"


@dataclass(frozen=True, slots=True)
class Border:
    """Where the points of a task begin in a series."""

    task: int
    x: float
    index: int


@dataclass(slots=True)
class Losses:
    """The loss of one stage over all tasks, on one axis of steps."""

    borders: list[Border] = field(default_factory=list[Border])
    end: float = 0.0
    """Where the axis ends: the steps of all tasks so far, those still to do in the last one included."""
    _x: array[float] = field(default_factory=lambda: array("d"))
    _loss: array[float] = field(default_factory=lambda: array("d"))
    _smooth: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self._x)

    @property
    def x(self) -> Points:
        """Steps since the first task `(n,)`."""
        return np.array(self._x)

    @property
    def loss(self) -> Points:
        """Losses as they were reported `(n,)`."""
        return np.array(self._loss)

    @property
    def smooth(self) -> Points:
        """Exponential moving average, begun anew with each task `(n,)`."""
        return np.array(self._smooth)

    @property
    def last(self) -> float | None:
        """The newest smoothed loss."""
        return self._smooth[-1] if self._smooth else None

    def add(self, event: StepEnded) -> None:
        """Append a step that has a loss."""
        if event.loss is None:
            return
        if not self.borders or self.borders[-1].task != event.task:
            self.borders.append(Border(event.task, self.end, len(self)))
        border = self.borders[-1]
        self.end = border.x + max(event.step, event.steps)
        seen = len(self) - border.index
        past = min(SMOOTHING, seen / (seen + 1))
        self._smooth.append(past * (self._smooth[-1] if seen else 0.0) + (1 - past) * event.loss)
        self._x.append(border.x + event.step)
        self._loss.append(event.loss)

    def drop_from(self, task: int) -> None:
        """Forget `task` and what followed it."""
        later = [border for border in self.borders if border.task >= task]
        if not later:
            return
        first = later[0]
        self.end = first.x
        self._cut(first.index)
        self.borders = [border for border in self.borders if border.task < task]

    def drop_after(self, task: int, step: int) -> None:
        """Forget what followed a step of `task`."""
        self.drop_from(task + 1)
        if self.borders and self.borders[-1].task == task:
            border = self.borders[-1]
            self._cut(bisect_right(self._x, border.x + step, border.index))

    def _cut(self, index: int) -> None:
        for points in (self._x, self._loss, self._smooth):
            del points[index:]


class Curves:
    """Everything that is drawn of one run. Not thread-safe: it belongs to the thread that draws."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.scores: list[TaskScored] = []
        """One a finished task, in order."""
        self.losses: dict[str, Losses] = {"adapt": Losses(), "align": Losses()}
        """By stage: `adapt` is stage 1, `align` stage 2."""
        self.calibrations: list[Calibrated] = []
        self.notes: list[Note] = []
        self.task = 0
        """The task that is being learned, from 0."""
        self.stage: str | None = None
        self.step = 0
        self.steps = 0
        self.rate = 0.0
        """Pictures a second."""
        self.memory = 0
        """Bytes of the stored class statistics."""
        self.sample: DeviceSampled | None = None
        self.hold: Paused | None = None
        """Why the run does not go on, with a reason where it waits for its disk; none while it goes on."""
        self.saved: Checkpointed | StepSaved | None = None
        """What was put on the disk last."""
        self.revision = 0
        """Grows when something that was already shown is taken back."""
        self._pace = Pace()
        self.extend(events)

    # --- read ---

    @property
    def tasks(self) -> tuple[tuple[str, ...], ...]:
        """Class names of each task; empty before the run started."""
        return self.started.tasks if self.started else ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """All class names in class order."""
        return self.started.class_names if self.started else ()

    @property
    def task_accuracy(self) -> list[float]:
        """A_t of each finished task, in percent."""
        return [score.accuracy for score in self.scores]

    @property
    def matrix(self) -> list[Scores]:
        """Rows of the accuracy matrix: entry j of row i is the accuracy on task j after task i, in percent.

        None where there are no test pictures of the task on this machine.
        """
        return [score.row for score in self.scores]

    @property
    def average(self) -> float | None:
        """Mean of A_t so far, in percent."""
        return self.scores[-1].average if self.scores else None

    @property
    def last(self) -> float | None:
        """The newest A_t, in percent."""
        return self.scores[-1].accuracy if self.scores else None

    @property
    def forgetting(self) -> float | None:
        """Mean drop of old tasks from their best, in percent points."""
        return self.scores[-1].forgetting if self.scores else None

    @property
    def running(self) -> bool:
        """Whether the run started and has not ended; a run that was cut off looks like this too."""
        return self.started is not None and self.ended is None

    @property
    def paused(self) -> bool:
        """Whether the run waits, for the user or for its disk."""
        return self.hold is not None

    @property
    def saved_at(self) -> float | None:
        """Seconds since the epoch, when something was put on the disk last."""
        return self.saved.at if self.saved else None

    def eta_seconds(self, now: float) -> float | None:
        """Return the seconds that are probably left, or None while there is nothing to judge by."""
        return self._pace.left(now) if self.running else None

    def progress(self) -> float:
        """Return the share of all tasks that is done, 0 .. 1."""
        return len(self.scores) / len(self.tasks) if self.tasks else 0.0

    # --- fold ---

    def extend(self, events: Iterable[Event]) -> None:
        """Take many events."""
        for event in events:
            self.add(event)

    def add(self, event: Event) -> None:
        """Take one event."""
        self._pace.add(event)
        match event:
            case StepEnded():
                self._take_step(event)
            case RunStarted() | TaskStarted() | StageEnded() | TaskScored() | Calibrated():
                self._take_progress(event)
            case Checkpointed() | StepSaved():
                self.saved = event
            case DeviceSampled():
                self.sample = event
            case Note():
                self.notes.append(event)
            case Paused() | Resumed():
                self.hold = event if isinstance(event, Paused) else None
            case RunEnded():
                self.ended = event
                self.hold = None
            case _:
                assert_never(event)

    def _take_progress(self, event: RunStarted | TaskStarted | StageEnded | TaskScored | Calibrated) -> None:
        match event:
            case RunStarted():
                self._start(event)
            case TaskStarted():
                self.task = event.task
                self.stage, self.step, self.steps = None, 0, 0
            case StageEnded():
                self.step = self.steps
            case TaskScored():
                del self.scores[event.task :]
                self.scores.append(event)
                self.memory = event.memory_bytes
            case Calibrated():
                self.calibrations.append(event)
            case _:
                assert_never(event)

    def _take_step(self, event: StepEnded) -> None:
        self.task, self.stage = event.task, event.stage
        self.step, self.steps = event.step, event.steps
        self.rate = event.rate
        if event.stage in self.losses:
            self.losses[event.stage].add(event)

    def _start(self, event: RunStarted) -> None:
        """Begin, or go on at a task: what was seen of it and of later ones is superseded."""
        if self.started is not None:
            self.revision += 1
        self.started = event
        self.ended = self.hold = None
        self.task = event.first_task
        self.stage, self.step, self.steps = None, 0, 0
        del self.scores[event.first_task :]
        kept = _ORDER.index(event.first_stage) if event.first_stage else -1
        calibrated = event.first_task + (kept >= _ORDER.index("calibrate"))
        self.calibrations = [c for c in self.calibrations if c.task < calibrated]
        for stage, losses in self.losses.items():
            if stage == event.first_stage:
                losses.drop_after(event.first_task, event.first_step)
            else:
                losses.drop_from(event.first_task + (_ORDER.index(stage) < kept))
