"""How far one run of the queue is: a fold over its events, as small as can be."""

from __future__ import annotations

from backend.api import (
    DeviceSampled,
    Event,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StepEnded,
    TaskScored,
    TaskStarted,
)
from gui.state.log import clock
from gui.state.pace import Pace


class Progress:
    """A fold over the events of one run: how far it is."""

    def __init__(self) -> None:
        self.stopping = False
        """Whether it was asked to stop."""
        self.sample: DeviceSampled | None = None
        self._pace = Pace()
        self._task = self._tasks = 0
        self._share = 0.0
        """Of the present stage."""
        self._accuracy: float | None = None
        self._held = ""

    @property
    def share(self) -> float:
        """How much of the run is done, 0 to 1; tasks count the same."""
        return (self._task + 0.9 * self._share) / self._tasks if self._tasks else 0.0

    def add(self, event: Event) -> None:
        """Take one event."""
        self._pace.add(event)
        match event:
            case RunStarted():
                self._tasks, self._task, self._share = len(event.tasks), event.first_task, 0.0
            case TaskStarted():
                self._task, self._share = event.task, 0.0
            case StepEnded(stage="adapt"):
                self._share = event.step / event.steps if event.steps else 0.0
            case TaskScored():
                self._task, self._share, self._accuracy = event.task + 1, 0.0, event.accuracy
            case DeviceSampled():
                self.sample = event
            case Paused():
                self._held = event.reason or "paused"
            case Resumed() | RunEnded():
                self._held = ""
            case _:
                return

    def words(self, now: float) -> str:
        """Say how far a run is that is on."""
        if self.stopping:
            return "Stops after this step"
        if not self._tasks:
            return "Starting"
        task = f"Task {min(self._task + 1, self._tasks)} of {self._tasks}"
        left = self._pace.left(now)
        return ", ".join(part for part in (task, self._held or (f"{clock(left)} left" if left else "")) if part)

    def last(self) -> str:
        """Return the accuracy after the last task that was scored, or nothing."""
        return "" if self._accuracy is None else f"last {self._accuracy:.1f} %"
