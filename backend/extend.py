"""Continue a run on new classes: months later, on another machine, from its folder or its bundle ("Add a task").

```
source = open_source(path)                         what was learned, from a run folder or a bundle
extension = plan(source, DataSettings(...))        the new classes; everything that can be refused is refused here
extension.write(folder)                            a run folder that `resume` and `dmc-studio worker` go on with
```

The folder holds the source's last checkpoint and, in `[earlier]` of its configuration, which classes that knows: the
source may vanish afterwards. Nothing here loads a model; that its weights are the same is checked on resuming.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from backend.config import CALIBRATORS, METHODS, DataSettings, RunConfig, override, parse_config
from backend.errors import ConfigError, RunFolderError, StorageError
from backend.grown import dataset_of
from backend.history import read_config
from backend.pictures import Dataset
from backend.store import RunFolder
from backend.tasks import tasks_of

if TYPE_CHECKING:
    from backend.checkpoint import Checkpoint

_FIXED: Final = {
    "model": ("transform", "tuning", "lora_rank", "lora_on"),
    "method": ("covariance_rank", "prompt_length", "task_prompts"),
}
"""Settings that decide the shape or the meaning of what was learned."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run that can be continued.

    Attributes:
        name: of the run.
        config: its settings.
        checkpoint: what it learned last.
    """

    name: str
    config: RunConfig
    checkpoint: Checkpoint

    @property
    def tasks(self) -> tuple[tuple[str, ...], ...]:
        """Class names of each task that it learned."""
        return tuple(tuple(names) for names in self.checkpoint.manifest["tasks"][: self.checkpoint.task + 1])

    @property
    def class_names(self) -> tuple[str, ...]:
        """The learned classes, in the order in which they were learned."""
        return tuple(name for names in self.tasks for name in names)

    @property
    def last(self) -> float:
        """Its accuracy in percent over all classes, after its last task."""
        return float(self.checkpoint.manifest["scored"][-1]["accuracy"])


@dataclass(frozen=True, slots=True)
class Extension:
    """A run that continues another one, before it is written.

    Attributes:
        source: what it continues.
        config: its settings.
        new: class names that it will learn, in order.
        untested: learned classes that no picture here tests: their accuracy will be unknown.
    """

    source: Source
    config: RunConfig
    new: tuple[str, ...]
    untested: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Make a run folder that is resumed with the first new task.

        Raises:
            RunFolderError: something lies there already; it is left as it was.
            StorageError: it cannot be written; nothing is left behind.
        """
        from backend import checkpoint

        saved, home = self.source.checkpoint, RunFolder.create(folder, self.config)
        try:
            checkpoint.save(folder, saved.task, saved.tensors, saved.manifest)
        except StorageError:
            home.close()
            shutil.rmtree(folder, ignore_errors=True)  # it was new or empty
            raise
        home.close()


def open_source(path: Path) -> Source:
    """Read what a run learned, from its folder or its bundle.

    Raises:
        RunFolderError: there is nothing, or the folder is no run, or it has not finished a task.
        CheckpointError: the file is no bundle, or damaged.
    """
    from backend import checkpoint

    if not path.exists():
        raise RunFolderError(
            f"There is no '{path}'.", "Give the folder of a run, or a bundle that was exported from one."
        )
    if not path.is_dir():
        from backend.bundle import read_bundle

        bundle = read_bundle(path)
        return Source(bundle.name, bundle.config, bundle.checkpoint)
    config = read_config(path)
    if (saved := checkpoint.latest(path)) is None:
        hint = "Resume it, and extend it once its first task is scored."
        raise RunFolderError(f"'{path}' has not learned a task yet.", hint)
    return Source(path.resolve().name, config, saved)


def plan(source: Source, data: DataSettings, overrides: Iterable[str] = ()) -> Extension:
    """Decide how a run is continued on the classes of a data set that it has not learned.

    Args:
        source: the run.
        data: the new pictures; classes among them that were learned before are used to test only.
        overrides: `key.path=value`, such as `method.epochs=3`; without any of `split` the new classes are one task.

    Raises:
        ConfigError: there is no new class, or a setting cannot be changed any more.
        DataError: the new pictures are missing.
        ModelError: the model is not on this machine and cannot be downloaded.
    """
    from backend.encoders.models import check_model

    overrides = tuple(overrides)
    config = _config(source, data, overrides)
    new = len(dataset_of(config).class_names) - len(source.class_names)
    config = _config(source, data, overrides, per_task=max(1, new))
    _refuse_changes(source.config, config)
    dataset = dataset_of(config)
    tasks = tasks_of(config, dataset)
    _refuse_old_pictures(config, dataset)
    check_model(config.model)
    names = tuple(name for task in tasks[len(source.tasks) :] for name in task.names)
    return Extension(source, config, names, dataset.without(config.data.score_on))


def _config(source: Source, data: DataSettings, overrides: Iterable[str], per_task: int = 1) -> RunConfig:
    tree = source.config.model_dump(exclude={"earlier"})
    own, before = source.config.data, source.config.earlier.data if source.config.earlier else ()
    earlier = {
        "name": source.name,
        "tasks": source.tasks,
        "templates": _templates(source),
        "data": [settings.model_dump() for settings in dict.fromkeys((own, *before)) if settings != data],
    }
    split = {"order": "natural", "classes_per_task": per_task}
    tree |= {"data": data.model_dump(), "split": split, "earlier": earlier}
    for assignment in overrides:
        override(tree, assignment)
    if (name := source.config.method.name) != tree["method"]["name"]:
        raise _fixed("method.name", name)
    return parse_config(tree)


def _templates(source: Source) -> list[str]:
    """Return the prompts that the run learned with; checkpoints of old do not tell them."""
    told = source.checkpoint.manifest.get("template") or dataset_of(source.config).templates
    return [told] if isinstance(told, str) else list(told)


def _refuse_changes(old: RunConfig, new: RunConfig) -> None:
    """Refuse settings that would contradict what was learned.

    Raises:
        ConfigError: names the setting.
    """
    for section, keys in _FIXED.items():
        for key in keys:
            before: Any = getattr(getattr(old, section), key, None)
            if getattr(getattr(new, section), key, None) != before:
                raise _fixed(f"{section}.{key}", before)
    if new.data.template:
        raise ConfigError.at("data.template", "new classes get the prompt of the learned ones.", "Leave it empty.")


def _fixed(key: str, before: object) -> ConfigError:
    return ConfigError.at(key, f"what was learned goes with '{before}' only.", "Leave it as it is, or start a new run.")


def _refuse_old_pictures(config: RunConfig, dataset: Dataset) -> None:
    """Refuse what looks at the pictures of learned classes where there are none.

    Raises:
        ConfigError: names the method or the calibrator.
    """
    missing = len(dataset.without("train"))
    calibrator = getattr(config.method, "calibrator", None)
    for key, kind in (("name", METHODS[config.method.name]), ("calibrator", calibrator and CALIBRATORS[calibrator])):
        if missing and kind is not None and kind.peeks:
            sentence = f"{kind.label} needs the pictures of all classes, and {missing} learned ones have none here."
            raise ConfigError.at(f"method.{key}", sentence, "Put their data set back, or choose another.")
