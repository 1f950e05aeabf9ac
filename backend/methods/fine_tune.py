"""Sequential fine-tuning: what happens when nothing is done against forgetting."""

from __future__ import annotations

from collections.abc import Sequence

from backend.config import METHODS
from backend.stages.without_memory import WithoutMemory, WithoutMemorySettings
from backend.tasks import Task


@METHODS.register
class FineTune(WithoutMemory):
    """Both stages of DMC on the current task's pictures only: old classes are only ever wrong answers."""

    id = "fine_tune"
    label = "Sequential fine-tuning"
    help = "Tunes image tower and prompts on each task's pictures against all classes seen, no memory: the lower bound."
    rank = 30
    Settings = WithoutMemorySettings

    def classes(self, task: Task) -> Sequence[int]:
        """Return the task's own classes."""
        return task.classes
