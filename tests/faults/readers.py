"""Everything that reads a file from outside: how it is called with one, and what alone it may raise."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend import checkpoint
from backend.archives import unpack
from backend.arrays import whole
from backend.bundle import read_bundle
from backend.config import load_config, read_config, to_toml
from backend.data_record import read_record
from backend.encoders.state import read_state
from backend.errors import (
    ArchiveError,
    CheckpointError,
    ConfigError,
    DataError,
    ModelError,
    RunFolderError,
    StorageError,
    StudioError,
)
from backend.gate import Gate
from backend.history import open_run
from backend.images import read_image, read_small
from backend.index import list_runs
from backend.listing.lists import read_list
from backend.listing.pickles import read_pickle
from backend.progress import Progress
from backend.tensors import read_tensors
from backend.videos import middle_frame
from gui.state.curves import Curves

SCHEMA_1 = Path(__file__).parents[1] / "data" / "checkpoints" / "schema-1"


@dataclass(frozen=True, slots=True)
class Reader:
    """Attributes: `read(file, folder)` reads a file and may write into an empty folder; `raises`: nothing else."""

    read: Callable[[Path, Path], object]
    raises: tuple[type[StudioError], ...]


def _config(file: Path, _: Path) -> None:
    config = load_config(file)
    assert read_config(to_toml(config)) == config


def _run_folder(name: str) -> Callable[[Path, Path], object]:
    def read(file: Path, folder: Path) -> None:
        run = folder / "run"
        run.mkdir()
        (run / "config.toml").write_text(to_toml(read_config("")))
        shutil.copy(file, run / name)
        list_runs(folder)
        Curves(open_run(run).events)

    return read


def _manifest(file: Path, folder: Path) -> None:
    shutil.copytree(SCHEMA_1, folder / "task-01")
    shutil.copy(file, folder / "task-01" / checkpoint.MANIFEST)
    Progress.from_manifest(checkpoint.load(folder / "task-01").manifest)


def _checkpoint(file: Path, _: Path) -> None:
    checkpoint.load(file)


def _image(file: Path, _: Path) -> None:
    try:
        read_image(file)
    finally:
        read_small(file, 16)


def _archive(file: Path, folder: Path) -> None:
    unpack(file, folder / "inside", tick=lambda _: None, gate=Gate())


READERS = {
    "config": Reader(_config, (ConfigError,)),
    "events": Reader(_run_folder("events.jsonl"), (RunFolderError,)),
    "result": Reader(_run_folder("result.json"), (RunFolderError,)),
    "data": Reader(lambda file, _: read_record(file.read_bytes()), (RunFolderError,)),
    "manifest": Reader(_manifest, (CheckpointError,)),
    "tensors": Reader(lambda file, _: read_tensors(file.read_bytes(), file.name, most=2**24), (CheckpointError,)),
    "checkpoint": Reader(_checkpoint, (CheckpointError,)),
    "bundle": Reader(lambda file, _: read_bundle(file), (CheckpointError,)),
    "weights": Reader(lambda file, _: read_state(file), (ModelError,)),
    "pickle": Reader(lambda file, _: read_pickle(file), (DataError,)),
    "list": Reader(lambda file, _: read_list(file, ["a.png"]), (DataError,)),
    "array": Reader(lambda file, _: whole(file), ()),
    "image": Reader(_image, (DataError,)),
    "video": Reader(lambda file, _: middle_frame(file), (DataError,)),
    "archive": Reader(_archive, (ArchiveError, StorageError)),
}


def outcome(name: str, file: Path, folder: Path) -> str:
    """Read a file; return the name of the error that left the reader, or nothing where it returned a value.

    An error that is not one of the reader's own is told with an exclamation mark and its text.
    """
    reader = READERS[name]
    folder.mkdir()
    try:
        reader.read(file, folder)
    except reader.raises as error:
        return type(error).__name__ if error.sentence and error.hint else f"!{error!r} says too little"
    except BaseException as error:  # noqa: BLE001 - whatever leaves it is what we look for
        return f"!{type(error).__name__}: {error}"[:300]
    finally:
        shutil.rmtree(folder)
    return ""
