"""A download in the middle of a run, told as events: once in words, then as progress."""

from __future__ import annotations

from backend.download import Transfer
from backend.events import Note, StepEnded
from backend.stages.pulse import Pulse
from backend.units import size

_MEGABYTE = 1_000_000


class TransferNews:
    """Takes the progress of a download and tells it on a pulse, as megabytes of the stage `prepare`.

    While a run is paused, so is the download.
    """

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._begun: set[str] = set()

    def __call__(self, transfer: Transfer) -> None:
        """Tell how far a transfer is."""
        if transfer.phase == "download" and transfer.name not in self._begun:
            self._begun.add(transfer.name)
            total = f", {size(transfer.total)}" if transfer.total else ""
            self._pulse.emit(Note(level="info", text=f"Downloading '{transfer.name}'{total}; this is done once."))
        steps = max(1, transfer.total // _MEGABYTE)
        step = min(steps, transfer.done // _MEGABYTE)
        self._pulse.emit(StepEnded(task=0, stage="prepare", step=step, steps=steps))
        self._pulse.check()
