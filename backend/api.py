"""The seam: all that the window may import of the backend. Importing it loads no torch.

```
config = load_config(path)                     RunConfig, frozen
gate, folder = Gate(), new_run_folder(config)
ended = run(config, folder, emit, gate)        blocks; call it in a thread of its own; never raises
record = open_run(folder)                      the same events again
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.config import (
    CALIBRATORS,
    DATASETS,
    METHODS,
    DataSettings,
    MethodSettings,
    ModelSettings,
    RunConfig,
    RunSettings,
    Settings,
    SplitSettings,
    changed_from_default,
    command_line,
    load_config,
    parse_config,
    read_config,
    to_toml,
)
from backend.errors import (
    CheckpointError,
    ConfigError,
    DataError,
    ModelError,
    Problem,
    RunFolderError,
    StorageError,
    StudioError,
    TrainingError,
)
from backend.events import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StageEnded,
    StepEnded,
    TaskScored,
    TaskStarted,
)
from backend.gate import Gate
from backend.library import DataReport, describe, open_pictures
from backend.pictures import Part, Pictures
from backend.places import data_folder
from backend.store import RunRecord, RunSummary, list_runs, new_run_folder, open_run, runs_folder

__all__ = [
    "CALIBRATORS",
    "DATASETS",
    "METHODS",
    "Calibrated",
    "Catalogue",
    "CheckpointError",
    "Checkpointed",
    "ConfigError",
    "DataError",
    "DataReport",
    "DataSettings",
    "DeviceSampled",
    "Entry",
    "Event",
    "Gate",
    "MethodSettings",
    "ModelError",
    "ModelSettings",
    "Note",
    "Part",
    "Paused",
    "Pictures",
    "Preset",
    "Problem",
    "Resumed",
    "RunConfig",
    "RunEnded",
    "RunFolderError",
    "RunRecord",
    "RunSettings",
    "RunStarted",
    "RunSummary",
    "Settings",
    "SplitSettings",
    "StageEnded",
    "StepEnded",
    "StorageError",
    "StudioError",
    "TaskPreview",
    "TaskScored",
    "TaskStarted",
    "TrainingError",
    "catalogue",
    "changed_from_default",
    "command_line",
    "data_folder",
    "describe",
    "export",
    "list_runs",
    "load_config",
    "new_run_folder",
    "open_pictures",
    "open_run",
    "parse_config",
    "preview",
    "read_config",
    "resume",
    "run",
    "runs_folder",
    "to_toml",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. `settings` is set for methods: the model that a form is made from."""

    id: str
    label: str
    help: str
    settings: type[Settings] | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made configuration with the reason to choose it."""

    id: str
    label: str
    help: str
    config: RunConfig


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All menus, and the plug-ins that could not be loaded (name -> why)."""

    methods: tuple[Entry, ...]
    datasets: tuple[Entry, ...]
    calibrators: tuple[Entry, ...]
    models: tuple[Entry, ...]
    presets: tuple[Preset, ...]
    broken: Mapping[str, str]

    def menu(self, name: str) -> tuple[Entry, ...]:
        """Return the entries of a menu that a setting names (see `config.knob`)."""
        return {
            "methods": self.methods,
            "datasets": self.datasets,
            "calibrators": self.calibrators,
            "models": self.models,
            "orders": _ORDERS,
            "devices": _DEVICES,
            "splits": _SPLITS,
            "templates": _TEMPLATES,
            "transforms": _TRANSFORMS,
        }[name]


_ORDERS = (
    Entry("seeded", "Shuffled by seed", "Every seed of a run deals the classes anew."),
    Entry("natural", "As listed", "The data set's own order."),
    Entry(
        "published", "As published", "The list that the literature of setting A uses: CIFAR-100, ImageNet-R, CUB-200."
    ),
    Entry("1993", "Seed 1993", "numpy.random.seed(1993), customary in the field's toolboxes."),
)
_SPLITS = (
    Entry("auto", "Automatic", "The data set's own split, its folders, or a seeded draw: the first that there is."),
    Entry("official", "Official", "The split that came with the data set."),
    Entry("folders", "Folders", "Training and test pictures lie in folders of their own."),
    Entry("seeded", "Seeded draw", "The same share of every class, drawn with the seed beside."),
)
_TEMPLATES = (
    Entry("", "The data set's own", "One sentence that fits the data set, such as 'a photo of a {}.'."),
    Entry("a good photo of a {}.", "a good photo of a {}.", "What setting A uses."),
    Entry("ensemble", "Ensemble", "Mean of the text features over the data set's published list; setting B."),
)
_TRANSFORMS = (
    Entry("crop", "Shorter side, centre crop", "Keeps proportions and loses the rim; CLIP's own, and setting A."),
    Entry("squash", "Squash", "Both sides to the model's size: all of the picture, out of proportion; setting B."),
)
_MODELS = (Entry("demo", "Demo CLIP (ViT, shipped)", "A 0.8 M-parameter image tower trained on the drawn world."),)
_DEVICES = (
    Entry("auto", "Automatic", "The first GPU, or the CPU where there is none."),
    Entry("cpu", "CPU", "Always there; the same bits every time."),
    Entry("cuda", "CUDA GPU", "The first NVIDIA GPU."),
)


def catalogue() -> Catalogue:
    """Return all menus; scans the plug-in folders on first use."""

    def entries(registry: Any) -> tuple[Entry, ...]:  # noqa: ANN401
        return tuple(Entry(p.id, p.label, p.help, getattr(p, "Settings", None)) for p in registry)

    methods, datasets, calibrators = (entries(registry) for registry in (METHODS, DATASETS, CALIBRATORS))
    broken = {**METHODS.broken, **DATASETS.broken, **CALIBRATORS.broken}
    return Catalogue(methods, datasets, calibrators, _MODELS, presets(), broken)


def presets() -> tuple[Preset, ...]:
    """Return the presets of `resources/presets`: TOML whose first two comment lines are label and reason."""
    found: list[Preset] = []
    for file in sorted(files("resources").joinpath("presets").iterdir(), key=lambda f: (f.name != "demo.toml", f.name)):
        if file.name.endswith(".toml"):
            text = file.read_text(encoding="utf-8")
            label, reason = (line.removeprefix("#").strip() for line in text.splitlines()[:2])
            found.append(Preset(file.name.removesuffix(".toml"), label, reason, read_config(text)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TaskPreview:
    """What one task will hold: class names, picture counts, and a few pictures `(h, w, 3)` uint8, one a class."""

    names: tuple[str, ...]
    train: int
    test: int
    thumbnails: tuple[NDArray[np.uint8], ...]


def preview(config: RunConfig, *, thumbnails: int = 8) -> tuple[TaskPreview, ...]:
    """Return the tasks of a configuration with some pictures. Draws or decodes them: call it off the GUI thread.

    Raises:
        ConfigError: the split does not fit the data set.
        DataError: the data set is missing.
    """
    from backend.tasks import tasks_of

    dataset = DATASETS[config.data.name](config.data)
    tasks = tasks_of(config, dataset)
    train, test = dataset.pictures("train"), dataset.pictures("test")

    def show(classes: Sequence[int]) -> tuple[NDArray[np.uint8], ...]:
        return tuple(train.load(int(np.flatnonzero(train.labels == c)[0])) for c in classes[:thumbnails])

    return tuple(
        TaskPreview(
            task.names,
            int(np.isin(train.labels, task.classes).sum()),
            int(np.isin(test.labels, task.classes).sum()),
            show(task.classes),
        )
        for task in tasks
    )


def run(config: RunConfig, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
    """Train in a new run folder; blocks. Never raises: the last event tells how it ended.

    Args:
        config: what to do.
        folder: an empty or new folder.
        emit: called with every event, from this thread, after it was written.
        gate: to pause, resume and stop from another thread.
    """
    from backend import engine

    return engine.run(config, folder, emit, gate)


def resume(folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
    """Go on with a run that was stopped or cut off, at its last checkpoint; blocks; never raises."""
    from backend import engine

    return engine.resume(folder, emit, gate)


def export(folder: Path, kind: str, to: Path) -> Path:
    """Export a run: `checkpoint`, `csv`, `json`, `latex`, `png` or `svg`; return what was written.

    Raises:
        RunFolderError: the run has nothing to export yet.
        StorageError: the place cannot be written.
    """
    from backend import export as exporting

    return exporting.export(folder, kind, to)
