"""What can go wrong, as a tree: every error is one sentence, a hint, and where it applies the key it is about.

```
StudioError
├── ConfigError       a setting is unknown, of the wrong type or out of range (has .problems, each with a key)
├── DataError         a data set or picture is missing or cannot be read
├── ModelError        weights are missing or do not fit
├── CheckpointError   a checkpoint is truncated, of another model, or not ours
├── RunFolderError    a run folder is missing, half written, or holds another run
├── StorageError      the disk is full, gone, or may not be written (has .passing: it may be later)
├── DownloadError     a file cannot be fetched, or is not the one that was expected
├── ArchiveError      an archive is damaged, or holds what must not be unpacked
├── ExportError       a run cannot be exported in this form
├── CommandError      what a run was told is no command
└── TrainingError     a loss is not finite
```
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class StudioError(Exception):
    """One clear sentence, and a hint what to do."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        """Return sentence and hint on one line."""
        return f"{self.sentence} {self.hint}".rstrip()


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong setting: its dotted key such as `run.batch_size`, a sentence and a hint."""

    key: str
    sentence: str
    hint: str = ""


class ConfigError(StudioError):
    """One or more settings are wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" ({len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.key}: {first.sentence}{more}", first.hint)

    @classmethod
    def at(cls, key: str, sentence: str, hint: str = "") -> ConfigError:
        """Build an error of a single setting."""
        return cls([Problem(key, sentence, hint)])


class DataError(StudioError):
    """A data set or a picture is missing or cannot be read."""


class ModelError(StudioError):
    """Weights are missing or do not fit the model."""


class CheckpointError(StudioError):
    """A checkpoint is truncated, of another model, or not ours."""


class RunFolderError(StudioError):
    """A run folder is missing, half written, or holds another run."""


class StorageError(StudioError):
    """The disk is full, gone, or may not be written.

    `passing` tells whether it may be written later, when there is room or the disk is back.
    """

    def __init__(self, sentence: str, hint: str = "", *, passing: bool = True) -> None:
        super().__init__(sentence, hint)
        self.passing = passing


class DownloadError(StudioError):
    """A file cannot be fetched, or is not the one that was expected."""


class ArchiveError(StudioError):
    """An archive is damaged, of a kind that cannot be read, or holds what must not be unpacked."""


class ExportError(StudioError):
    """A run cannot be exported in this form, or the export is not equal to the run's model."""


class CommandError(StudioError):
    """What a run was told while it is on is no command."""


class TrainingError(StudioError):
    """Training cannot go on, for example because a loss is not finite.

    Attributes:
        evidence: plain numbers and texts about what went wrong; empty where there is nothing to keep.
    """

    evidence: Mapping[str, Any] = {}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or lists all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"Did you mean '{close[0]}'?" if close else f"Known: {', '.join(names)}."
