"""List files: a user's own split.

Text: one picture a line, `<part> <path>`, with a blank, a comma or a tab between, such as
`test,cat/0001.jpg`. JSON: `{"train": ["cat/0002.jpg", ...], "test": [...]}`. Parts are train, validation (or val) and
test; paths are relative to the data set's folder. Pictures that are not listed are left out. `#` begins a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backend.errors import DataError
from backend.listing.listing import LEFT_OUT, part_index, read_lines
from backend.listing.scan import plain
from backend.pictures import Part

_PARTS: Final[dict[str, Part]] = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
_LINE: Final = re.compile(r"(\w+)\s*[\s,;]\s*(\S.*)")
_HELP: Final = "Each line is a part (train, validation or test) and a path such as cat/0001.jpg."


def read_list(path: Path, names: Sequence[str]) -> NDArray[np.int8]:
    """Return the part of each picture `(n,)` that a list file gives: an index in `PARTS`, or `LEFT_OUT`.

    Args:
        path: the list file.
        names: the data set's pictures.

    Raises:
        DataError: it cannot be read, or lists a picture that is not there or is listed before; names the line.
    """
    index = {plain(name): i for i, name in enumerate(names)}
    parts = np.full(len(names), LEFT_OUT, dtype=np.int8)
    for place, part, name in _entries(path):
        key = plain(name.strip().replace("\\", "/").removeprefix("./"))
        if part.lower() not in _PARTS:
            raise DataError(f"{place} of '{path}': '{part}' is not a part.", _HELP)
        if key not in index:
            raise DataError(f"{place} of '{path}': the data set has no picture '{key}'.", _HELP)
        if parts[index[key]] != LEFT_OUT:
            raise DataError(f"{place} of '{path}': '{key}' is listed twice.", "List every picture once.")
        parts[index[key]] = part_index(_PARTS[part.lower()])
    return parts


def _entries(path: Path) -> Iterator[tuple[str, str, str]]:
    """Return where an entry stands, its part and its path."""
    lines = read_lines(path)
    if path.suffix.lower() == ".json":
        yield from _json_entries(path, "\n".join(lines))
        return
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#") or (number == 1 and re.fullmatch(r"part[\s,;]+path", text.lower())):
            continue
        matched = _LINE.fullmatch(text)
        if not matched:
            raise DataError(f"Line {number} of '{path}' is not a part and a path.", _HELP)
        yield f"Line {number}", matched[1], matched[2].strip('"')


def _json_entries(path: Path, text: str) -> Iterator[tuple[str, str, str]]:
    try:
        tree: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"'{path}' is not JSON: {error}.", 'Write {"train": [...], "test": [...]}.') from error
    if not isinstance(tree, dict) or not all(isinstance(entries, list) for entries in tree.values()):
        raise DataError(f"'{path}' is not a list of paths for each part.", 'Write {"train": [...], "test": [...]}.')
    for part, entries in tree.items():
        for number, name in enumerate(entries, start=1):
            if not isinstance(name, str):
                raise DataError(f"Entry {number} of '{part}' in '{path}' is not a path.", "Write paths in quotes.")
            yield f"Entry {number} of '{part}'", str(part), name
