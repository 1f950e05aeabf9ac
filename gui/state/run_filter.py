"""Which runs a line such as `method:dmc_ot star -tag:"first try" 0.81` keeps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend.api import RunSummary
from gui.state.run_words import state_words

HELP = (
    "Shows the runs to which all of these words apply:\n"
    "  dmc drawn\tin the name, method, data set, tags or note\n"
    "  star\tmarked with a star\n"
    '  tag:good\ttagged; also tag:"two words"\n'
    "  method:dmc_ot  data:drawn  state:failed  seed:1\n"
    "  -tag:bad\twithout them"
)
_WORD = re.compile(r'(-?)((?:\w+:)?(?:"[^"]*"?|\S+))')
_READ: dict[str, Callable[[RunSummary], Iterable[str]]] = {
    "tag": lambda run: run.tags,
    "method": lambda run: (run.method,),
    "data": lambda run: (run.dataset,),
    "state": lambda run: (run.state, state_words(run)),
    "seed": lambda run: (str(run.seed),),
    "note": lambda run: (run.note,),
}
_LISTED = ("state", "method", "data", "seed", "tag")
"""Keys whose values are offered for completion."""


@dataclass(frozen=True, slots=True)
class _Term:
    key: str
    value: str
    wanted: bool
    whole: bool
    """The value is one that runs have; otherwise it is being typed, and its beginning counts."""

    def holds(self, run: RunSummary) -> bool:
        return self._applies(run) is self.wanted

    def _applies(self, run: RunSummary) -> bool:
        if self.key == "star":
            return run.star
        if self.key not in _READ:
            return self.value in _words(run)
        values = (value.casefold() for value in _READ[self.key](run))
        if self.key == "note":
            return any(self.value in value for value in values)
        return any(value == self.value if self.whole else value.startswith(self.value) for value in values)


class RunFilter:
    """A line of words, read once.

    Args:
        text: what was typed.
        known: terms that runs have, as `terms_of` returns them: these must match as a whole.
    """

    def __init__(self, text: str = "", known: Iterable[str] = ()) -> None:
        self.text = text
        whole = {term.casefold() for term in known}
        self._terms = [_term(minus, word.casefold(), whole) for minus, word in _WORD.findall(text)]

    def keeps(self, run: RunSummary) -> bool:
        """Tell whether every word applies to a run."""
        return all(term.holds(run) for term in self._terms)


def terms_of(runs: Iterable[RunSummary]) -> list[str]:
    """Return the terms that tell these runs apart, for completion."""
    runs = list(runs)
    found = {key: {value for run in runs for value in _READ[key](run) if value} for key in _LISTED}
    found["state"] = {run.state for run in runs}
    terms = [f"{key}:{_quoted(value)}" for key in _LISTED for value in sorted(found[key], key=_natural)]
    return ["star", *terms]


def _term(minus: str, word: str, whole: set[str]) -> _Term:
    wanted = not minus
    if word == "star":
        return _Term("star", "", wanted, whole=True)
    key, colon, value = word.partition(":")
    if colon and key in _READ:
        return _Term(key, value.strip('"'), wanted, whole=key == "seed" or word in whole)
    return _Term("", word.strip('"'), wanted, whole=False)


def _words(run: RunSummary) -> str:
    known = (
        run.name,
        run.method,
        run.dataset,
        f"seed {run.seed} s{run.seed}",
        *_READ["state"](run),
        run.tuning,
        *run.tags,
    )
    return " ".join((*known, run.note)).casefold()


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def _natural(value: str) -> tuple[int, str]:
    """Sort numbers by their size: 2 before 10."""
    return (int(value), "") if value.isdecimal() else (0, value.casefold())
