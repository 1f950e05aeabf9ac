"""Joint training: all pictures of all classes seen, at every task. The upper bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backend import stages
from backend.config import METHODS, knob
from backend.stages.method import Method
from backend.stages.settings import AdaptSettings, AlignSettings
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from backend.stages.bench import Bench


class JointSettings(AlignSettings, AdaptSettings):
    """Both stages, on all pictures."""

    epochs: int = knob(5, "Epochs", "Passes over all pictures seen, at each task.", unit="epochs", ge=1, le=1000)


@METHODS.register
class Joint(Method[JointSettings]):
    """Both stages of DMC on real pictures of all classes seen: nothing is forgotten because nothing is gone."""

    id = "joint"
    label = "Joint training"
    help = "Trains on the pictures of all tasks so far, which class-incremental learning forbids: the upper bound."
    rank = 31
    Settings = JointSettings

    def __init__(self, bench: Bench, settings: JointSettings) -> None:
        super().__init__(bench, settings)
        self.prompts = bench.encoder.prompts(bench.template, length=settings.prompt_length, per_task=False)

    def learn(self, task: Task) -> None:
        """Adapt on all pictures so far, then align on all their features."""
        from backend.memory import ClassMemory
        from backend.stages.bench import positions

        bench = self.bench
        self.seen.extend(task.classes)
        rows = bench.train.rows(tuple(self.seen))
        targets = positions(bench.train.labels[rows], self.seen)
        anchors = bench.anchors(self.seen)
        stages.adapt_vision(bench, self.settings, task=task.index, rows=rows, targets=targets, anchors=anchors)
        features = bench.features(bench.train, rows, stage="align", task=task.index)
        self.prompts.open_task(task.names)
        stages.align_text(
            bench, self.settings, task=task.index, prompts=self.prompts, memory=ClassMemory(), old=(),
            features=features, targets=targets,
        )  # fmt: skip

    def classifier(self) -> Tensor:
        """Return the text features of the learned prompts."""
        return self.prompts().detach()

    def state(self) -> dict[str, Tensor]:
        """Return the prompts."""
        return dict(self.prompts.state_dict())

    def load(self, state: Mapping[str, Tensor], tasks: Sequence[Task]) -> None:
        """Put the prompts back."""
        super().load(state, tasks)
        for task in tasks:
            self.prompts.open_task(task.names)
        self.prompts.load_state_dict(state)
