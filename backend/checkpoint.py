"""Checkpoints: tensors as safetensors and a JSON manifest; written whole or not at all, never executed.

```
checkpoints/task-03/state.safetensors      all tensors after task 3
checkpoints/task-03/manifest.json          schema, hash of the tensors, and what the engine tells a reader
```
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import safetensors.torch
from pydantic_core import to_json
from safetensors import SafetensorError
from torch import Tensor

from backend.disk import new_folder, write_synced
from backend.errors import CheckpointError

SCHEMA: Final = 1
MANIFEST: Final = "manifest.json"
STATE: Final = "state.safetensors"
_FORMAT: Final = "dmc-studio checkpoint"
_PICKLE: Final = (b"\x80", b"PK\x03\x04")
"""How a pickle begins, and the zip archive in which PyTorch wraps one."""
_EARLIER: Final = "Use an earlier checkpoint of the run."
_FOREIGN: Final = "Give a folder such as checkpoints/task-01 of a run."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was saved after a task.

    Attributes:
        path: its folder.
        task: the task, counting from 0.
        manifest: what was given to `save`, and schema, task, size and hash.
        tensors: on the CPU.
        skipped: newer checkpoints that `latest` found damaged, each with the reason.
    """

    path: Path
    task: int
    manifest: dict[str, Any]
    tensors: dict[str, Tensor]
    skipped: tuple[str, ...] = ()


def save(folder: Path, task: int, tensors: Mapping[str, Tensor], manifest: Mapping[str, Any]) -> tuple[str, int]:
    """Write the checkpoint of a task; return its path relative to the run folder, and its size in bytes.

    Raises:
        StorageError: it cannot be written; an older one of the same task is as it was.
    """
    # Cloned because safetensors refuses tensors that share memory, such as rows of one matrix.
    state = safetensors.torch.save({k: v.detach().cpu().clone().contiguous() for k, v in tensors.items()})
    head = {"format": _FORMAT, "schema": SCHEMA, "task": task, "bytes": len(state), "sha256": _hash(state)}
    text = to_json({**manifest, **head}, indent=2)
    for left in (folder / "checkpoints").glob(".task-*"):
        shutil.rmtree(left, ignore_errors=True)  # what a crash left half written
    path = Path("checkpoints") / f"task-{task + 1:02d}"
    with new_folder(folder / path) as temporary:
        write_synced(temporary / STATE, state)
        write_synced(temporary / MANIFEST, text)
    return path.as_posix(), len(state) + len(text)


def latest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint of a run that is whole, or none; `skipped` names damaged newer ones."""
    skipped: list[str] = []
    for path in sorted((folder / "checkpoints").glob("task-*"), key=_number, reverse=True):
        try:
            return replace(load(path), skipped=tuple(skipped))
        except CheckpointError as error:
            skipped.append(f"{path.name}: {error.sentence}")
    return None


def _number(path: Path) -> int:
    number = path.name.removeprefix("task-")
    return int(number) if number.isdecimal() else 0


def load(path: Path) -> Checkpoint:
    """Read a checkpoint folder; nothing in it is ever executed.

    Raises:
        CheckpointError: it is missing, truncated, not ours, or of another version.
    """
    if path.is_file():
        _refuse_pickle(path, _read(path)[:9])
        raise CheckpointError(f"'{path}' is a file, not a checkpoint of DMC Studio.", _FOREIGN)
    manifest = _read_manifest(path / MANIFEST)
    state = _read(path / STATE)
    _refuse_pickle(path / STATE, state[:9])
    if len(state) != manifest["bytes"]:
        sentence = f"'{path / STATE}' is truncated: {len(state):,} of {manifest['bytes']:,} bytes are there."
        raise CheckpointError(sentence, _EARLIER)
    if _hash(state) != manifest["sha256"]:
        raise CheckpointError(f"'{path / STATE}' is damaged: its hash is not the one in {MANIFEST}.", _EARLIER)
    try:
        return Checkpoint(path, manifest["task"], manifest, safetensors.torch.load(state))
    except SafetensorError as error:
        raise CheckpointError(f"'{path / STATE}' is not a safetensors file: {error}.", _FOREIGN) from error


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no '{path}'.", _FOREIGN) from error
    except OSError as error:
        raise CheckpointError(f"'{path}' cannot be read: {error.strerror}.", "Check its permissions.") from error


def _refuse_pickle(path: Path, start: bytes) -> None:
    # A safetensors file starts with the length of its header, which may look like anything; then comes "{".
    if start.startswith(_PICKLE) and start[8:9] != b"{":
        sentence = f"'{path}' is a pickle; DMC Studio never loads pickles, because loading one can run any program."
        raise CheckpointError(sentence, "Only load safetensors files.")


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(_read(path))
    except ValueError as error:
        raise CheckpointError(f"'{path}' is damaged: {error}.", _EARLIER) from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise CheckpointError(f"'{path.parent}' is not a checkpoint of DMC Studio.", _FOREIGN)
    if manifest.get("schema") != SCHEMA:
        sentence = (
            f"'{path.parent}' has format version {manifest.get('schema')}; this DMC Studio reads version {SCHEMA}."
        )
        raise CheckpointError(sentence, "Use the version of DMC Studio that wrote it.")
    if missing := [key for key in ("task", "bytes", "sha256") if key not in manifest]:
        raise CheckpointError(f"'{path}' is damaged: '{missing[0]}' is missing.", _EARLIER)
    return manifest
