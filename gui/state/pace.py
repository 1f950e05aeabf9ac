"""How long a run will still take, judged by how long its own stages have taken."""

from __future__ import annotations

from collections import defaultdict

from backend.api import Event, Paused, Resumed, RunEnded, RunStarted, StageEnded, StepEnded, TaskScored, TaskStarted

_ENOUGH = 0.1
"""From this share of a stage on, the stage itself says best how long it takes."""

_OF_ALL_SEEN = frozenset({"align", "evaluate"})
"""Stages whose work grows with the classes seen so far; the others take up the classes of their own task."""


class Pace:
    """Seconds a class for each stage, from the stages that are over; pauses do not count."""

    def __init__(self) -> None:
        self._tasks: tuple[tuple[str, ...], ...] = ()
        self._task = 0
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._work: defaultdict[str, float] = defaultdict(float)
        self._over: set[str] = set()
        """Stages of the present task that are over."""
        self._step: StepEnded | None = None
        self._mark = 0.0
        """When the present stage began."""
        self._paused_at: float | None = None
        self._knows = False

    def add(self, event: Event) -> None:
        """Take one event; most say nothing about time."""
        match event:
            case RunStarted():
                self._tasks = event.tasks
                self._begin(event.first_task, event.at)
                self._paused_at = None
            case TaskStarted():
                self._begin(event.task, event.at)
            case StepEnded():
                self._step = event
            case StageEnded():
                self._end_stage(event)
            case TaskScored():
                self._knows = True
                self._begin(event.task + 1, event.at)
            case Paused() | Resumed() | RunEnded():
                self._hold(event)
            case _:
                return

    def left(self, now: float) -> float | None:
        """Return the seconds left; None until one task has been scored, for nothing is known of later stages."""
        if not self._knows:
            return None
        here = self._present(self._paused_at or now) if self._task < len(self._tasks) else 0.0
        later = range(self._task + 1, len(self._tasks))
        return here + sum(self._expected(stage, task) for task in later for stage in self._work)

    def _begin(self, task: int, at: float) -> None:
        self._task, self._mark = task, at
        self._over = set()
        self._step = None

    def _end_stage(self, event: StageEnded) -> None:
        if event.task < len(self._tasks):
            self._seconds[event.stage] += max(0.0, event.at - self._mark)
            self._work[event.stage] += self._amount(event.stage, event.task)
        self._over.add(event.stage)
        self._step = None
        self._mark = event.at

    def _hold(self, event: Paused | Resumed | RunEnded) -> None:
        if isinstance(event, Paused):
            self._paused_at = event.at
        elif self._paused_at is not None:
            self._mark += event.at - self._paused_at
            self._paused_at = None
            self._step = None

    def _amount(self, stage: str, task: int) -> int:
        """Return the number of classes that a stage works on."""
        if stage in _OF_ALL_SEEN:
            return sum(len(classes) for classes in self._tasks[: task + 1])
        if stage == "calibrate":
            return sum(len(classes) for classes in self._tasks[:task])
        return len(self._tasks[task])

    def _expected(self, stage: str, task: int) -> float:
        return self._seconds[stage] / self._work[stage] * self._amount(stage, task) if self._work[stage] else 0.0

    def _present(self, now: float) -> float:
        """Return what is left of the present task."""
        elapsed = max(0.0, now - self._mark)
        rest = {stage: self._expected(stage, self._task) for stage in self._work if stage not in self._over}
        step = self._step
        if step is not None and step.steps and step.step / step.steps >= _ENOUGH:
            rest[step.stage] = max(0.0, step.at - self._mark) * step.steps / step.step
        return max(0.0, sum(rest.values()) - elapsed)
