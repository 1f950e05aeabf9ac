"""Reading the tensors of a TorchScript archive, such as OpenAI's releases, without executing its code.

An archive is a zip file: `data.pkl` is a pickle of the tree of modules, `data/N` are the bytes of tensor storages, and
`code/` is a program, which is not even opened here. The pickle is read by an unpickler that knows tensors, lists and
inert nodes, and refuses everything else.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

_STORAGES: Final = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "BoolStorage": torch.bool,
}
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
        with archive.open(f"{root}data.pkl") as opened:
            tree = _Unpickler(opened, archive, root).load()
    return dict(_flat(tree, ""))


class _Node:
    """A module or object of the archive: its attributes, and nothing that could run."""

    def __init__(self) -> None:
        self.attributes: dict[str, Any] = {}

    def __setstate__(self, state: Any) -> None:  # noqa: ANN401 - whatever the file holds
        self.attributes = dict(state) if isinstance(state, dict) else {}


class _Unpickler(pickle.Unpickler):
    """Knows tensors and nodes; every other name is refused."""

    def __init__(self, opened: Any, archive: zipfile.ZipFile, root: str) -> None:  # noqa: ANN401 - any open file
        super().__init__(opened)
        self._archive, self._root = archive, root

    def find_class(self, module_name: str, global_name: str, /) -> Any:  # noqa: ANN401
        """Return the stand-in for a name."""
        if module_name.split(".")[0] == "__torch__":
            return _Node
        if module_name == "torch" and global_name in _STORAGES:
            return _STORAGES[global_name]
        if module_name == "torch.jit._pickle" and global_name in _LISTS:
            return list
        match module_name, global_name:
            case "torch._utils", "_rebuild_tensor_v2":
                return _tensor
            case "collections", "OrderedDict":
                return dict
            case _:
                message = f"{module_name}.{global_name} is neither a tensor nor a module"
                raise pickle.UnpicklingError(message)

    def persistent_load(self, pid: Any) -> Tensor:  # noqa: ANN401
        """Return a storage as a flat tensor."""
        _, dtype, key, *_ = pid
        info = self._archive.getinfo(f"{self._root}data/{key}")
        if info.compress_type != zipfile.ZIP_STORED:
            message = f"{info.filename} is compressed"
            raise zipfile.BadZipFile(message)
        if not info.file_size:
            return torch.empty(0, dtype=dtype)
        return torch.frombuffer(bytearray(self._archive.read(info)), dtype=dtype)


def _tensor(storage: Tensor, offset: int, size: Sequence[int], stride: Sequence[int], *_: object) -> Tensor:
    return torch.as_strided(storage, tuple(size), tuple(stride), offset)


def _flat(value: Any, name: str) -> Iterator[tuple[str, Tensor]]:  # noqa: ANN401
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, _Node):
        for key, attribute in value.attributes.items():
            yield from _flat(attribute, f"{name}.{key}" if name else str(key))
