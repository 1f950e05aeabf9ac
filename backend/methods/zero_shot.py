"""Zero-shot CLIP: nothing is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.config import METHODS, MethodSettings
from backend.stages.method import Method, TaskLoad, Work
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class ZeroShot(Method[MethodSettings]):
    """The pre-trained model with hand-written prompts (Radford et al. 2021)."""

    id = "zero_shot"
    label = "Zero-shot CLIP"
    help = "The pre-trained model as it is, with hand-written prompts: where every method starts."
    rank = 20

    @classmethod
    def work(cls, settings: MethodSettings, load: TaskLoad) -> Work:
        """Return nothing: only scoring takes time."""
        del settings, load
        return Work()

    def learn(self, task: Task) -> None:
        """Only take note of the new names."""
        self.seen.extend(task.classes)

    def classifier(self) -> Tensor:
        """Return the text features of the hand-written prompts."""
        return self.bench.anchors(self.seen)
