"""Reading the tensors of a TorchScript archive, such as OpenAI's releases, without executing its code.

An archive is a zip file: `data.pkl` is a pickle of the tree of modules, `data/N` are the bytes of tensor storages, and
`code/` is a program, which is not even opened here. The pickle is read by an unpickler that knows tensors, lists and
inert nodes, and refuses everything else.
"""

from __future__ import annotations

import math
import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from backend.unpickling import Unpickler

_STORAGES: Final = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "BoolStorage": torch.bool,
}
_LONGEST_NAME: Final = 2000
"""Letters of a tensor's dotted name."""
_LISTS: Final = frozenset({"build_intlist", "build_tensorlist", "build_doublelist", "build_boollist"})


def is_archive(file: Path) -> bool:
    """Tell whether a file is a TorchScript archive."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def read(file: Path) -> dict[str, Tensor]:
    """Return the tensors of an archive by dotted name.

    Raises:
        pickle.UnpicklingError: it holds something else than modules and tensors.
        zipfile.BadZipFile: it is damaged, or compressed as no such archive is.
        KeyError, RuntimeError, ValueError: a tensor is missing or not as long as it claims.
    """
    with zipfile.ZipFile(file) as archive:
        root = next(name for name in archive.namelist() if name.endswith("/data.pkl")).removesuffix("data.pkl")
        with archive.open(_stored(archive, f"{root}data.pkl")) as opened:
            tree = _Reader(opened, archive, root).load()
    return _flat(tree)


class _Node:
    """A module or object of the archive: its attributes, and nothing that could run."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:  # noqa: ANN401 - whatever the file holds
        self.attributes = dict(state) if isinstance(state, dict) else {}


class _Reader(Unpickler):
    """Knows tensors and nodes; every other name is refused."""

    built = (_Node,)

    def __init__(self, opened: Any, archive: zipfile.ZipFile, root: str) -> None:  # noqa: ANN401 - any open file
        super().__init__(opened)
        self._archive, self._root = archive, root
        self._storages: dict[str, Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        """Return the stand-in for a name."""
        if module.split(".")[0] == "__torch__":
            return _Node
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        if module == "torch.jit._pickle" and name in _LISTS:
            return _as_it_is
        match module, name:
            case "torch._utils", "_rebuild_tensor_v2":
                return _tensor
            case "collections", "OrderedDict":
                return _empty
            case _:
                return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Tensor:  # noqa: ANN401
        """Return a storage as a flat tensor."""
        _, dtype, key, *_ = pid
        if key not in self._storages:
            self._storages[key] = self._storage(key, dtype)
        return self._storages[key]

    def _storage(self, key: str, dtype: torch.dtype) -> Tensor:
        info = _stored(self._archive, f"{self._root}data/{key}")
        if not info.file_size:
            return torch.empty(0, dtype=dtype)
        return torch.frombuffer(bytearray(self._archive.read(info)), dtype=dtype)


def _stored(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Return a member, which is no larger in memory than in the file."""
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED:
        raise zipfile.BadZipFile(f"{info.filename} is compressed")
    return info


def _tensor(storage: Tensor, offset: int, size: Sequence[int], stride: Sequence[int], *_: object) -> Tensor:
    if math.prod(size) > storage.numel():
        raise pickle.UnpicklingError("a tensor is larger than its storage")
    return torch.as_strided(storage, tuple(size), tuple(stride), offset)


def _as_it_is(values: list[Any]) -> list[Any]:
    return values


def _empty() -> dict[str, Any]:
    return {}


def _flat(tree: object) -> dict[str, Tensor]:
    """Return the tensors of all nodes; a node that is reached on several ways, or is inside itself, counts once."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    todo: list[tuple[str, object]] = [("", tree)]
    while todo:
        name, value = todo.pop()
        if len(name) > _LONGEST_NAME:
            raise pickle.UnpicklingError("its modules are nested too deeply")
        if isinstance(value, Tensor):
            found[name] = value
        elif isinstance(value, _Node) and id(value) not in seen:
            seen.add(id(value))
            todo += [(f"{name}.{key}" if name else str(key), below) for key, below in value.attributes.items()]
    return found
