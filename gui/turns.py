"""What the queue does on the disk, all of it in the pool: find, prepare, read and drop run folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backend.api import (
    Kept,
    QueueFile,
    RunConfig,
    RunFolderError,
    StudioError,
    caught_up_queue,
    new_run_folder,
    open_run,
    prepare_run,
    read_run_config,
    trash_run,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What an earlier window left.

    Attributes:
        kept: the queue as it must be by now.
        owned: whether this window works it off now, and no other does.
        configs: what its runs are, as far as they can be read.
        problem: why the queue could not be read; it is empty then.
    """

    kept: Kept = field(default_factory=Kept)
    owned: bool = True
    configs: dict[Path, RunConfig] = field(default_factory=dict[Path, RunConfig])
    problem: StudioError | None = None


def found(file: QueueFile, *, take: bool) -> Found:
    """Read the queue; take it if there is something in it, or anyway.

    Raises:
        StorageError: it may not be taken.
    """
    problem: StudioError | None = None
    kept = Kept()
    try:
        kept = file.read()
    except RunFolderError as error:
        problem = error
    if not (take or kept.turns):
        return Found(kept, problem=problem)
    if not file.take():
        return Found(owned=False)
    if kept.turns:
        kept = caught_up_queue(file.read())  # by now the window that had it has written its last word
    return Found(kept, configs=_configs(turn.folder for turn in kept.turns), problem=problem)


def prepared(configs: Sequence[RunConfig], root: Path) -> dict[Path, RunConfig]:
    """Make a run folder for each.

    Raises:
        StorageError: they cannot be written; those made before stay.
    """
    made: dict[Path, RunConfig] = {}
    for config in configs:
        folder = new_run_folder(config, root)
        prepare_run(config, folder)
        made[folder] = config
    return made


def read_runs(folders: Iterable[Path]) -> dict[Path, RunConfig]:
    """Return what some runs are.

    Raises:
        RunFolderError: one is no run, or has finished.
    """
    runs: dict[Path, RunConfig] = {}
    for folder in folders:
        run = open_run(folder)
        if run.state in {"finished", "running"}:
            what = "has finished" if run.state == "finished" else "is on"
            raise RunFolderError(f"The run {folder.name} {what}.", "Only runs that wait or were cut off can be queued.")
        runs[folder] = run.config
    return runs


def drop_prepared(folders: Iterable[Path]) -> int:
    """Put runs that never began into the trash, and return how many; others, and what is gone already, stay.

    Raises:
        StorageError: one cannot be moved.
    """
    unbegun = [folder for folder in folders if folder.is_dir() and open_run(folder).state == "queued"]
    for folder in unbegun:
        trash_run(folder)
    return len(unbegun)


def _configs(folders: Iterable[Path]) -> dict[Path, RunConfig]:
    known: dict[Path, RunConfig] = {}
    for folder in folders:
        try:
            known[folder] = read_run_config(folder)
        except RunFolderError:  # its row says why as soon as it has its turn
            continue
    return known
