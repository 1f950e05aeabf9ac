"""What a run has reached, and what it is about: the contents of manifests and of result.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from backend import devices, metrics
from backend.config import ModelSettings, RunConfig
from backend.events import Calibrated, Scores, TaskScored
from backend.setting import setting_of
from backend.tasks import Task


@dataclass
class Progress:
    """Scores and calibrations so far, one a task."""

    scored: list[TaskScored] = field(default_factory=list[TaskScored])
    calibrated: list[Calibrated] = field(default_factory=list[Calibrated])

    @property
    def matrix(self) -> list[Scores]:
        """The accuracy matrix so far, row by row."""
        return [scored.row for scored in self.scored]

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Progress:
        """Read back what `manifest` wrote."""
        return cls(
            [TaskScored.model_validate(entry) for entry in manifest["scored"]],
            [Calibrated.model_validate(entry) for entry in manifest["calibrated"]],
        )


@dataclass(frozen=True, slots=True)
class About:
    """What decides the meaning of a run's numbers.

    Attributes:
        config: all settings.
        tasks: the task stream.
        weights: hash of the model's weights before tuning.
        templates: hand-written prompts.
        split: hash of test pictures and task lists.
        device: where it runs.
    """

    config: RunConfig
    tasks: tuple[Task, ...]
    weights: str
    templates: tuple[str, ...]
    split: str
    device: str

    @property
    def template(self) -> str | list[str]:
        """The prompt, or all of an ensemble."""
        return self.templates[0] if len(self.templates) == 1 else list(self.templates)

    def fits(self, manifest: Mapping[str, Any]) -> bool:
        """Tell whether this run can go on from a checkpoint: its own, or the one of the run that it continues."""
        earlier = self.config.earlier
        own = earlier and earlier.model_dump(mode="json")
        tasks = tuple(tuple(names) for names in manifest["tasks"][: len(manifest["scored"])])
        inherited = earlier is not None and tasks == earlier.tasks and manifest["config"].get("earlier") != own
        return manifest["weights"] == self.weights and (inherited or manifest["split_hash"] == self.split)

    def manifest(self, progress: Progress, seconds: Mapping[str, float]) -> dict[str, Any]:
        """Return what a reader of a checkpoint must know."""
        return {
            "config": self.config.model_dump(mode="json", exclude_none=True),
            "setting": setting_of(self.config),
            "weights": self.weights,
            "base": {"model": self.config.model.name, "pretrained": self.config.model.pretrained, "hash": self.weights},
            "transform": self.config.model.transform,
            "template": self.template,
            "split_hash": self.split,
            "tasks": [list(task.names) for task in self.tasks],
            "class_order": [c for task in self.tasks for c in task.classes],
            "class_names": [name for task in self.tasks[: len(progress.scored)] for name in task.names],
            "scored": [scored.model_dump(mode="json") for scored in progress.scored],
            "calibrated": [calibrated.model_dump(mode="json") for calibrated in progress.calibrated],
            "stage_seconds": dict(seconds),
            "versions": devices.versions(),
        }

    def result(self, progress: Progress, seconds: Mapping[str, float]) -> dict[str, Any]:
        """Return result.json: everything that a number means, and the numbers, in percent."""
        config, last = self.config, progress.scored[-1]
        return {
            "method": config.method.name,
            "dataset": config.data.name,
            "scored_on": config.data.score_on,
            "setting": setting_of(config),
            "weights": f"{weights_words(config.model)}:{self.weights}",
            "transform": config.model.transform,
            "template": self.template,
            "seed": config.run.seed,
            "class_order": [c for task in self.tasks for c in task.classes],
            "split_hash": self.split,
            "class_names": [name for task in self.tasks for name in task.names],
            "tasks": [list(task.names) for task in self.tasks],
            "accuracy_matrix": metrics.padded(progress.matrix),
            "task_accuracy": [scored.accuracy for scored in progress.scored],
            "average": last.average,
            "last": last.accuracy,
            "forgetting": last.forgetting,
            "bwt": metrics.backward_transfer(progress.matrix),
            "drift": [_drift(calibrated) for calibrated in progress.calibrated],
            "memory_bytes": last.memory_bytes,
            "seconds": dict(seconds),
            "device": self.device,
            "precision": config.run.precision,
            "threads": torch.get_num_threads(),
            "versions": devices.versions(),
            "config": config.model_dump(mode="json", exclude_none=True),
            "finished": True,
        }


def weights_words(model: ModelSettings) -> str:
    """Return a model's architecture with the tag or file of its weights; the demo and local folders have their own."""
    own = model.name == "demo" or model.name.startswith("local-dir:")
    if not model.pretrained or (own and model.pretrained != "random"):
        return model.name
    return f"{model.name}:{Path(model.pretrained).name}"


def _drift(calibrated: Calibrated) -> dict[str, Any]:
    return {
        "task": calibrated.task,
        "calibrator": calibrated.calibrator,
        "before": calibrated.drift_before,
        "after": calibrated.drift_after,
        "strength": calibrated.strength,
    }
