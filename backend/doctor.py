"""`dmc-studio doctor`: is everything there that a run needs?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

import psutil

from backend import devices
from backend.config import CALIBRATORS, DATASETS, METHODS
from backend.errors import DataError
from backend.history import runs_folder

_LEAST_MEMORY: Final = 2e9
_LEAST_DISK: Final = 1e9


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `fine` is False for what stops a run."""

    name: str
    value: str
    fine: bool = True


def examine() -> Iterator[Finding]:
    """Look at versions, device, memory, disk, the demo model, data sets and plug-ins."""
    for name, version in devices.versions().items():
        yield Finding(name, version)
    yield Finding("device", devices.choose("auto", "fp32").reason)
    yield Finding("CPU threads", f"{os.cpu_count()} there")
    free = psutil.virtual_memory().available
    yield Finding("memory", f"{free / 1e9:.1f} GB free", free > _LEAST_MEMORY)
    yield _disk(runs_folder())
    demo = files("resources").joinpath("demo_model", "open_clip_model.safetensors").is_file()
    yield Finding("demo model", "there" if demo else "missing: install DMC Studio again", demo)
    yield from _datasets()
    for registry in (METHODS, DATASETS, CALIBRATORS):
        yield Finding(registry.kind, f"{len(list(registry))} found")
        for name, why in registry.broken.items():
            yield Finding(f"plug-in {name}", f"cannot be loaded: {why}", fine=False)


def _disk(folder: Path) -> Finding:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    value = f"{folder} ({free / 1e9:.1f} GB free{'' if writable else ', may not be written'})"
    return Finding("runs folder", value, writable and free > _LEAST_DISK)


def _datasets() -> Iterator[Finding]:
    for dataset in DATASETS:
        try:
            yield Finding(f"data set {dataset.id}", f"{len(dataset().class_names)} classes")
        except DataError as error:  # one that is not used need not be there
            yield Finding(f"data set {dataset.id}", f"not there: {error.sentence}")
