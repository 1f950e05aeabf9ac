"""Joint training: all pictures of all classes seen, at every task. The upper bound."""

from __future__ import annotations

from collections.abc import Sequence

from backend.config import METHODS, knob
from backend.stages.without_memory import WithoutMemory, WithoutMemorySettings
from backend.tasks import Task


class JointSettings(WithoutMemorySettings):
    """Both stages, on all pictures."""

    epochs: int = knob(5, "Epochs", "Passes over all pictures seen, at each task.", unit="epochs", ge=1, le=1000)


@METHODS.register
class Joint(WithoutMemory):
    """Both stages of DMC on real pictures of all classes seen: nothing is forgotten because nothing is gone."""

    id = "joint"
    label = "Joint training"
    help = "Trains on the pictures of all tasks so far, which class-incremental learning forbids: the upper bound."
    rank = 31
    peeks = True
    Settings = JointSettings

    def classes(self, task: Task) -> Sequence[int]:
        """Return all classes seen, those of the task among them."""
        del task
        return self.seen
