"""What of a run is on the disk: the last save, and how much room all of them take."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from backend.api import Checkpointed, Room, StepSaved, StudioError, count, room_of, size
from gui.background import submit
from gui.state.activity import last_save
from gui.state.curves import Curves


class SavedLabel(QLabel):
    """Checkpoints are measured in the pool, and again only after another save."""

    def __init__(self, nothing: str, parent: QWidget | None = None) -> None:
        super().__init__(nothing, parent)
        self._nothing = nothing
        self._measured: tuple[Path, Checkpointed | StepSaved | None] | None = None
        self._last = self._room = ""
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName("Saved")
        self.setToolTip("A resumed run goes on there; run.keep_checkpoints says how many checkpoints stay")

    def show_run(self, folder: Path, curves: Curves) -> None:
        """Show a run as it is now; to be called every second."""
        here = (folder, curves.saved)
        if here != self._measured:
            if self._measured is None or folder != self._measured[0]:
                self._room = ""
            self._measured = here
            submit(
                self, lambda: room_of(folder), lambda room: self._arrived(here, room), lambda why: self._lost(here, why)
            )
        self._last = last_save(curves, time.time())
        self._write()

    def _arrived(self, asked: object, room: Room) -> None:
        if asked == self._measured:
            self._room = f"{count(room.checkpoints, 'checkpoint')}, {size(room.bytes)}" if room.checkpoints else ""
            self._write()

    def _lost(self, asked: object, why: StudioError) -> None:
        if asked == self._measured:
            self._room = why.sentence
            self._write()

    def _write(self) -> None:
        text = "\n".join(line for line in (self._last, self._room) if line) or self._nothing
        if text != self.text():
            self.setText(text)
