"""Six classes of photographs in miniature, and runs on some of them: what "Add a task" is tested with."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from backend.api import DataSettings, Event, Gate, RunConfig, RunEnded, resume, run
from tests.worlds import tiny_config

KNOWN = ("dog", "cat", "frog", "eel")
"""The classes of the first run, in the order in which it learns them."""
NEW = ("owl", "ape")


def write_pets(root: Path, names: Sequence[str] = (*KNOWN, *NEW), pictures: int = 5) -> Path:
    """Write one folder a class; a class looks the same wherever it is written."""
    for name in names:
        rng = np.random.default_rng([ord(letter) for letter in name])
        colour = rng.integers(40, 200, 3)
        (root / name).mkdir(parents=True)
        for number in range(pictures):
            noise = rng.integers(0, 50, (40, 50, 3))
            Image.fromarray((colour + noise).astype(np.uint8)).save(root / name / f"{number}.png")
    return root


def pets(root: Path) -> DataSettings:
    return DataSettings(name="folder", root=str(root))


def pets_config(root: Path, order: Sequence[str] = KNOWN, method: str = "simple_cil") -> RunConfig:
    """Two classes a task, in the order given."""
    return tiny_config(
        data={"name": "folder", "root": str(root)},
        split={"classes_per_task": 2, "order": list(order)},
        method={"name": method} | ({} if method == "simple_cil" else {"prompt_steps": 4, "prompt_batch": 32}),
    )


def learn(config: RunConfig, folder: Path) -> Path:
    ended = run(config, folder, lambda _: None, Gate())
    assert ended.outcome == "finished", ended
    return folder


def go_on(folder: Path) -> tuple[RunEnded, list[Event]]:
    told: list[Event] = []
    return resume(folder, told.append, Gate()), told


def forget(*places: Path) -> None:
    """Remove folders and files, as time and other people do."""
    for place in places:
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()
