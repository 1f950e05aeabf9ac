"""`dmc-studio doctor` and Tools > Check: is everything there that a run needs?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Final, Literal, TypeAlias

import psutil

from backend import caches
from backend.config import CALIBRATORS, DATASETS, METHODS, DataSettings
from backend.library import describe
from backend.menus import catalogue
from backend.places import cache_folder, data_folder, models_folder, runs_folder
from backend.qt_libraries import APT, QT_BASE, QT_X11, missing_libraries
from backend.units import count, size

State: TypeAlias = Literal["ok", "note", "bad"]
"""note: worth knowing, but runs go well without it; bad: it stops a run."""

_LEAST_MEMORY: Final = 2e9
_LEAST_DISK: Final = 1e9
_WORDS: Final[dict[State, str]] = {"ok": "ok  ", "note": "note", "bad": "BAD "}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; findings of one `group` follow one another."""

    group: str
    name: str
    value: str
    state: State = "ok"
    hint: str = ""

    @property
    def fine(self) -> bool:
        """Whether runs are possible in spite of it."""
        return self.state != "bad"


def examine() -> Iterator[Finding]:
    """Yield findings as they are made; takes seconds, since torch is loaded and data sets are listed."""
    parts = (_versions, _machine, _disk, _qt, _datasets, _models, _caches, _plugins)
    for part in parts:
        yield from part()


def report(findings: Iterable[Finding]) -> str:
    """Return findings as plain text, for a terminal or a bug report."""
    lines: list[str] = []
    for group, found in groupby(findings, key=lambda finding: finding.group):
        lines.append(group)
        for finding in found:
            lines.append(f"  {_WORDS[finding.state]} {finding.name}: {finding.value}")
            if finding.hint:
                lines.append(f"         {finding.hint}")
    return "\n".join(lines)


def _versions() -> Iterator[Finding]:
    from backend import devices

    for name, version in devices.versions().items():
        yield Finding("Versions", name, version)


def _machine() -> Iterator[Finding]:
    from backend import devices

    group, chosen = "Machine", devices.choose("auto", "fp32")
    yield Finding(group, "device", chosen.reason)
    yield Finding(group, "CPU threads", f"{os.cpu_count()} there")
    free = psutil.virtual_memory().available
    short = free < _LEAST_MEMORY
    hint = "Close other programs; a run of the demo needs about 2 GB." if short else ""
    yield Finding(group, "memory", f"{size(free)} free", "bad" if short else "ok", hint)


def _disk() -> Iterator[Finding]:
    for name, folder in (
        ("runs folder", runs_folder()),
        ("data folder", data_folder()),
        ("models folder", models_folder()),
        ("cache folder", cache_folder()),
    ):
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        free = shutil.disk_usage(there).free
        if not os.access(there, os.W_OK):
            yield Finding("Disk", name, f"{folder} may not be written", "bad", "Change the permissions of that folder.")
        elif free < _LEAST_DISK:
            yield Finding("Disk", name, f"{folder}, only {size(free)} free", "bad", "Free some space on that disk.")
        else:
            yield Finding("Disk", name, f"{folder}, {size(free)} free")


def _qt() -> Iterator[Finding]:
    for name, needed in (("Qt", QT_BASE), ("Qt on X11", QT_X11)):
        missing = missing_libraries(needed)
        if missing:
            hint = f"Only the window needs them: {APT} {' '.join(missing.values())}"
            yield Finding("Window", name, f"missing: {', '.join(missing)}", "note", hint)
        else:
            yield Finding("Window", name, "its libraries are there")


def _datasets() -> Iterator[Finding]:
    for dataset in DATASETS:
        found = describe(DataSettings(name=dataset.id))
        if found.found:
            words = [f"{len(found.class_names)} classes", found.layout]
            yield Finding("Data sets", dataset.id, ", ".join(filter(None, words)))
        else:  # one that is not used need not be there
            yield Finding("Data sets", dataset.id, found.problem, "note", found.hint)


def _models() -> Iterator[Finding]:
    demo = files("resources").joinpath("demo_model", "open_clip_model.safetensors").is_file()
    hint = "" if demo else "Install DMC Studio again."
    yield Finding("Models", "demo model", "there" if demo else "missing", "ok" if demo else "bad", hint)
    for entry in catalogue().menu("models"):
        if entry.id != "demo":
            yield _weights(entry.id, str(entry.also["model.pretrained"]))
    files_there = [path for path in models_folder().rglob("*") if path.is_file()]
    total = sum(path.stat().st_size for path in files_there)
    yield Finding("Models", "in the models folder", f"{size(total)} in {count(len(files_there), 'file')}")


def _weights(name: str, tag: str) -> Finding:
    from backend.encoders.weights import stored_weights

    stored = stored_weights(name, tag)
    if stored is None:
        return Finding("Models", f"{name} {tag}", "not on this machine; a run downloads it when it needs it", "note")
    return Finding("Models", f"{name} {tag}", f"{stored}, {size(stored.stat().st_size)}")


def _caches() -> Iterator[Finding]:
    for cache in caches.sizes():
        yield Finding("Caches", cache.kind, f"{size(cache.bytes)} in {count(cache.files, 'file')}; can be made again")


def _plugins() -> Iterator[Finding]:
    for registry in (METHODS, DATASETS, CALIBRATORS):
        yield Finding("Plug-ins", registry.words, f"{len(list(registry))} found")
        for name, why in registry.broken.items():
            yield Finding("Plug-ins", name, f"cannot be loaded: {why}", "bad", "Remove it, or repair it.")
