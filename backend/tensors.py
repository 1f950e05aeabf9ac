"""Reading safetensors bytes from strangers: every number of the header is checked before anything is made of it.

```
8 bytes      length of the header, little endian
header       JSON: {name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {...}}
the rest     the numbers, one tensor after the other, without a gap
```
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from numpy.typing import NDArray

from backend.errors import CheckpointError

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

MOST_HEADER: Final = 16 * 2**20
"""Bytes of a header."""
MOST_TENSORS: Final = 100_000
LONGEST_NAME: Final = 1024
"""Letters of a tensor's name."""
MOST_DIMENSIONS: Final = 16
MOST_NUMBERS: Final = 2**48
"""Product of a shape, where a dimension of 0 counts as 1: above it strides could overflow."""

_PICKLE: Final = (b"\x80", b"PK\x03\x04")
"""How a pickle begins, and the zip archive in which PyTorch wraps one."""
_BYTES: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
"""Bytes of a number of each type."""
_KEYS: Final = {"dtype", "shape", "data_offsets"}
_METADATA: Final = "__metadata__"
_AGAIN: Final = "Get it again from where it came from, or use an earlier checkpoint."


def read_tensors(data: bytes, where: str, *, most: int) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name, on the CPU.

    Args:
        data: the whole file.
        where: what it is called, for messages.
        most: how many bytes it may have.

    Raises:
        CheckpointError: it is larger, a pickle, or no safetensors file that is whole in every number.
    """
    import safetensors.torch

    return _read(data, where, most, safetensors.torch.load)


def read_arrays(data: bytes, where: str, *, most: int) -> dict[str, NDArray[Any]]:
    """Return the tensors of a safetensors file as arrays; loads no torch, and refuses what `read_tensors` refuses."""
    import safetensors.numpy

    return _read(data, where, most, safetensors.numpy.load)


def _read(data: bytes, where: str, most: int, load: Callable[[bytes], T]) -> T:
    import safetensors

    refuse_pickle(data[:9], where)
    if len(data) > most:
        raise CheckpointError(f"'{where}' is too large: {len(data):,} bytes, where {most:,} may be.", _AGAIN)
    try:
        _check(data)
        return load(data)
    except MemoryError as error:
        raise CheckpointError(f"There is not enough memory for '{where}'.", "Close other programs.") from error
    # Ours are ValueErrors; a type that NumPy does not have is a KeyError.
    except (safetensors.SafetensorError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointError(f"'{where}' is not a safetensors file: {error}.", _AGAIN) from error


def refuse_pickle(start: bytes, where: str) -> None:
    """Refuse a file by its first nine bytes.

    Raises:
        CheckpointError: it is a pickle.
    """
    # A safetensors file starts with the length of its header, which may look like anything; then comes "{".
    if start.startswith(_PICKLE) and start[8:9] != b"{":
        sentence = f"'{where}' is a pickle; DMC Studio never loads pickles, because loading one can run any program."
        raise CheckpointError(sentence, "Only load safetensors files.")


def _check(data: bytes) -> None:
    """Raise a ValueError that says what is wrong."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise ValueError("its header is cut off")
    if length > MOST_HEADER:
        raise ValueError(f"its header has {length:,} bytes")
    header = _header(data[8 : 8 + length])
    end = 0
    for begin, after, name in sorted(_span(name, entry) for name, entry in header.items()):
        if begin != end:
            raise ValueError(f"{name!r} does not begin where the tensor before it ends")
        end = after
    if end != len(data) - 8 - length:
        raise ValueError("its tensors are cut off or do not fill it")


def _header(text: bytes) -> dict[str, Any]:
    """Return the entries of the tensors."""
    if not text.startswith(b"{"):
        raise ValueError("it has no header")
    try:
        header: dict[str, Any] = json.loads(text.decode(), object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError("its header is nested too deeply") from error
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("its notes are not texts")
    if len(header) > MOST_TENSORS:
        raise ValueError(f"it has {len(header):,} tensors")
    return header


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _span(name: str, entry: object) -> tuple[int, int, str]:
    """Return where a tensor begins and ends, and its name."""
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has {len(name):,} letters")
    if not isinstance(entry, dict) or entry.keys() != _KEYS:
        raise ValueError(f"{name!r} needs a type, a shape and a place, and nothing else")
    size = math.prod(_shape(name, entry)) * _width(name, entry)
    match list(_whole_numbers(entry["data_offsets"])):
        case [begin, end] if end - begin == size:
            return begin, end, name
        case _:
            raise ValueError(f"{name!r} is not as long as its shape says")


def _shape(name: str, entry: Mapping[str, Any]) -> list[int]:
    shape = list(_whole_numbers(entry["shape"]))
    if len(shape) > MOST_DIMENSIONS or math.prod(max(1, n) for n in shape) > MOST_NUMBERS:
        raise ValueError(f"{name!r} has an impossible shape")
    return shape


def _width(name: str, entry: Mapping[str, Any]) -> int:
    kind = entry["dtype"]
    if not isinstance(kind, str) or kind not in _BYTES:
        raise ValueError(f"{name!r} is of an unknown type")
    return _BYTES[kind]


def _whole_numbers(value: object) -> Iterator[int]:
    if not isinstance(value, list):
        raise ValueError("a list of numbers is missing")  # noqa: TRY004 - of the file, not of a caller
    for number in value:
        if type(number) is not int or number < 0:
            raise ValueError("something else stands where a whole number from 0 must be")
        yield number
