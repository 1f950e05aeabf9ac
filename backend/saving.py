"""What a run has reached: written after each task and inside it, and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from backend import checkpoint
from backend.events import Checkpointed, Event, Note, RunEnded, Stage, StepSaved, TaskScored
from backend.history import begin_of_task
from backend.patience import Patience
from backend.progress import About, Progress
from backend.stages.pulse import Pulse
from backend.stages.saves import Saved, Saves, packed, unpacked
from backend.store import RunFolder


class Saver:
    """Puts what a run has reached on the disk, and knows what is there.

    Args:
        home: the run folder.
        pulse: counts the seconds of stages; is muted while a task catches up with a save.
        patience: waits for the disk.
        emit: takes every event.

    Attributes:
        about: what decides the meaning of the numbers; to be set before anything is saved.
        progress: scores and calibrations so far.
        saves: for the stages of the present task.
        last: the newest checkpoint of a finished task, or none.
        inside: the newest save inside the task after it, or none.
        place: where inside its task the run goes on; none at the beginning of a task.
        done: how many tasks were finished before.
    """

    about: About

    def __init__(self, home: RunFolder, pulse: Pulse, patience: Patience, emit: Callable[[Event], None]) -> None:
        self._home, self._pulse, self._patience, self._emit = home, pulse, patience, emit
        self._begun = time.monotonic()
        self._task = 0
        self.progress = Progress()
        self.saves = Saves(self._save_inside, 60 * home.config.run.save_minutes, self._caught_up)
        self.last = checkpoint.latest(home.path)
        self.done = self.last.task + 1 if self.last else 0
        self.inside = checkpoint.latest_inside(home.path, self.done)
        self.place = checkpoint.Inside.model_validate(self.inside.manifest["inside"]) if self.inside else None

    def rewind(self) -> None:
        """Forget events after the last save: what they tell will happen again. Notes and endings stay."""
        path = self._home.path
        cut = self.place.events if self.place else begin_of_task(path, self.done)
        self._patience.insist(lambda: self._home.rewind(cut, lambda event: isinstance(event, Note | RunEnded)))

    def warnings(self) -> list[Note]:
        """Return what is to be said of saves that cannot be used."""
        used = [saved for saved in (self.last, self.inside) if saved]
        damaged = [why for saved in used for why in saved.skipped]
        notes = [(f"A damaged checkpoint was skipped: {why}", "An earlier one is used.") for why in damaged]
        if not used and any((self._home.path / "checkpoints").glob("[!.]*")):
            notes = [("No checkpoint could be used.", "The run starts again at its first task.")]
        return [Note(level="warning", text=text, hint=hint) for text, hint in notes]

    def take_up(self) -> None:
        """Go on with the numbers of the newest save; the stages inside its task wait for their own."""
        self._begun = time.monotonic()
        if self.last:
            self._take(self.last)
        if self.inside and self.place:
            self._pulse.muted = True
            self.saves.begin(unpacked(self.inside.tensors, self.place.facts), self.place.stage)

    def begin(self, task: int) -> bool:
        """Begin a task; return whether it is new, and not one that was saved inside."""
        self._task = task
        if self._pulse.muted:
            return False
        self.saves.begin({}, None)
        return True

    def finish(self, scored: TaskScored, tensors: Mapping[str, Tensor]) -> None:
        """Write a finished task with its score, then say so."""
        self.progress.scored.append(scored)
        self._patience.insist(self._home.sync)
        path, size = self._write(tensors, {}, "task")
        self._prune()
        self._emit(Checkpointed(task=scored.task, path=path, bytes=size))
        self._emit(scored)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds spent in each stage and in total, those before the run was resumed too."""
        return {**self._pulse.seconds, "total": self._pulse.seconds["total"] + time.monotonic() - self._begun}

    def _take(self, saved: checkpoint.Checkpoint) -> None:
        self.progress = Progress.from_manifest(saved.manifest)
        self._pulse.seconds.update(saved.manifest["stage_seconds"])

    def _caught_up(self) -> None:
        if self.inside:
            self._take(self.inside)
        self._pulse.muted = False

    def _save_inside(self, stage: Stage, stages: Mapping[Stage, Saved]) -> None:
        tensors, facts = packed(stages)
        step, steps = stages[stage].step, stages[stage].steps
        self._patience.insist(self._home.sync)  # the events before a save are on the disk before the save is
        inside = {"stage": stage, "step": step, "events": self._home.events_size, "facts": facts}
        _, size = self._write(tensors, {"inside": inside}, "inside")
        self._prune()
        self._emit(StepSaved(task=self._task, stage=stage, step=step, steps=steps, bytes=size))

    def _write(self, tensors: Mapping[str, Tensor], more: Mapping[str, Any], kind: checkpoint.Kind) -> tuple[str, int]:
        manifest = {**self.about.manifest(self.progress, self.seconds), **more}
        home, task = self._home.path, self._task
        return self._patience.insist(lambda: checkpoint.save(home, task, tensors, manifest, kind=kind))

    def _prune(self) -> None:
        averages = [scored.average for scored in self.progress.scored]
        best = averages.index(max(averages)) if averages else -1
        checkpoint.prune(self._home.path, keep=self._home.config.run.keep_checkpoints, best=best)
