"""The one place that reads pickles: a reader that knows no name of its own, and that no pickle can make large.

Two things of Python's reader are not wanted here. The one in C keeps what it remembers in a table as long as the
highest number that a pickle names, so that ten bytes fill the memory; this is the one in Python, which keeps a
dictionary. And both let a pickle set attributes of whatever it has found; here only of what is meant to be built.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any, ClassVar, Final

PICKLE_ERRORS: Final = (
    pickle.UnpicklingError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a damaged or hostile pickle makes a reader raise."""


class Unpickler(pickle._Unpickler):  # pyright: ignore[reportPrivateUsage]
    """Refuses every name; what derives from it answers `find_class` for the few that it stands in for.

    Args:
        file: what to read.
        encoding: of texts that Python 2 wrote.
    """

    built: ClassVar[tuple[type, ...]] = ()
    """Types whose objects a pickle may give a state, through `__setstate__`."""
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)  # pyright: ignore

    def __init__(self, file: IO[bytes], *, encoding: str = "ASCII") -> None:
        super().__init__(file, encoding=encoding)

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        """Return what stands in for a name."""
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def load_build(self) -> None:
        """Give an object its state, if it is one that may have one."""
        state = self.stack.pop()  # pyright: ignore
        if type(self.stack[-1]) not in self.built:  # pyright: ignore
            raise pickle.UnpicklingError("it changes what it must not")
        self.stack[-1].__setstate__(state)  # pyright: ignore

    dispatch[pickle.BUILD[0]] = load_build
