"""Start, pause, stop, resume: what the buttons mean, and what follows when a run ends."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import Event, RunConfig, RunEnded, RunSummary, StudioError, list_runs, new_run_folder, open_run
from gui.background import submit
from gui.session import Session
from gui.state.log import duration
from gui.state.runs import RunList
from gui.state.shown import Shown, reopened
from gui.viewer import Viewer


class Control(QObject):
    """Ties the session to the viewer and the run list."""

    changed = Signal()
    """A run began, was paused, goes on, is stopping or ended."""
    listed = Signal()
    """The run list was read or the live run's numbers changed."""
    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(object)
    """A StudioError."""
    run_ended = Signal(object)
    """The RunEnded."""

    def __init__(self, session: Session, root: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.viewer = Viewer(self)
        self.runs = RunList()
        self._root = root
        session.events.connect(self._take)
        session.ended.connect(self._end)

    def start(self, config: RunConfig, folder: Path | None = None) -> None:
        """Begin a run, in a new folder unless one is given."""
        if self.session.running:
            return
        try:
            folder = folder or new_run_folder(config, self._root)
        except StudioError as error:
            self.failed.emit(error)
            return
        self.runs.begin(folder, config, time.time())
        self.viewer.follow(folder, config)
        self.session.start(config, folder)
        self._announce(f"Running {folder.name}")

    @property
    def _name(self) -> str:
        return self.session.folder.name if self.session.folder else ""

    def toggle_pause(self) -> None:
        """Hold the run, or let it go on."""
        if not self.session.running:
            return
        if self.session.paused:
            self.session.resume_run()
            self._announce(f"Running {self._name}")
        else:
            self.session.pause()
            self._announce("Pausing after this step")

    def stop(self) -> None:
        """Stop the run after its step. Finished tasks stay on disk."""
        if self.session.running:
            self.session.stop()
            self._announce("Stopping after this step; finished tasks are saved")

    def resume(self, folder: Path) -> None:
        """Go on with a run that was stopped or cut off."""
        if self.session.running:
            return
        self.said.emit(f"Opening {folder.name}")
        submit(self, lambda: reopened(open_run(folder)), self._go_on, self.failed.emit)

    def refresh(self) -> None:
        """Read the run list from disk, in the pool."""
        submit(self, lambda: list_runs(self._root), self._list, self.failed.emit)

    def _go_on(self, shown: Shown) -> None:
        if self.session.running:
            return
        self.runs.begin(shown.folder, shown.config, time.time())
        self.viewer.continue_from(shown)
        self.session.resume(shown.folder)
        self._announce(f"Going on with {shown.name}")

    def _list(self, found: tuple[RunSummary, ...]) -> None:
        self.runs.replace(found)
        self.listed.emit()

    def _take(self, events: list[Event]) -> None:
        self.viewer.feed(events)
        live = self.viewer.live
        if live is not None and self.runs.update(live.curves):
            self.listed.emit()

    def _end(self, ended: RunEnded) -> None:
        self.runs.end(ended)
        self.viewer.finish(ended)
        words = {
            "finished": f"Finished after {duration(ended.seconds)}",
            "stopped": ended.message or "Stopped; finished tasks are saved",
            "failed": f"Failed: {ended.message}",
        }
        self._announce(words[ended.outcome])
        self.refresh()
        self.run_ended.emit(ended)

    def _announce(self, sentence: str) -> None:
        self.listed.emit()
        self.said.emit(sentence)
        self.changed.emit()
