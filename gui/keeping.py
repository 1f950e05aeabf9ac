"""Keeps the queue on the disk: the newest state is written in the pool, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import Kept, QueueFile, StudioError
from gui.background import submit
from gui.turns import Found, found


class Keeping(QObject):
    """One for a window.

    Args:
        root: the folder of all runs.
        parent: its owner.
    """

    failed = Signal(object)
    """A StudioError."""

    def __init__(self, root: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._file = QueueFile(root)
        self._on_disk = self._wanted = Kept()
        self._writing = False
        self._refused_last: Kept | None = None
        """What the disk did not take: it is tried again with the next change, and when the window closes."""
        self._one_at_it = threading.Lock()

    @property
    def owned(self) -> bool:
        """Whether this window works off the queue."""
        return self._file.taken

    @property
    def settled(self) -> bool:
        """Whether the newest state is on the disk."""
        return self._wanted == self._on_disk

    def find(self, arrived: Callable[[Found], None], *, take: bool) -> None:
        """Read what there is, and take the queue if something is in it, or anyway."""

        def done(what: Found) -> None:
            self._on_disk = self._wanted = what.kept
            arrived(what)

        submit(self, lambda: self._find(take=take), done, self.failed.emit)

    def keep(self, kept: Kept) -> None:
        """Let this be what the next window finds."""
        self._wanted = kept
        if self.owned and not self._writing and not self.settled and kept != self._refused_last:
            self._writing = True
            submit(self, self._write, self._written, self._refused)

    def close(self, kept: Kept) -> None:
        """Write the last word, and let another window have the queue.

        Raises:
            StorageError: it cannot be written.
        """
        self._wanted = kept
        try:
            self._write()
        finally:
            self._file.release()

    def _find(self, *, take: bool) -> Found:
        """One at a time: of two that take it at once, the second would find it taken."""
        with self._one_at_it:
            return found(self._file, take=take)

    def _write(self) -> None:
        """Write the newest state; what is still under way in the pool when the window closes finds nothing to do."""
        with self._one_at_it:
            kept = self._wanted
            if self.owned and kept != self._on_disk:
                self._file.write(kept)
                self._on_disk = kept

    def _written(self, _: None) -> None:
        self._writing = False
        self.keep(self._wanted)

    def _refused(self, error: StudioError) -> None:
        self._writing, self._refused_last = False, self._wanted
        self.failed.emit(error)
