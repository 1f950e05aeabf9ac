"""Sequential fine-tuning: what happens when nothing is done against forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend import stages
from backend.config import METHODS
from backend.stages.method import Method
from backend.stages.settings import AdaptSettings
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor


@METHODS.register
class FineTune(Method[AdaptSettings]):
    """Cross-entropy over all classes seen, on the current task's pictures only."""

    id = "fine_tune"
    label = "Sequential fine-tuning"
    help = "Tunes the image tower on each task's pictures against all classes seen, with no memory: the lower bound."
    rank = 30
    Settings = AdaptSettings

    def learn(self, task: Task) -> None:
        """Tune the image tower; old classes are only ever wrong answers."""
        from backend.stages.bench import positions

        self.seen.extend(task.classes)
        bench = self.bench
        rows = bench.train.rows(task.classes)
        targets = positions(bench.train.labels[rows], self.seen)
        stages.adapt_vision(
            bench, self.settings, task=task.index, rows=rows, targets=targets, anchors=bench.anchors(self.seen)
        )

    def classifier(self) -> Tensor:
        """Return the text features of the hand-written prompts."""
        return self.bench.anchors(self.seen)
