"""Bundles: one zip with all that a finished run has learned, to predict with or to extend on another machine.

```
bundle.json          format, schema, the run's name, size and hash of every other member
manifest.json        state.safetensors       its newest checkpoint, byte for byte: what was learned, beside the name
                                             and hash of the weights that it started from (see backend.checkpoint)
config.toml          result.json             classes.json            README.txt
```

The members are in this order and not compressed, so a bundle cannot grow when it is read. It is read in memory, to the
bounds below and against the hashes; nothing is unpacked to the disk, and nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from backend import bounded, checkpoint
from backend.archive_readers import reading, zip_members
from backend.archive_rules import Member
from backend.checkpoint import MANIFEST, STATE, Checkpoint
from backend.config import RunConfig, parse_config, read_config
from backend.errors import ArchiveError, CheckpointError, ConfigError
from backend.units import size

INDEX: Final = "bundle.json"
CONFIG: Final = "config.toml"
RESULT: Final = "result.json"
CLASSES: Final = "classes.json"
README: Final = "README.txt"
MOST_BYTES: Final[Mapping[str, int]] = {
    INDEX: 1 << 20,
    MANIFEST: 1 << 28,
    STATE: 1 << 34,
    CONFIG: 1 << 24,
    RESULT: 1 << 28,
    CLASSES: 1 << 26,
    README: 1 << 20,
}
"""The members in their order, and how large each may be."""
_CHUNK: Final = 1 << 20
_STRANGE: Final = r"[\x00-\x1f\x7f/\\:]"
_LONGEST_NAME: Final = 100
_AGAIN: Final = "Copy it again, or export it again from the run; do not pack it anew."
_FOREIGN: Final = "Give a file that was exported as a bundle."


class Learned(NamedTuple):
    """A class that a bundle knows, and the task in which it was learned, counting from 0."""

    name: str
    task: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that a bundle holds, verified.

    Attributes:
        path: the file.
        name: of the run; fit to be the name of a folder.
        checkpoint: what was learned, with the manifest: class names, tasks, scores, the hash of the base weights.
        config: the settings of the run; its data folder is the one of the machine that it ran on.
        result: as in result.json (see `backend.exports.read_result`).
        classes: one for each row of the classifier, in its order.
    """

    path: Path
    name: str
    checkpoint: Checkpoint
    config: RunConfig
    result: dict[str, Any]
    classes: tuple[Learned, ...]


def read_bundle(path: Path) -> Bundle:
    """Read a bundle from anyone; nothing in it is ever executed or written.

    Raises:
        CheckpointError: it is missing, damaged, too large, not a bundle, or its parts do not belong together.
    """
    members = _members(path)
    index = _parsed(_INDEX, members[INDEX], path, INDEX)
    if index.members.keys() != members.keys() - {INDEX} or index.name != _fitting(index.name):
        raise _damaged(path, f"{INDEX} does not describe it")
    for name, entry in index.members.items():
        if entry != _entry(members[name]):
            raise _damaged(path, f"{name} is not what {INDEX} says")
    saved = checkpoint.read(members[MANIFEST], members[STATE], str(path))
    config = _config(saved, members[CONFIG], path)
    listed = _parsed(_CLASSES, members[CLASSES], path, CLASSES).classes
    classes = tuple(Learned(entry.name, entry.task - 1) for entry in listed)
    if classes != _classes(saved, path):
        raise _damaged(path, f"{CLASSES} and {MANIFEST} do not belong together")
    result = _parsed(_RESULT, members[RESULT], path, RESULT)
    return Bundle(path, index.name, saved, config, result, classes)


def pack(name: str, members: Mapping[str, bytes]) -> bytes:
    """Return a bundle; equal members give equal bytes.

    Args:
        name: what the run is called.
        members: content of every member of `MOST_BYTES` but bundle.json.

    Raises:
        CheckpointError: a member is larger than `read_bundle` takes.
    """
    entries = {key: _entry(members[key]) for key in MOST_BYTES if key != INDEX}
    described = _Index("dmc-studio bundle", 1, _fitting(name), entries)
    contents = {INDEX: to_json(described, indent=2), **members}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for key, most in MOST_BYTES.items():
            if len(contents[key]) > most:
                sentence = f"{key} is too large for a bundle: {size(len(contents[key]))}, where {size(most)} may be."
                raise CheckpointError(sentence, "Export the checkpoint instead.")
            info = zipfile.ZipInfo(key)  # its date is 1980, always
            info.create_system, info.external_attr = 3, 0o644 << 16  # a file of Unix, on every system
            archive.writestr(info, contents[key])
    return packed.getvalue()


def _fitting(name: str) -> str:
    """Return a run's name as one that can be the name of a folder on every system."""
    return re.sub(_STRANGE, "_", name).strip(". ")[:_LONGEST_NAME].strip(". ") or "run"


@dataclass(frozen=True)
class _Entry:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class _Index:
    format: Literal["dmc-studio bundle"]
    schema: Literal[1]
    name: str
    members: dict[str, _Entry]


@dataclass(frozen=True)
class _Class:
    name: str
    task: int


@dataclass(frozen=True)
class _Classes:
    classes: list[_Class]


_INDEX: Final = TypeAdapter(_Index)
_CLASSES: Final = TypeAdapter(_Classes)
_RESULT: Final = TypeAdapter(dict[str, Any])
_T = TypeVar("_T")


def _entry(data: bytes) -> _Entry:
    return _Entry(len(data), hashlib.sha256(data).hexdigest())


def _damaged(path: Path, why: str) -> CheckpointError:
    return CheckpointError(f"'{path}' is damaged: {why}.", _AGAIN)


def _parsed(kind: TypeAdapter[_T], text: bytes, path: Path, name: str) -> _T:
    try:
        return kind.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(key) for key in first["loc"][:3])
        raise _damaged(path, f"{name}: {where} {first['msg']}") from error


def _classes(saved: Checkpoint, path: Path) -> tuple[Learned, ...]:
    """Return the classes that a checkpoint knows: those of the tasks that were scored."""
    known, rows, scale = saved.manifest, saved.tensors.get("classifier"), saved.tensors.get("scale")
    if rows is None or scale is None or rows.dim() != 2 or scale.numel() != 1:
        raise _damaged(path, f"{STATE} has no classifier")
    classes = tuple(Learned(name, i) for i, task in enumerate(known["tasks"][: saved.task + 1]) for name in task)
    whole = len(known["scored"]) == saved.task + 1 and known.get("inside") is None
    if not whole or [entry.name for entry in classes] != known["class_names"] or len(classes) != len(rows):
        raise _damaged(path, f"{MANIFEST} and {STATE} do not belong together")
    return classes


def _config(saved: Checkpoint, text: bytes, path: Path) -> RunConfig:
    try:
        config = parse_config(saved.manifest["config"])
        if config == read_config(text.decode()):
            return config
    except (ConfigError, UnicodeDecodeError) as error:
        raise CheckpointError(f"The settings in '{path}' cannot be used: {error}", _AGAIN) from error
    raise _damaged(path, f"{CONFIG} and {MANIFEST} do not belong together")


class _File(io.FileIO):
    """A file that gives out little at once: zipfile asks for the whole list of its members in one go."""

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = _CHUNK + 1 if size is None or size < 0 else min(size, _CHUNK + 1)
        if len(data := super().read(wanted)) > _CHUNK:
            raise zipfile.BadZipFile("its list of members is too long")
        return data


def _members(path: Path) -> dict[str, bytes]:
    """Return the content of all members, each of exactly the size that it is declared to have."""
    try:
        with (
            reading(path),
            bounded.opened(path, sum(MOST_BYTES.values())) as plain,
            _File(plain.fileno(), closefd=False) as file,
        ):
            members = zip_members(path, file)
            _check(path, members, os.fstat(file.fileno()).st_size)
            return {member.name: _content(member) for member in members}
    except ArchiveError as error:
        raise CheckpointError(f"'{path}' cannot be read as a bundle: {error.sentence}", _FOREIGN) from error


def _check(path: Path, members: Sequence[Member], most: int) -> None:
    """Refuse what `pack` never writes, before anything is read."""
    if [member.name for member in members] != list(MOST_BYTES):
        raise CheckpointError(f"'{path}' is not a bundle of DMC Studio: it holds other files.", _FOREIGN)
    for member in members:
        if member.kind != "file":
            raise CheckpointError(f"'{path}' is not a bundle: {member.name} in it is a {member.kind}.", _FOREIGN)
        if member.size > MOST_BYTES[member.name]:
            raise CheckpointError(f"'{path}' is too large: {member.name} has {size(member.size)}.", _FOREIGN)
    if sum(member.size for member in members) > most:
        raise _damaged(path, "its members are larger than the file")


def _content(member: Member) -> bytes:
    with member.open() as source:
        data = bytearray()
        while piece := source.read(min(_CHUNK, member.size - len(data))):
            data += piece
        if len(data) < member.size or source.read(1):  # zipfile compares its checksum only at the end
            raise EOFError(f"{member.name} is not as long as it says")
        return bytes(data)
