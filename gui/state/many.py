"""Several runs from one form: the seeds that were typed, times the methods that were chosen. No Qt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.api import METHODS, RunConfig

MOST_SEEDS = 100
LARGEST_SEED = 2**31 - 1
_PART = re.compile(r"(\d{1,10})(?:\s*[-–]\s*(\d{1,10}))?")  # noqa: RUF001 - people paste en dashes


def seeds_in(text: str) -> tuple[int, ...]:
    """Return the seeds of a text such as `0, 1, 2` or `0-4`, each once.

    Raises:
        ValueError: it is nothing of that kind; the message is a sentence.
    """
    found: dict[int, None] = {}
    for part in filter(None, re.split(r"[,;]|(?<=\d)\s+(?=\d)", text.strip())):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError("Write seeds like 0,1,2 or 0-4.")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f"{first}-{last} is empty; write {last}-{first}.")
        if last > LARGEST_SEED:
            raise ValueError(f"Seeds are at most {LARGEST_SEED}.")
        if last - first >= MOST_SEEDS:
            raise ValueError(f"These are more than {MOST_SEEDS} seeds.")
        found |= dict.fromkeys(range(first, last + 1))
    if not found:
        raise ValueError("Write at least one seed, such as 0.")
    if len(found) > MOST_SEEDS:
        raise ValueError(f"These are more than {MOST_SEEDS} seeds.")
    return tuple(found)


def variants(config: RunConfig, methods: Sequence[str], seeds: Sequence[int]) -> list[RunConfig]:
    """Return the runs: each seed with every method, so that methods can be compared as early as may be.

    The configuration's own method keeps its settings; any other one has its own defaults.

    Raises:
        ConfigError: a method refuses its defaults.
    """
    own = config.method.name
    by_method = {name: config if name == own else config.replaced(method={"name": name}) for name in methods}
    return [by_method[name].replaced(run={"seed": seed}) for seed in seeds for name in methods]


def method_labels() -> dict[str, str]:
    """Return the names of all methods for people, by id."""
    return {method.id: method.label for method in METHODS}
