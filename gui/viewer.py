"""Which run the window shows: the one that is on, or one opened from disk; both are the same fold over events."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import Event, RunConfig, RunEnded, StudioError, open_run
from gui.background import submit
from gui.state.shown import Shown, reopened


class Viewer(QObject):
    """Keeps the live run and the shown run apart: a look at an old run does not disturb the one that is on."""

    switched = Signal()
    """Another run is shown."""
    grown = Signal(list)
    """The shown run got events; carries the new lines of its log."""
    live_grown = Signal()
    """The live run got events, shown or not."""
    failed = Signal(object)
    """A StudioError: the run that was asked for cannot be opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.live: Shown | None = None
        self.shown: Shown | None = None
        self.asked: Path | None = None
        """The folder of the run to be shown; `shown` follows once it is read."""

    def follow(self, folder: Path, config: RunConfig | None) -> None:
        """Show a run that starts now, from nothing."""
        self._show_live(Shown(folder, config))

    def restart(self, shown: Shown) -> None:
        """Show the live run from nothing again: it is told anew."""
        fresh = Shown(shown.folder, shown.config)
        if self.shown is shown:
            self._show_live(fresh)
        else:
            self.live = fresh

    def continue_from(self, shown: Shown) -> None:
        """Show a run that goes on: what it did before stays in the charts."""
        shown.state = "running"
        self._show_live(shown)

    def feed(self, events: list[Event]) -> None:
        """Take new events of the live run."""
        if self.live is None:
            return
        lines = self.live.add(events)
        if self.shown is self.live:
            self.grown.emit(lines)
        self.live_grown.emit()

    def finish(self, ended: RunEnded, *, died: bool) -> None:
        """Release the live run; if it is shown, read what the engine wrote at the end."""
        live = self.release()
        if live is None:
            return
        live.state = "interrupted" if died else ended.outcome
        # A run that failed may have left nothing to read, one that died not why; what they said is here already.
        if self.shown is live and not died and ended.outcome != "failed":
            self.open(live.folder)

    def release(self) -> Shown | None:
        """Forget which run is live, and return it; it stays on show as it is."""
        live, self.live = self.live, None
        return live

    def open(self, folder: Path) -> None:
        """Show a run; one that is not live is read in the pool."""
        self.asked = folder
        if self.live is not None and self.live.folder == folder:
            self.shown = self.live
            self.switched.emit()
            return
        submit(self, lambda: reopened(open_run(folder)), self._arrived, self._refused)

    def _show_live(self, shown: Shown) -> None:
        self.live = self.shown = shown
        self.asked = shown.folder
        self.switched.emit()

    def _arrived(self, shown: Shown) -> None:
        if shown.folder == self.asked:
            self.shown = shown
            self.switched.emit()

    def _refused(self, error: StudioError) -> None:
        self.failed.emit(error)
