"""DMC's two stages, with the calibrator and the task-specific prompts as separate switches.

Our reading of Chen et al., "Preserving Cross-Modal Consistency for CLIP-based Class-Incremental Learning"
(arXiv 2511.10974): the abstract is the source of the two stages, of replay from class Gaussians, of calibration by
optimal transport and of task-specific prompts; everything finer is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backend import stages
from backend.config import knob
from backend.stages.method import Method, TaskLoad, Work, below
from backend.stages.settings import AdaptSettings, AlignSettings, MemorySettings
from backend.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

    from backend.stages.bench import Bench


class TwoStageSettings(MemorySettings, AlignSettings, AdaptSettings):
    """Settings of DMC and DMC-OT: the same, with other defaults."""

    calibrator: str = knob(
        "ot", "Calibration", "How stored class statistics follow the image tower when it moves.", menu="calibrators"
    )
    task_prompts: bool = knob(True, "Task-specific prompts", "Give the classes of each task a context of their own.")


class TwoStage(Method[TwoStageSettings]):
    """Adapt the image tower, calibrate the memory, align the prompts, store the new classes."""

    def __init__(self, bench: Bench, settings: TwoStageSettings) -> None:
        from backend.memory import ClassMemory

        super().__init__(bench, settings)
        self.memory = ClassMemory(rank=settings.covariance_rank or None)
        self.prompts = bench.encoder.prompts(
            bench.template,
            length=settings.prompt_length,
            per_task=settings.task_prompts,
            names=bench.class_names,
        )

    def learn(self, task: Task) -> None:
        """Run both stages on a task."""
        from backend.stages.bench import positions

        bench, old = self.bench, tuple(self.seen)
        rows = bench.train.rows(task.classes)
        targets = positions(bench.train.labels[rows], task)
        features = self._adapt(task, rows, targets)
        self.prompts.open_task(task.names)
        stages.align_text(
            bench, self.settings, task=task.index, prompts=self.prompts, memory=self.memory, old=old,
            features=features, targets=targets + len(old),
        )  # fmt: skip
        self.memory.fit(features, bench.train.labels[rows], task.classes)
        self.seen.extend(task.classes)

    def _adapt(self, task: Task, rows: Tensor, targets: Tensor) -> Tensor:
        """Run stage 1, let the memory follow, and return the task's features under the new encoder."""
        bench, moves = self.bench, bool(self.bench.encoder.parameters())
        old = tuple(self.seen)
        before = bench.features(bench.train, rows, stage="calibrate", task=task.index) if old and moves else None
        if moves and not old:
            stages.keep_first_means(bench)
        anchors = bench.anchors(task.classes)
        stages.adapt_vision(bench, self.settings, task=task.index, rows=rows, targets=targets, anchors=anchors)
        after = bench.features(bench.train, rows, stage="calibrate", task=task.index)
        if before is not None:
            stages.calibrate_memory(
                bench, task=task, memory=self.memory, old=old, calibrator=self.settings.calibrator,
                before=before, after=after, targets=targets,
            )  # fmt: skip
        return after

    @classmethod
    def work(cls, settings: TwoStageSettings, load: TaskLoad) -> Work:
        """Return both stages, the features around stage 1, and those of old pictures where drift is measured."""
        calibrates = load.moves and load.old > 0
        looked_at = load.new + (load.old if load.measured else 0) if calibrates else 0
        trained = settings.epochs * load.new if load.moves else 0
        return Work(trained, load.new + looked_at, settings.prompt_steps, int(calibrates))

    def classifier(self) -> Tensor:
        """Return the text features of the learned prompts."""
        return self.prompts().detach()

    def state(self) -> dict[str, Tensor]:
        """Return prompts and memory."""
        prompts = {f"prompts.{name}": value for name, value in self.prompts.state_dict().items()}
        return prompts | {f"memory.{name}": value for name, value in self.memory.state(self.seen).items()}

    def load(self, state: Mapping[str, Tensor], tasks: Sequence[Task]) -> None:
        """Put prompts and memory back."""
        super().load(state, tasks)
        for task in tasks:
            self.prompts.open_task(task.names)
        groups = {prefix: below(state, prefix) for prefix in ("prompts.", "memory.")}
        self.prompts.load_state_dict(groups["prompts."])
        self.memory.load(groups["memory."], self.seen)

    @property
    def memory_bytes(self) -> int:
        """Size of the class Gaussians."""
        return self.memory.bytes
