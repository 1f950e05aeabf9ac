"""The unfinished download of a file: `NAME.part`, and beside it a note of what it is the beginning of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pydantic import BaseModel, NonNegativeInt, ValidationError

from backend.bounded import read_bytes
from backend.disk import sync_folder, write_atomic, writing

_MOST_NOTE: Final = 1 << 16
"""Bytes of a note."""


class _Note(BaseModel):
    """What the server said about the file when it began."""

    url: str
    validator: str
    size: NonNegativeInt


class PartFile:
    """What there is of a file so far; never taken for the file itself.

    Args:
        goal: where the file goes when it is complete.
        url: where it comes from; the beginning of another URL's file does not count.
    """

    def __init__(self, goal: Path, url: str) -> None:
        self.goal = goal
        self.path = goal.with_name(f"{goal.name}.part")
        self._note_path = goal.with_name(f"{goal.name}.part.json")
        self._url = url
        self._note = self._read_note()
        self.have = self.path.stat().st_size if self._note and self.path.is_file() else 0
        """Bytes that can be kept."""

    def _read_note(self) -> _Note | None:
        try:
            note = _Note.model_validate_json(read_bytes(self._note_path, _MOST_NOTE))
        except (OSError, ValidationError):
            return None
        return note if note.url == self._url else None

    @property
    def validator(self) -> str:
        """What tells this version of the file from others: a strong ETag, a date, or nothing."""
        return self._note.validator if self._note else ""

    @property
    def size(self) -> int:
        """Bytes of the complete file, 0 where unknown."""
        return self._note.size if self._note else 0

    @property
    def complete(self) -> bool:
        """Whether all of a known number of bytes is there."""
        return 0 < self.size == self.have

    @property
    def can_go_on(self) -> bool:
        """Whether there is a beginning, and a way to ask for the rest of the same version."""
        return self.have > 0 and self.validator != "" and (self.size == 0 or self.have < self.size)

    def clear(self) -> None:
        """Forget everything."""
        with writing(self.path):
            self.path.unlink(missing_ok=True)
            self._note_path.unlink(missing_ok=True)
        self._note, self.have = None, 0

    def begin(self, validator: str, size: int) -> None:
        """Start at zero with a version of the file."""
        self.clear()
        note = _Note(url=self._url, validator=validator, size=size)
        with writing(self.path):
            self.path.touch()
        write_atomic(self._note_path, note.model_dump_json().encode())
        self._note = note

    def append(self, chunk: bytes) -> None:
        """Write the next bytes; after a crash they are there, or the length says that they are not."""
        with writing(self.path), self.path.open("ab") as file:
            file.write(chunk)
        self.have += len(chunk)

    def finish(self) -> None:
        """Put the complete file in its place, in one step that a crash cannot halve."""
        with writing(self.goal):
            with self.path.open("r+b") as file:
                os.fsync(file.fileno())
            self.path.replace(self.goal)
            sync_folder(self.goal.parent)
            self._note_path.unlink(missing_ok=True)
