"""Methods, data sets and calibrators find themselves: a decorator, a folder scan, and entry points.

A new one is one new file in its folder (or an entry point `dmc_studio.methods` and so on in another package).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, distributions
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from backend.errors import ConfigError, nearest


class Listed(Protocol):
    """What menus, help and tables show of a plug-in; `Settings` are its own fields, if any."""

    id: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]


T = TypeVar("T", bound=Listed)

_BROKEN = (
    ImportError,
    SyntaxError,
    NameError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    OSError,
    RuntimeError,
)


@cache
def _declared() -> tuple[EntryPoint, ...]:
    """Return our plug-ins of the installed packages; looking into all of these takes as long as making a menu."""
    declared = (entry for package in distributions() for entry in package.entry_points)
    return tuple(dict.fromkeys(entry for entry in declared if entry.group.startswith("dmc_studio.")))


class Registry(Generic[T]):
    """All plug-ins of one kind, by id, found on first use.

    Files are imported without torch in mind: a plug-in file imports heavy packages inside its functions,
    so that the window can list it before torch is loaded.
    """

    def __init__(self, kind: str, key: str, words: str) -> None:
        self.words = words
        """What people call them, e.g. "data sets"."""
        self.kind = kind
        """Folder under `backend` and entry-point group under `dmc_studio`, e.g. `methods`."""
        self.key = key
        """The setting that chooses one, e.g. `method.name`; named in errors."""
        self.broken: dict[str, str] = {}
        """Plug-ins that could not be imported: name -> why."""
        self._found: dict[str, type[T]] = {}
        self._scanned = False

    def register(self, plugin: type[T]) -> type[T]:
        """Add a class under its `id` (a decorator).

        Raises:
            ValueError: another class has that id.
        """
        other = self._found.setdefault(plugin.id, plugin)
        if (other.__module__, other.__qualname__) != (plugin.__module__, plugin.__qualname__):
            msg = f"two {self.kind} are called '{plugin.id}': {other.__module__} and {plugin.__module__}"
            raise ValueError(msg)
        self._found[plugin.id] = plugin
        return plugin

    def __getitem__(self, name: str) -> type[T]:
        """Return the plug-in called `name`.

        Raises:
            ConfigError: there is none; names the nearest one.
        """
        self._scan()
        if name not in self._found:
            what = f"'{name}' is not one of the {self.words}."
            raise ConfigError.at(self.key, what, nearest(name, self._found))
        return self._found[name]

    def __iter__(self) -> Iterator[type[T]]:
        """Iterate over all plug-ins: by `rank` where they have one, then by label."""
        self._scan()
        return iter(sorted(self._found.values(), key=lambda p: (getattr(p, "rank", 100), p.label)))

    def __contains__(self, name: object) -> bool:
        """Tell whether a plug-in has that id."""
        self._scan()
        return name in self._found

    def _scan(self) -> None:
        if self._scanned:
            return
        self._scanned = True
        package = importlib.import_module(f"backend.{self.kind}")
        for module in pkgutil.iter_modules(package.__path__, f"backend.{self.kind}."):
            self._load(module.name, lambda name=module.name: importlib.import_module(name))
        for entry in _declared():
            if entry.group == f"dmc_studio.{self.kind}":
                self._load(entry.name, entry.load)

    def _load(self, name: str, load: Any) -> None:  # noqa: ANN401
        try:
            load()
        except _BROKEN as error:
            self.broken[name] = f"{type(error).__name__}: {error}"
