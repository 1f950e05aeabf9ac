"""Both stages on real pictures only: what joint training and sequential fine-tuning share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backend import stages
from backend.stages.method import Method, TaskLoad, Work
from backend.stages.settings import AdaptSettings, AlignSettings
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from backend.stages.bench import Bench


class WithoutMemorySettings(AlignSettings, AdaptSettings):
    """Both stages, no memory."""


class WithoutMemory(Method[WithoutMemorySettings]):
    """Move the image tower, then shared prompts, against all classes seen, on the pictures that `classes` names."""

    def __init__(self, bench: Bench, settings: WithoutMemorySettings) -> None:
        super().__init__(bench, settings)
        self.prompts = bench.encoder.prompts(
            bench.template, length=settings.prompt_length, per_task=False, names=bench.class_names
        )

    @classmethod
    def work(cls, settings: WithoutMemorySettings, load: TaskLoad) -> Work:
        """Return both stages, on old pictures too where they may be looked at."""
        pictures = load.new + (load.old if cls.peeks else 0)
        return Work(settings.epochs * pictures if load.moves else 0, pictures, settings.prompt_steps)

    @abstractmethod
    def classes(self, task: Task) -> Sequence[int]:
        """Return the classes whose pictures a task may look at."""

    def learn(self, task: Task) -> None:
        """Adapt, then align, on the same pictures."""
        from backend.memory import ClassMemory
        from backend.stages.bench import positions

        bench = self.bench
        self.seen.extend(task.classes)
        rows = bench.train.rows(tuple(self.classes(task)))
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
