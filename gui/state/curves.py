"""What charts and the status bar show of a run: a fold over its events, the same for live and reopened runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

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
from gui.state.losses import Losses
from gui.state.pace import Pace

_ORDER = ("prepare", "adapt", "calibrate", "align", "evaluate")
"""How stages follow one another in a task."""


def task_name(task: int) -> str:
    """Return what people call a task: T1 is the first."""
    return f"T{task + 1}"


def percent(accuracy: float | None) -> str:
    """Return an accuracy in words for a tooltip."""
    return "no test pictures of this task on this machine" if accuracy is None else f"{accuracy:.1f} %"


class Curves:
    """Everything that is drawn of one run. Not thread-safe: it belongs to the thread that draws."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.started: RunStarted | None = None
        self.ended: RunEnded | None = None
        self.scores: list[TaskScored] = []
        """One a finished task, in order."""
        self.bwt: list[float | None] = []
        """BWT after each finished task, in percent points; None while there is no old task to judge by."""
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
                self._take_score(event)
                self.memory = event.memory_bytes
            case Calibrated():
                self.calibrations.append(event)
            case _:
                assert_never(event)

    def _take_score(self, event: TaskScored) -> None:
        """Add a row of the accuracy matrix; a task scored again replaces its row and all later ones."""
        self._drop_scores(event.task)
        self.scores.append(event)
        just_learned = (score.row[task] for task, score in enumerate(self.scores[:-1]))
        pairs = [(now, then) for now, then in zip(event.row, just_learned, strict=False)]
        changes = [now - then for now, then in pairs if now is not None and then is not None]
        self.bwt.append(sum(changes) / len(changes) if changes else None)

    def _drop_scores(self, task: int) -> None:
        del self.scores[task:]
        del self.bwt[task:]

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
        self._drop_scores(event.first_task)
        kept = _ORDER.index(event.first_stage) if event.first_stage else -1
        calibrated = event.first_task + (kept >= _ORDER.index("calibrate"))
        self.calibrations = [c for c in self.calibrations if c.task < calibrated]
        for stage, losses in self.losses.items():
            if stage == event.first_stage:
                losses.drop_after(event.first_task, event.first_step)
            else:
                losses.drop_from(event.first_task + (_ORDER.index(stage) < kept))
