"""What the command palette offers, and how it finds it. No Qt.

A provider is a function of the window that yields commands; with `@provider` it is one, wherever it is written:

```python
@provider
def recipes(window: MainWindow) -> Iterator[Command]:
    yield Command("Recipe", "Nine runs", lambda: window.control.start(...))
```

Providers are called each time the palette opens, so what they yield is what can be done now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from gui.window import MainWindow

    Provider: TypeAlias = Callable[[MainWindow], Iterable["Command"]]

_PROVIDERS: list[Provider] = []
_RECENT_BONUS = 2.0
_AT_START, _IN_ROW, _LETTER, _GAP = 3.0, 3.5, 1.0, 0.05
_WORD_STARTS = re.compile(r"(?<![^\W_])[^\W_]")


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the palette.

    Attributes:
        group: what it is about, such as `Run` or `Method`.
        title: what it does or chooses.
        act: does it.
        keys: its shortcut.
        note: what is known of it, such as the accuracy of a run; shown where there is no shortcut.
        help: a sentence.
        possible: whether it can be done now.
    """

    group: str
    title: str
    act: Callable[[], object]
    keys: str = ""
    note: str = ""
    help: str = ""
    possible: bool = True

    @property
    def id(self) -> str:
        """What it is remembered by."""
        return f"{self.group}: {self.title}"


@dataclass(frozen=True, slots=True)
class Found:
    """A command, and which letters of its `id` were asked for."""

    command: Command
    letters: frozenset[int] = frozenset()
    recent: bool = False


def provider(function: Provider) -> Provider:
    """Let the palette offer what a function yields."""
    _PROVIDERS.append(function)
    return function


def gather(window: MainWindow) -> list[Command]:
    """Return every command that there is now; of two with one name, the first."""
    offered = (command for one in _PROVIDERS for command in one(window))
    return list({command.id: command for command in reversed(list(offered))}.values())[::-1]


def search(commands: Sequence[Command], query: str, recent: Sequence[str] = ()) -> list[Found]:
    """Return the commands in which all words of a query are found, best first; with no query all, recent ones first.

    A word is found where its letters occur in that order; better at the start of words, and side by side.
    """
    words = [_lower(word) for word in query.split()]
    rank = {name: place for place, name in enumerate(recent)}
    hits: list[tuple[float, Found]] = []
    for command in commands:
        fit = _fit(words, _lower(command.id))
        if fit is None:
            continue
        score, letters = fit
        is_recent = command.id in rank
        if is_recent:
            score += _RECENT_BONUS if words else len(rank) - rank[command.id]
        hits.append((score, Found(command, letters, is_recent)))
    # Stable: what is equally good stays in the order in which it was offered.
    return [found for _, found in sorted(hits, key=lambda hit: (not hit[1].command.possible, -hit[0]))]


def _lower(text: str) -> str:
    """Return a text in small letters, of the same length: there are letters whose small form is longer."""
    return text.lower() if len(text.lower()) == len(text) else text


def _fit(words: Sequence[str], text: str) -> tuple[float, frozenset[int]] | None:
    """Return how well all words are found in a text, and where; None where one is not."""
    total, letters = 0.0, frozenset[int]()
    for word in words:
        if _loosely(word).search(text) is None:
            return None
        score, places = max(
            (_walk(word, text, start) for start in _starts(word, text)), default=(0.0, ()), key=lambda fit: fit[0]
        )
        total += score
        letters |= frozenset(places)
    # Of two that fit alike, the shorter one is more of what was asked for.
    return total - _GAP * len(text) * bool(words) / 10, letters


@lru_cache(maxsize=256)
def _loosely(word: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, word)))


def _starts(word: str, text: str) -> set[int]:
    """Return where a word may begin: at the start of words, where all of it stands, and at its first letter."""
    heads = (place for place in _heads(text) if text[place] == word[0])
    return {*heads, text.find(word), text.find(word[0])} - {-1}


def _walk(word: str, text: str, start: int) -> tuple[float, tuple[int, ...]]:
    """Find the letters of a word from a place on; a letter at the start of a later word counts more than a nearer one.

    Returns a score of minus infinity where they are not all there.
    """
    heads = _heads(text)
    whole = text.startswith(word, start)
    places = tuple(range(start, start + len(word))) if whole else _scattered(word, text, start)
    if len(places) < len(word):
        return float("-inf"), ()
    score = _LETTER * len(word) + _AT_START * sum(place in heads for place in places)
    score += _IN_ROW * sum(b == a + 1 for a, b in pairwise(places))
    return score - _GAP * (places[-1] - places[0]), places


def _scattered(word: str, text: str, start: int) -> tuple[int, ...]:
    places = [start]
    for done, letter in enumerate(word[1:], start=2):
        near = text.find(letter, places[-1] + 1)
        head = next((place for place in _heads(text) if place > places[-1] and text[place] == letter), near)
        # The start of a word is better, if the rest of the letters still follow it.
        place = head if head == near or _loosely(word[done:]).search(text, head + 1) else near
        if place < 0:
            return ()
        places.append(place)
    return tuple(places)


@lru_cache(maxsize=4096)
def _heads(text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in _WORD_STARTS.finditer(text))
