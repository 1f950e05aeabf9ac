"""What the user writes about a run: a star, tags and a note, in `labels.json` of its folder, at any time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend import bounded
from backend.disk import write_atomic, writing
from backend.errors import RunFolderError

LABELS: Final = "labels.json"
LONGEST_NOTE: Final = 20_000
"""Characters."""
LONGEST_TAG: Final = 50
"""Characters."""
MOST_TAGS: Final = 50
_MOST_BYTES: Final = 1 << 20
_TRIES: Final = 1000

Tag: TypeAlias = Annotated[str, Field(min_length=1, max_length=LONGEST_TAG, pattern=r"^[^,\n]*$")]


class Labels(BaseModel):
    """A star, tags and a note; those of a run that nobody wrote about are empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    star: bool = False
    tags: tuple[Tag, ...] = Field(default=(), max_length=MOST_TAGS)
    note: str = Field(default="", max_length=LONGEST_NOTE)


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags in a line such as `good, for the paper`: each once, no longer and no more than allowed."""
    tags = (" ".join(part.split())[:LONGEST_TAG].strip() for part in text.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:MOST_TAGS]


def read_labels(folder: Path) -> Labels:
    """Return what was written about a run.

    Raises:
        RunFolderError: the file is damaged, or cannot be read.
    """
    try:
        return Labels.model_validate_json(bounded.read_bytes(folder / LABELS, _MOST_BYTES))
    except FileNotFoundError:
        return Labels()
    except OSError as error:
        raise RunFolderError(f"'{folder / LABELS}' cannot be read: {error.strerror}.", "Check the file.") from error
    except ValidationError as error:
        hint = f"What you write now goes into a new file; this one is kept as '{LABELS}.damaged'."
        raise RunFolderError(f"{LABELS} of '{folder.name}' is damaged.", hint) from error


def labels_or_none(folder: Path) -> Labels:
    """Return what was written about a run, for lists: nothing where it is damaged, which is said where it is edited."""
    try:
        return read_labels(folder)
    except RunFolderError:
        return Labels()


def write_labels(folder: Path, labels: Labels) -> None:
    """Write about a run, also while it is on; a damaged older file is kept beside the new one.

    Raises:
        StorageError: this cannot be written; the older file is as it was.
    """
    try:
        read_labels(folder)
    except RunFolderError:
        with writing(folder / LABELS):
            (folder / LABELS).rename(_unused(folder))
    write_atomic(folder / LABELS, labels.model_dump_json(indent=2).encode() + b"\n")


def _unused(folder: Path) -> Path:
    first = folder / f"{LABELS}.damaged"
    others = (folder / f"{LABELS}.damaged-{number}" for number in range(2, _TRIES))
    return next(path for path in (first, *others) if not path.exists())
