"""SimpleCIL: class means of the frozen image tower."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backend.config import METHODS, MethodSettings
from backend.stages.method import Method, TaskLoad, Work
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from backend.stages.bench import Bench


@METHODS.register
class SimpleCil(Method[MethodSettings]):
    """Class means as a cosine classifier (Zhou et al. 2023, 2303.07338)."""

    id = "simple_cil"
    label = "SimpleCIL"
    help = "Class means of the frozen image tower as classifier (Zhou et al. 2023): cheap, and hard to beat."
    rank = 21

    def __init__(self, bench: Bench, settings: MethodSettings) -> None:
        super().__init__(bench, settings)
        self._means: list[Tensor] = []

    @classmethod
    def work(cls, settings: MethodSettings, load: TaskLoad) -> Work:
        """Return each picture once."""
        del settings
        return Work(encoded=load.new)

    def learn(self, task: Task) -> None:
        """Store the unit-norm mean feature of each new class."""
        rows = self.bench.train.rows(task.classes)
        features = self.bench.features(self.bench.train, rows, stage="align", task=task.index)
        labels = self.bench.train.labels[rows].to(features.device)
        for c in task.classes:
            mean = features[labels == c].mean(dim=0)
            self._means.append(mean / mean.norm())
        self.seen.extend(task.classes)

    def classifier(self) -> Tensor:
        """Return the class means."""
        import torch

        return torch.stack(self._means)

    def state(self) -> dict[str, Tensor]:
        """Return the class means."""
        return {"means": self.classifier()}

    def load(self, state: Mapping[str, Tensor], tasks: Sequence[Task]) -> None:
        """Put the class means back."""
        super().load(state, tasks)
        self._means = list(state["means"].to(self.bench.encoder.device))
