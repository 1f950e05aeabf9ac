"""The configuration being edited: what the form shows, valid or not. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from backend.api import (
    METHODS,
    SETTINGS,
    ConfigError,
    MethodSettings,
    Problem,
    RunConfig,
    parse_config,
    setting_of,
)

Listener: TypeAlias = Callable[[], None]


class Draft:
    """Values by dotted key such as `run.seed`; validated after every change.

    Listeners are called after every change, whether or not the draft is valid then.
    """

    def __init__(self, config: RunConfig | None = None) -> None:
        self._listeners: list[Listener] = []
        self._put_away: dict[str, dict[str, Any]] = {}
        self._config = config or RunConfig()
        self._base = self._config
        self._problems: tuple[Problem, ...] = ()
        self._tree = self._config.model_dump()

    @property
    def config(self) -> RunConfig | None:
        """The validated configuration, or none while something is wrong."""
        return self._config if not self._problems else None

    @property
    def preset(self) -> RunConfig:
        """What changes are counted from."""
        return self._base

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, each with its dotted key."""
        return self._problems

    @property
    def method(self) -> type[MethodSettings]:
        """The settings model of the chosen method."""
        return METHODS[self._tree["method"]["name"]].Settings

    def value(self, key: str) -> Any:  # noqa: ANN401
        """Return the value of a setting."""
        section, name = key.split(".")
        return self._tree[section][name]

    def default(self, key: str) -> Any:  # noqa: ANN401
        """Return a setting's value in the preset that the draft came from; of another method, that method's default."""
        section, name = key.split(".")
        if section == "method" and key != "method.name" and self._base.method.name != self.value("method.name"):
            return self.method.model_fields[name].get_default(call_default_factory=True)
        return self._base.model_dump()[section][name]

    def changed(self, key: str) -> bool:
        """Tell whether a setting differs from the preset."""
        return self.value(key) != self.default(key)

    def set(self, key: str, value: Any) -> None:  # noqa: ANN401
        """Change one setting. Another `method.name` brings that method's own settings, as they were when last shown."""
        if self.value(key) == value:
            return
        section, name = key.split(".")
        if key == "method.name":
            self._change_method(value)
        elif key == "data.name":
            self._change_dataset(value)
        else:
            self._tree[section][name] = value
        self._validate()

    def set_together(self, values: Mapping[str, Any]) -> None:
        """Change settings that only make sense together, by dotted key; listeners hear of it once."""
        for key, value in values.items():
            section, name = key.split(".")
            self._tree[section][name] = value
        self._validate()

    def reset(self, key: str) -> None:
        """Put one setting back to what the preset says."""
        self.set(key, self.default(key))

    def load(self, config: RunConfig, preset: RunConfig | None = None) -> None:
        """Show another configuration; of a run that continues another one, what is set for its new classes.

        Args:
            config: what is to be shown.
            preset: what changes are counted from; the defaults if none is given.
        """
        self._base = preset or RunConfig()
        self._tree = config.model_dump(exclude={"earlier"})
        self._put_away.clear()
        self._validate()

    def subscribe(self, listener: Listener) -> Listener:
        """Call `listener` after every change; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _change_method(self, name: str) -> None:
        old: Mapping[str, Any] = self._tree["method"]
        self._put_away[old["name"]] = dict(old)
        fresh = METHODS[name].Settings(name=name).model_dump()
        self._tree["method"] = self._put_away.pop(name, fresh)

    def _change_dataset(self, name: str) -> None:
        """Stay in setting A or B: which class order it takes depends on the data set."""
        followed = "custom" if self._problems else setting_of(self._config)
        self._tree["data"]["name"] = name
        if followed != "custom":
            for section, keys in SETTINGS[followed].fixes(name).items():
                self._tree[section].update(keys)

    def _validate(self) -> None:
        try:
            self._config = parse_config(self._tree)
            self._problems = ()
        except ConfigError as error:
            self._problems = error.problems
        for listener in tuple(self._listeners):
            listener()
