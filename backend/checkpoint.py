"""Checkpoints: tensors as safetensors and a JSON manifest; written whole or not at all, never executed.

```
checkpoints/task-03/                       after task 3
    state.safetensors                      all tensors: what tuning changed, prompts, class statistics
    manifest.json                          schema, hash of the tensors, base weights, and what a reader must know
checkpoints/inside-04-0002/                the second save inside task 4; gone when the task is over
```
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import safetensors.torch
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from torch import Tensor

from backend import bounded
from backend.disk import new_folder, write_synced
from backend.errors import CheckpointError
from backend.events import Calibrated, Stage, TaskScored
from backend.migrations import SCHEMA, migrated
from backend.tensors import read_tensors, refuse_pickle

MANIFEST: Final = "manifest.json"
STATE: Final = "state.safetensors"
Kind = Literal["task", "inside"]
KEEP_INSIDE: Final = 2
"""So many saves inside a task are kept: should the newest be damaged, there is another."""
_FORMAT: Final = "dmc-studio checkpoint"
_MOST_MANIFEST: Final = 64 * 2**20
_MOST_STATE: Final = 64 * 2**30
"""Bytes; a manifest or state beyond is not ours."""
_EARLIER: Final = "Use an earlier checkpoint of the run."
_FOREIGN: Final = "Give a folder such as checkpoints/task-01 of a run."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was saved after a task, or inside one.

    Attributes:
        path: its folder, or the bundle that it came from.
        task: the task, counting from 0.
        manifest: what was given to `save`, and schema, task, size and hash.
        tensors: on the CPU.
        skipped: newer checkpoints that were found damaged, each with the reason.
    """

    path: Path
    task: int
    manifest: dict[str, Any]
    tensors: dict[str, Tensor]
    skipped: tuple[str, ...] = ()


class Inside(BaseModel):
    """Where inside its task a save was made."""

    stage: Stage
    step: int
    events: int
    facts: dict[str, dict[str, Any]]


class _Base(BaseModel):
    model: str
    pretrained: str
    hash: str


class _Manifest(BaseModel):
    """What a manifest holds; more is fine."""

    task: int
    bytes: int
    sha256: str
    config: dict[str, Any]
    base: _Base | None = None
    weights: str
    split_hash: str
    tasks: list[list[str]]
    class_order: list[int]
    class_names: list[str]
    scored: list[TaskScored]
    calibrated: list[Calibrated]
    stage_seconds: dict[str, float]
    versions: dict[str, str]
    inside: Inside | None = None


def save(
    folder: Path, task: int, tensors: Mapping[str, Tensor], manifest: Mapping[str, Any], *, kind: Kind = "task"
) -> tuple[str, int]:
    """Write a checkpoint; return its path relative to the run folder, and its size in bytes.

    Args:
        folder: the run folder.
        task: counting from 0.
        tensors: on any device.
        manifest: what a reader must know (see `backend.progress.About.manifest`).
        kind: `task` once it is finished, `inside` before.

    Raises:
        StorageError: it cannot be written; an older one of the same name is as it was.
    """
    # Cloned because safetensors refuses tensors that share memory, such as rows of one matrix.
    state = safetensors.torch.save({k: v.detach().cpu().clone().contiguous() for k, v in tensors.items()})
    head = {"format": _FORMAT, "schema": SCHEMA, "task": task, "bytes": len(state), "sha256": _hash(state)}
    text = to_json({**manifest, **head}, indent=2)
    for left in (folder / "checkpoints").glob(".*-*"):
        shutil.rmtree(left, ignore_errors=True)  # what a crash left half written
    path = Path("checkpoints") / f"{kind}-{task + 1:02d}"
    if kind == "inside":
        newest = next(iter(_sorted(folder, f"{path.name}-*")), None)
        path = path.with_name(f"{path.name}-{_number(newest) + 1 if newest else 1:04d}")
    with new_folder(folder / path) as temporary:
        write_synced(temporary / STATE, state)
        write_synced(temporary / MANIFEST, text)
    return path.as_posix(), len(state) + len(text)


def latest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint of a finished task that is whole, or none; `skipped` names damaged newer ones."""
    return _newest(folder, "task-*")


def ends(folder: Path) -> dict[int, Path]:
    """Return the checkpoints of finished tasks by task, counting from 0, newest first; whole or not."""
    return {_number(path) - 1: path for path in _sorted(folder, "task-*")}


def latest_inside(folder: Path, task: int) -> Checkpoint | None:
    """Return the newest save inside a task that is whole, or none; `skipped` names damaged newer ones."""
    return _newest(folder, f"inside-{task + 1:02d}-*")


def _newest(folder: Path, pattern: str) -> Checkpoint | None:
    skipped: list[str] = []
    for path in _sorted(folder, pattern):
        try:
            return replace(load(path), skipped=tuple(skipped))
        except CheckpointError as error:
            skipped.append(f"{path.name}: {error.sentence}")
    return None


def _sorted(folder: Path, pattern: str) -> list[Path]:
    """Return checkpoints whose names match, newest first."""
    return sorted((folder / "checkpoints").glob(pattern), key=_number, reverse=True)


def _number(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def prune(folder: Path, *, keep: int = 0, best: int = -1) -> None:
    """Remove saves inside finished tasks, all but the newest saves inside the present one, and old checkpoints.

    Args:
        folder: the run folder.
        keep: checkpoints of so many newest tasks stay, and that of the task `best`; 0 keeps all.
        best: a task, counting from 0.
    """
    ends = _sorted(folder, "task-*")
    done = _number(ends[0]) if ends else 0
    inside = list(_sorted(folder, "inside-*"))
    over = [path for path in inside if not path.name.startswith(f"inside-{done + 1:02d}-")]
    present = [path for path in inside if path not in over]
    old = [path for path in ends[keep:] if _number(path) != best + 1] if keep else []
    for path in (*over, *present[KEEP_INSIDE:], *old):
        # Should it stay, it only takes up room; the next save tries again.
        shutil.rmtree(path, ignore_errors=True)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint folder of this or an earlier schema; nothing in it is ever executed.

    Raises:
        CheckpointError: it is missing, truncated, not ours, or of a newer version.
    """
    if path.is_file():
        with contextlib.suppress(OSError), path.open("rb") as file:
            refuse_pickle(file.read(16), str(path))
        raise CheckpointError(f"'{path}' is a file, not a checkpoint of DMC Studio.", _FOREIGN)
    manifest = _bytes_of(path / MANIFEST, _MOST_MANIFEST)
    return replace(read(manifest, _bytes_of(path / STATE, _MOST_STATE), str(path)), path=path)


def read(manifest: bytes, state: bytes, where: str) -> Checkpoint:
    """Read a checkpoint from the contents of its two files.

    Args:
        manifest: manifest.json.
        state: state.safetensors.
        where: where they came from, for messages.

    Raises:
        CheckpointError: they are truncated, not ours, or of a newer version.
    """
    known = _read_manifest(manifest, where)
    refuse_pickle(state, f"{where}/{STATE}")
    if len(state) != known["bytes"]:
        sentence = f"'{where}/{STATE}' is truncated: {len(state):,} of {known['bytes']:,} bytes are there."
        raise CheckpointError(sentence, _EARLIER)
    if _hash(state) != known["sha256"]:
        raise CheckpointError(f"'{where}/{STATE}' is damaged: its hash is not the one in {MANIFEST}.", _EARLIER)
    tensors = read_tensors(state, f"{where}/{STATE}", most=_MOST_STATE)
    try:
        known, tensors = migrated(known, tensors)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(where, f"{error} does not fit") from error
    return Checkpoint(Path(where), known["task"], known, tensors)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes_of(path: Path, most: int) -> bytes:
    try:
        return bounded.read_bytes(path, most)
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no '{path}'.", _FOREIGN) from error
    except OSError as error:
        hint = "Check the file and its permissions."
        raise CheckpointError(f"'{path}' cannot be read: {error.strerror}.", hint) from error


def _damaged(where: str, why: str) -> CheckpointError:
    return CheckpointError(f"'{where}/{MANIFEST}' is damaged: {why}.", _EARLIER)


def _read_manifest(text: bytes, where: str) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(where, str(error)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise CheckpointError(f"'{where}' is not a checkpoint of DMC Studio.", _FOREIGN)
    schema = manifest.get("schema")
    if not isinstance(schema, int) or not 1 <= schema <= SCHEMA:
        sentence = f"'{where}' has format version {schema}; this DMC Studio reads versions 1 to {SCHEMA}."
        raise CheckpointError(sentence, "Use the version of DMC Studio that wrote it.")
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        raise _damaged(where, "; ".join(_words(error))) from error
    return manifest


def _words(error: ValidationError) -> Iterator[str]:
    for problem in error.errors()[:2]:
        yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
