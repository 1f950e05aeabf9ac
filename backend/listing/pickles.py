"""Read old pickles of arrays, lists and texts without running what they say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray

from backend import bounded
from backend.errors import DataError
from backend.unpickling import PICKLE_ERRORS, Unpickler

MOST_BYTES: Final = 2**30
"""A file with more is not opened."""


class _Dtype:
    """Stands in for `numpy.dtype`: bytes and nothing else."""

    def __init__(self, code: str, *_: object) -> None:
        if code not in {"u1", "|u1"}:
            msg = f"its numbers are of type {code}"
            raise ValueError(msg)

    def __setstate__(self, _: object) -> None:
        """Take what a pickle tells of byte order; bytes have none."""


class _Array:
    """Stands in for `numpy.ndarray`."""

    def __setstate__(self, state: tuple[int, tuple[int, ...], _Dtype, bool, str | bytes]) -> None:
        """Take version, shape, type, order and content."""
        _, self._shape, _, self._by_columns, self.content = state

    def value(self) -> NDArray[np.uint8]:
        """Return the array."""
        data = self.content.encode("latin1") if isinstance(self.content, str) else self.content
        return np.frombuffer(data, np.uint8).reshape(self._shape, order="F" if self._by_columns else "C")


def _new_array(*_: object) -> _Array:
    """Stand in for the function by which NumPy makes an empty array."""
    return _Array()


_ALLOWED: Final[Mapping[tuple[str, str], object]] = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
}


class _Reader(Unpickler):
    built = (_Array, _Dtype)

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, encoding="latin1")
        self._left = 4 * os.fstat(file.fileno()).st_size

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) == ("_codecs", "encode"):
            return self._encode
        if (module, name) not in _ALLOWED:
            return super().find_class(module, name)
        return _ALLOWED[module, name]

    def _encode(self, text: str, encoding: str) -> bytes:
        """Stand in for `codecs.encode`, by which Python 3 writes bytes into old pickles."""
        if encoding != "latin1":
            raise ValueError(f"its texts are {encoding}")
        self._count(len(text))
        return text.encode(encoding)

    def _count(self, size: int) -> None:
        """Refuse to make far more bytes than the file has, by copying a part of it again and again."""
        self._left -= size
        if self._left < 0:
            raise ValueError("it holds more than its size")

    def read(self) -> dict[str, Any]:
        tree = self.load()
        if not isinstance(tree, dict):
            raise TypeError("it holds no dictionary")
        pairs = cast("dict[str, Any]", tree).items()
        return {key: self._plain(value) for key, value in pairs}

    def _plain(self, value: object) -> object:
        if not isinstance(value, _Array):
            return value
        self._count(len(value.content))
        return value.value()


def read_pickle(path: Path) -> dict[str, Any]:
    """Return the dictionary that a pickle holds; its arrays `(...)` are uint8, bytes of Python 2 become text.

    Raises:
        DataError: it cannot be read, is no dictionary, or asks for more than arrays of bytes, lists, texts and numbers.
    """
    try:
        with bounded.opened(path, MOST_BYTES) as file:
            return _Reader(file).read()
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}.", "Check the file.") from error
    except PICKLE_ERRORS as error:
        raise DataError(f"'{path}' is damaged or no data file: {error}.", "Unpack or fetch it again.") from error
