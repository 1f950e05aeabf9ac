"""What is known of one run: where it lies, its settings, and the fold over its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from backend.api import Event, RunConfig, RunRecord
from gui.state.curves import Curves
from gui.state.log import Line, describe


@dataclass(slots=True)
class Shown:
    """A run as the window shows it: live, finished or cut off."""

    folder: Path
    config: RunConfig | None = None
    state: Literal["queued", "running", "finished", "stopped", "failed", "interrupted"] = "running"
    result: dict[str, Any] | None = None
    curves: Curves = field(default_factory=Curves)
    log: list[Line] = field(default_factory=list[Line])

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def problems(self) -> list[Line]:
        """The lines that need attention."""
        return [line for line in self.log if line.level != "info"]

    def add(self, events: list[Event]) -> list[Line]:
        """Fold new events; return the lines that they add to the log."""
        self.curves.extend(events)
        lines = [line for line in map(describe, events) if line is not None]
        self.log.extend(lines)
        if self.curves.ended is not None:
            self.state = self.curves.ended.outcome
        return lines


def reopened(record: RunRecord) -> Shown:
    """Fold a run read from disk."""
    shown = Shown(record.folder, record.config, record.state, record.result)
    shown.add(list(record.events))
    shown.state = record.state
    if record.state != "running":
        shown.curves.hold = None  # nobody waits any more
    return shown
