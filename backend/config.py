"""What a run is: its settings as one model, TOML in and out, errors that name the key and what is allowed.

An empty file is the demo preset: every setting has a default that works.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import tomli_w
from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError, field_validator

from backend import bounded, toml, wording
from backend.errors import ConfigError
from backend.registry import Listed, Registry
from backend.settings import (
    DataSettings,
    MethodSettings,
    ModelSettings,
    RunSettings,
    Settings,
    SplitSettings,
    Tuning,
    knob,
)

__all__ = [
    "CALIBRATORS",
    "DATASETS",
    "METHODS",
    "SECTIONS",
    "DataSettings",
    "Earlier",
    "Method",
    "MethodSettings",
    "ModelSettings",
    "RunConfig",
    "RunSettings",
    "Settings",
    "SplitSettings",
    "Tuning",
    "changed_from_default",
    "command_line",
    "knob",
    "load_config",
    "override",
    "parse_config",
    "read_config",
    "to_toml",
]

METHODS: Registry[Any] = Registry("methods", "method.name", "methods")
DATASETS: Registry[Any] = Registry("datasets", "data.name", "data sets")
CALIBRATORS: Registry[Any] = Registry("transport", "method.calibrator", "calibrators")

_MOST_BYTES: Final = 4 * toml.MOST_LETTERS
_MOST_PROBLEMS: Final = 50
"""So many wrong settings are named; a file with more is not one of ours."""


class Method(Listed):
    """What the configuration needs to know of a method (see `backend.methods`)."""

    Settings: ClassVar[type[MethodSettings]]


def _choose_method(value: Any) -> Any:  # noqa: ANN401
    """Validate `[method]` with the settings of the method that it names."""
    if not isinstance(value, Mapping):  # made already, or an error that pydantic tells
        return value
    name = value.get("name", "dmc_ot")
    settings: type[MethodSettings] = METHODS[str(name)].Settings
    return settings.model_validate({**value, "name": name})


class Earlier(Settings):
    """What a run continues: another run, whose state lies in the run folder (see `backend.extend`)."""

    title: ClassVar[str] = "Earlier"
    name: str = Field(description="The run that is continued.")
    tasks: tuple[tuple[str, ...], ...] = Field(description="Class names of the tasks that it learned.", min_length=1)
    templates: tuple[str, ...] = Field(description="The prompts that it learned with, each with {}.", min_length=1)
    data: tuple[DataSettings, ...] = Field(description="Where its pictures were, the newest first.")

    @field_validator("tasks", "templates", "data", mode="before")
    @classmethod
    def _freeze(cls, value: Any) -> Any:  # noqa: ANN401
        return tuple(tuple(v) if isinstance(v, list) else v for v in value) if isinstance(value, list) else value

    @field_validator("tasks")
    @classmethod
    def _has_every_class_once(cls, tasks: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
        names = [name.casefold() for task in tasks for name in task]
        if not all(tasks) or len(set(names)) < len(names):
            msg = "every task needs classes, and a class belongs to one task"
            raise ValueError(msg)
        return tasks

    @field_validator("templates")
    @classmethod
    def _have_a_place(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        if any(template.count("{}") != 1 for template in templates):
            msg = "each needs {} once, where the class name goes"
            raise ValueError(msg)
        return templates

    @property
    def class_names(self) -> tuple[str, ...]:
        """The learned classes, in the order in which they were learned."""
        return tuple(name for task in self.tasks for name in task)


class RunConfig(Settings):
    """Everything that decides a run. Frozen; equal configurations give equal results on a CPU.

    `earlier` is no section of the form: `backend.extend` writes it.
    """

    data: DataSettings = DataSettings()
    split: SplitSettings = SplitSettings()
    model: ModelSettings = ModelSettings()
    method: Annotated[SerializeAsAny[MethodSettings], BeforeValidator(_choose_method)] = Field(
        default_factory=lambda: _choose_method({})
    )
    run: RunSettings = RunSettings()
    earlier: Earlier | None = None

    def replaced(self, **sections: Mapping[str, Any]) -> RunConfig:
        """Return a copy with some settings changed, e.g. `replaced(run={"seed": 1})`.

        Raises:
            ConfigError: a setting is wrong.
        """
        tree = self.model_dump()
        for section, values in sections.items():
            if section == "method" and values.get("name", tree["method"]["name"]) != tree["method"]["name"]:
                tree["method"] = dict(values)
            else:
                tree[section].update(values)
        return parse_config(tree)


SECTIONS: Final = tuple(name for name in RunConfig.model_fields if name != "earlier")
"""The sections that people fill in."""


def parse_config(tree: Mapping[str, Any]) -> RunConfig:
    """Validate nested settings.

    Raises:
        ConfigError: names every wrong key, its value and what is allowed.
    """
    try:
        config = RunConfig.model_validate(dict(tree))
    except ValidationError as error:
        raise ConfigError(islice(wording.problems(error, _fields(tree)), _MOST_PROBLEMS)) from error
    DATASETS[config.data.name]
    if (calibrator := getattr(config.method, "calibrator", None)) is not None:
        CALIBRATORS[calibrator]
    return config


def read_config(text: str, overrides: Iterable[str] = ()) -> RunConfig:
    """Read TOML text, then apply `key.path=value` overrides.

    Raises:
        ConfigError: the text is not TOML or a setting is wrong.
    """
    try:
        tree = toml.parse(text)
    except ValueError as error:
        raise ConfigError.at(
            "run.toml", f"this is not TOML: {error}.", "See the Config tab for a file that works."
        ) from error
    for assignment in overrides:
        override(tree, assignment)
    return parse_config(tree)


def load_config(path: Path, overrides: Iterable[str] = ()) -> RunConfig:
    """Read a run.toml file.

    Raises:
        ConfigError: the file is missing, not text, not TOML, or a setting is wrong.
    """
    try:
        text = bounded.read_bytes(path, _MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError.at(
            str(path), f"this file cannot be read: {why}.", "Give the path of a run.toml file."
        ) from error
    return read_config(text, overrides)


def to_toml(config: RunConfig) -> str:
    """Return the whole configuration as TOML that reads back equal."""
    return tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))


def changed_from_default(config: RunConfig) -> dict[str, dict[str, Any]]:
    """Return only what differs from the demo preset (the method's own defaults), by section."""
    base = RunConfig().model_dump(mode="json") | {
        "method": type(config.method)(name=config.method.name).model_dump(mode="json")
    }
    tree = config.model_dump(mode="json")
    changed = {s: {k: v for k, v in tree[s].items() if v != base[s].get(k)} for s in SECTIONS}
    if config.method.name != "dmc_ot":
        changed["method"] = {"name": config.method.name, **changed["method"]}
    return {section: values for section, values in changed.items() if values}


def command_line(config: RunConfig, out: str = "my-run") -> str:
    """Return the exact command that runs this configuration without a window.

    A run that continues another one needs that one's folder or bundle, here called by the run's name.
    """
    pairs = [
        f"{s}.{k}={_toml_value(v)}" for s, values in changed_from_default(config).items() for k, v in values.items()
    ]
    act = f"extend {shlex.quote(config.earlier.name)}" if config.earlier else "run"
    settings = (f"--set {shlex.quote(pair)}" for pair in pairs)
    return " ".join([f"dmc-studio {act}", f"--out {shlex.quote(out)}", *settings])


def _toml_value(value: Any) -> str:  # noqa: ANN401
    return tomli_w.dumps({"v": value}).removeprefix("v = ").strip()


def override(tree: dict[str, Any], assignment: str) -> None:
    """Change nested settings by `key.path=value`.

    Raises:
        ConfigError: it is not of this form.
    """
    path, equals, text = assignment.partition("=")
    keys = path.strip().split(".")
    if not equals or len(keys) < 2:
        raise ConfigError.at(path or "--set", f"'{assignment}' is not KEY=VALUE.", "For example: --set run.seed=1")
    try:
        value = toml.parse(f"v = {text}")["v"]
    except ValueError:
        value = text.strip()
    node = tree
    for key in keys[:-1]:
        node = node.setdefault(key, {})
        if not isinstance(node, dict):
            raise ConfigError.at(path, f"'{key}' is a value, not a section.", "For example: --set run.seed=1")
    node[keys[-1]] = value


def _fields(tree: Mapping[str, Any]) -> wording.Fields:
    """Return the settings of every section, with those of the method that the tree chooses."""
    chosen = tree.get("method")
    name = chosen.get("name", "dmc_ot") if isinstance(chosen, Mapping) else "dmc_ot"
    sections: dict[str, Any] = {key: RunConfig.model_fields[key].annotation for key in SECTIONS}
    sections |= {"method": METHODS[str(name)].Settings, "earlier": Earlier}
    return {key: section.model_fields for key, section in sections.items()}
