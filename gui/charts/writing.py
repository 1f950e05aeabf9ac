"""A chart as a file: a picture, or the table behind it; notes on what the numbers depend on go into both."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeAlias

from backend.api import write_atomic

Cell: TypeAlias = str | float | int | None

KINDS = {".png": "PNG picture", ".svg": "SVG drawing", ".csv": "CSV table"}
SUFFIXES = tuple(KINDS)


def write(
    path: Path, notes: Sequence[str], rows: Callable[[], Iterable[Sequence[Cell]]], draw: Callable[[], object]
) -> Path:
    """Write .csv here, and let `draw` write .png and .svg; return the path.

    Args:
        path: the file.
        notes: lines above the table.
        rows: the table, headings first.
        draw: writes the picture to the path.

    Raises:
        ValueError: another suffix.
        StorageError: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        msg = f"'{path.name}' does not end in {', '.join(SUFFIXES)}."
        raise ValueError(msg)
    if suffix == ".csv":
        text = io.StringIO(newline="")
        text.writelines(f"# {note}\n" for note in notes)
        csv.writer(text).writerows(rows())
        write_atomic(path, text.getvalue().encode())
    else:
        draw()
    return path
