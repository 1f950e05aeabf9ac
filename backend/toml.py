"""TOML from strangers: the standard reader, with bounds on size, nesting, keys and numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, Final, cast

MOST_LETTERS: Final = 4 * 2**20
MOST_VALUES: Final = 200_000
MOST_DEPTH: Final = 8
"""Tables and lists inside one another."""
MOST_PARTS: Final = 64
"""Dots in a key. tomllib takes time by the square of them, an hour for a megabyte."""
LONGEST_KEY: Final = 200


def parse(text: str) -> dict[str, Any]:
    """Return the tree that a TOML text holds.

    Raises:
        ValueError: it is not TOML, or larger, deeper or with greater numbers than a sensible file.
    """
    if len(text) > MOST_LETTERS:
        raise ValueError(f"it has more than {MOST_LETTERS:,} letters")
    if any(_dots(line) > MOST_PARTS for line in text.split("\n")):
        raise ValueError(f"a key in it has more than {MOST_PARTS} parts")
    try:
        tree = tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    _check(tree)
    return tree


def _dots(line: str) -> int:
    """Return the most dots that a key in a line can have."""
    *keys, _ = line.rsplit("]", 1) if line.lstrip().startswith("[") else line.split("=")
    return max((key.count(".") for key in keys), default=0)


def _check(tree: dict[str, Any]) -> None:
    level: list[Any] = [tree]
    count = 0
    for _ in range(MOST_DEPTH + 1):
        level = [value for node in level for value in _inside(node)]
        count += len(level)
        if count > MOST_VALUES:
            raise ValueError(f"it holds more than {MOST_VALUES:,} values")
        for value in level:
            _check_value(value)
    if level:
        raise ValueError("it is nested too deeply")


def _inside(node: object) -> Iterable[Any]:
    if isinstance(node, dict):
        return _values(cast("dict[str, Any]", node))
    return cast("list[Any]", node) if isinstance(node, list) else ()


def _values(table: dict[str, Any]) -> Iterator[Any]:
    for key, value in table.items():
        if len(key) > LONGEST_KEY:
            raise ValueError(f"a key in it has {len(key):,} letters")
        yield value


def _check_value(value: object) -> None:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("a number in it has more than 64 bits")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("a text in it holds a NUL")
