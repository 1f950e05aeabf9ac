"""Numbers with units, as people read them."""

from __future__ import annotations


def size(count: float) -> str:
    """Return bytes with a decimal unit, such as 12.3 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def count(number: int, thing: str) -> str:
    """Return a number with what it counts, such as 1 file or 2 files."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
