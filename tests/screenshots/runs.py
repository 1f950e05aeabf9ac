"""The runs that pictures show: three methods, three seeds each, of the demo preset.

They are trained once, about six minutes, and kept; finished runs that lie elsewhere are taken instead.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from backend.api import Gate, RunConfig, StudioError, open_run, run
from backend.places import cache_folder

METHODS, SEEDS = ("dmc_ot", "dmc", "simple_cil"), (0, 1, 2)
MAIN = "dmc_ot-drawn-s0"
"""The run that is looked at most."""


def names() -> list[str]:
    """Return the name of every run that is wanted."""
    return [f"{method}-drawn-s{seed}" for method in METHODS for seed in SEEDS]


def gather(given: Path | None, place: Path) -> None:
    """Copy every run into a place, each under its name; what is missing is trained, or taken from an earlier time.

    Args:
        given: a folder of finished runs, such as `dmc_ot-drawn-s0-20261122-1700`.
        place: where the window will look for runs.
    """
    kept = cache_folder() / "screenshots"
    for name in names():
        found = next((folder for folder in _candidates(name, given, kept) if _finished(folder)), None)
        if found is None:
            found = kept / name
            shutil.rmtree(found, ignore_errors=True)
            _train(name, found)
        shutil.copytree(found, place / name)


def _candidates(name: str, given: Path | None, kept: Path) -> Iterable[Path]:
    if given is not None:
        yield from sorted(given.glob(f"{name}*"), reverse=True)
    yield kept / name


def _finished(folder: Path) -> bool:
    """Tell whether a folder holds a finished run that kept what there is to look at."""
    if not (folder / "insight").is_dir():
        return False
    try:
        record = open_run(folder)
    except StudioError:
        return False
    return record.result is not None


def _train(name: str, folder: Path) -> None:
    method, _, seed = name.split("-")
    sys.stdout.write(f"Training {name} ...\n")
    config = RunConfig().replaced(method={"name": method}, run={"seed": int(seed[1:])})
    ended = run(config, folder, lambda _: None, Gate())
    if ended.outcome != "finished":
        sys.exit(f"{name}: {ended.message}")
