"""What the user wrote about runs and is not on the disk yet; any thread may put, look and write."""

from __future__ import annotations

import threading
from pathlib import Path

from backend.api import Labels, StorageError, write_labels


class Outbox:
    """The newest labels of each run, until they are written."""

    def __init__(self) -> None:
        self._waiting: dict[Path, Labels] = {}
        self._change = threading.Lock()
        self._one_writes = threading.Lock()

    def put(self, folder: Path, labels: Labels) -> None:
        """Let these be written next, instead of older ones of that run."""
        with self._change:
            self._waiting[folder] = labels

    def get(self, folder: Path) -> Labels | None:
        """Return what waits to be written about a run."""
        with self._change:
            return self._waiting.get(folder)

    def write(self) -> None:
        """Write everything, also what is put meanwhile.

        Raises:
            StorageError: something could not be written; it goes on waiting.
        """
        refused: dict[Path, StorageError] = {}
        with self._one_writes:
            while ready := self._next(refused):
                folder, labels = ready
                try:
                    write_labels(folder, labels)
                except StorageError as error:
                    refused[folder] = error
                else:
                    self._written(folder, labels)
        for error in refused.values():
            raise error

    def _next(self, refused: dict[Path, StorageError]) -> tuple[Path, Labels] | None:
        with self._change:
            return next(((folder, labels) for folder, labels in self._waiting.items() if folder not in refused), None)

    def _written(self, folder: Path, labels: Labels) -> None:
        with self._change:
            if self._waiting[folder] is labels:
                del self._waiting[folder]
