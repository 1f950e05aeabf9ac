"""Read old pickles of arrays, lists and texts without running what they say."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from backend.errors import DataError

_WRONG: Final = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    MemoryError,
    OverflowError,
    ImportError,
)


class _Dtype:
    """Stands in for `numpy.dtype`: bytes and nothing else."""

    def __init__(self, code: str, *_: object) -> None:
        if code not in {"u1", "|u1"}:
            msg = f"its numbers are of type {code}"
            raise ValueError(msg)

    def __setstate__(self, _: object) -> None:
        """Take what a pickle tells of byte order; bytes have none."""


class _Array:
    """Stands in for `numpy.ndarray` while its state is read."""

    def __setstate__(self, state: tuple[int, tuple[int, ...], _Dtype, bool, str | bytes]) -> None:
        """Take version, shape, type, order and content."""
        _, shape, _, by_columns, content = state
        data = content.encode("latin1") if isinstance(content, str) else content
        self.value: NDArray[np.uint8] = np.frombuffer(data, np.uint8).reshape(shape, order="F" if by_columns else "C")


def _new_array(*_: object) -> _Array:
    """Stand in for the function by which NumPy makes an empty array."""
    return _Array()


def _encode(text: str, encoding: str) -> bytes:
    """Stand in for `codecs.encode`, by which Python 3 writes bytes into old pickles."""
    if encoding != "latin1":
        msg = f"its texts are {encoding}"
        raise ValueError(msg)
    return text.encode(encoding)


_ALLOWED: Final[Mapping[tuple[str, str], object]] = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:  # noqa: ANN401
        if (module_name, global_name) not in _ALLOWED:
            msg = f"it asks for {module_name}.{global_name}"
            raise pickle.UnpicklingError(msg)
        return _ALLOWED[module_name, global_name]


def read_pickle(path: Path) -> dict[str, Any]:
    """Return the dictionary that a pickle holds; its arrays `(...)` are uint8, bytes of Python 2 become text.

    Raises:
        DataError: it cannot be read, is no dictionary, or asks for more than arrays of bytes, lists, texts and numbers.
    """
    try:
        with path.open("rb") as file:
            tree = _Reader(file, encoding="latin1").load()
    except OSError as error:
        raise DataError(f"'{path}' cannot be read: {error.strerror}.", "Check the file.") from error
    except _WRONG as error:
        raise DataError(f"'{path}' is damaged or no data file: {error}.", "Unpack or fetch it again.") from error
    if not isinstance(tree, dict):
        raise DataError(f"'{path}' is no data file: it holds no dictionary.", "Unpack or fetch it again.")
    pairs = cast("dict[str, Any]", tree).items()
    return {key: value.value if isinstance(value, _Array) else value for key, value in pairs}
