"""Start, pause, stop, free, resume, follow: what the buttons mean, and what follows when a run ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from backend.api import (
    Event,
    Extension,
    Paused,
    Resumed,
    RunConfig,
    RunEnded,
    RunSummary,
    StudioError,
    free_device,
    list_runs,
    new_run_folder,
    open_run,
)
from gui.background import submit
from gui.carriers.carrier import Where
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
    relisted = Signal()
    """A look at the disk showed that the run list is another one."""
    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(object)
    """A StudioError."""
    run_ended = Signal(object)
    """The RunEnded."""
    freed = Signal(object)
    """The Shown of a run that was stopped to free the device; its memory has been given back."""

    def __init__(self, session: Session, root: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.viewer = Viewer(self)
        self.runs = RunList()
        self.last: Shown | None = None
        """The run that ended last."""
        self._root = root
        self._freeing = False
        self._looking = False
        """Whether the run list is being read by `look`."""
        self._looked = False
        """Whether the run list was read once."""
        session.events.connect(self._take)
        session.rewound.connect(self._rewind)
        session.ended.connect(self._end)
        self.viewer.switched.connect(self._follow_shown)

    def start(self, config: RunConfig, folder: Path | None = None) -> None:
        """Begin a run, in a new folder unless one is given."""
        if not self._make_way():
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

    def toggle_pause(self) -> None:
        """Hold the run, or let it go on."""
        if not self.session.running:
            return
        if self.session.paused:
            self._steer(self.session.resume_run, f"Running {self._name}")
        else:
            self._steer(self.session.pause, "Pausing after this step")

    def stop(self) -> None:
        """Stop the run after its step, which is saved."""
        if self.session.running:
            self._steer(self.session.stop, "Stopping after this step; everything so far is saved")

    def free(self) -> None:
        """Stop the run after its step and give the device's memory back; `resume` goes on exactly there."""
        if self.session.running:
            self._freeing = self._steer(self.session.stop, "Pausing after this step; the device is freed then")

    def resume(self, folder: Path, where: Where | None = None) -> None:
        """Go on with a run that was stopped or cut off."""
        if self.session.busy:
            return
        self.said.emit(f"Opening {folder.name}")
        submit(self, lambda: reopened(open_run(folder)), lambda shown: self._go_on(shown, where), self.failed.emit)

    def extend(self, extension: Extension) -> None:
        """Go on with what another run has learned, in a new folder, on new classes."""
        if self.session.busy:
            return
        self.said.emit(f"Preparing a run that goes on from {extension.source.name}")
        submit(self, lambda: _written(extension, self._root), self.resume, self.failed.emit)

    def leave(self) -> None:
        """Let the run go on without this window."""
        self.session.leave()
        self.viewer.release()
        self.runs.release()
        self._announce(f"{self._name} goes on without this window")
        self.refresh()

    def refresh(self) -> None:
        """Read the run list from disk, in the pool."""
        submit(self, lambda: list_runs(self._root), self._list, self.failed.emit)

    def look(self) -> None:
        """Read the run list in the pool once more, and say so only if it is another one."""
        if not self._looking:
            self._looking = True
            submit(self, lambda: list_runs(self._root), self._see, self._see_nothing)

    @property
    def root(self) -> Path | None:
        """The folder of all runs; none where it is the usual one."""
        return self._root

    @property
    def _name(self) -> str:
        return self.session.folder.name if self.session.folder else ""

    def _steer(self, act: Callable[[], None], sentence: str) -> bool:
        try:
            act()
        except StudioError as error:  # a run that is followed is told through its folder
            self.failed.emit(error)
            return False
        self._announce(sentence)
        return True

    def _make_way(self) -> bool:
        """Leave a run that is only followed; return whether none is on now."""
        if self.session.following:
            self.leave()
        return not self.session.running

    def _go_on(self, shown: Shown, where: Where | None) -> None:
        if not self._make_way():
            return
        self.runs.begin(shown.folder, shown.config, time.time())
        self.viewer.continue_from(shown)
        self.session.resume(shown.folder, where)
        self._announce(f"Going on with {shown.name}")

    def _list(self, found: tuple[RunSummary, ...]) -> None:
        self.runs.replace(found)
        first, self._looked = not self._looked, True
        if first and self.viewer.asked is None:
            on = next((run for run in found if run.state == "running"), None)
            if on is not None:
                self.viewer.open(on.folder)
        self.listed.emit()

    def _see(self, found: tuple[RunSummary, ...]) -> None:
        self._looking = False
        if self.runs.replace(found):
            self.relisted.emit()

    def _see_nothing(self, error: StudioError) -> None:
        self._looking = False
        self.said.emit(error.sentence)

    def _follow_shown(self) -> None:
        """Follow the run on show where another process trains it, unless this window trains one."""
        shown, session = self.viewer.shown, self.session
        if shown is None or shown is self.viewer.live or shown.state != "running":
            return
        if session.following:
            session.leave()
        if session.running:
            return
        self.runs.begin(shown.folder, shown.config, time.time())
        self.viewer.follow(shown.folder, shown.config)
        session.follow(shown.folder)
        self._announce(f"Following {shown.name}, which another process trains")

    def _rewind(self) -> None:
        live = self.viewer.live
        if live is not None:
            self.viewer.restart(live)

    def _take(self, events: list[Event]) -> None:
        self.viewer.feed(events)
        live = self.viewer.live
        if live is not None and self.runs.update(live.curves):
            self.listed.emit()
        if any(isinstance(event, Paused | Resumed) for event in events):
            self.changed.emit()

    def _end(self, ended: RunEnded) -> None:
        died = self.session.died
        self.last = last = self.viewer.live
        self.runs.end(ended)
        self.viewer.finish(ended, died=died)
        words = {
            "finished": f"Finished after {duration(ended.seconds)}",
            "stopped": ended.message or "Stopped; everything so far is saved",
            "failed": f"Failed: {ended.message}",
        }
        self._announce(words[ended.outcome])
        self.refresh()
        freeing, self._freeing = self._freeing, False
        self.run_ended.emit(ended)
        if freeing and ended.outcome == "stopped" and not died:
            submit(self, free_device, lambda _: self.freed.emit(last), self.failed.emit)

    def _announce(self, sentence: str) -> None:
        self.listed.emit()
        self.said.emit(sentence)
        self.changed.emit()


def _written(extension: Extension, root: Path | None) -> Path:
    folder = new_run_folder(extension.config, root)
    extension.write(folder)
    return folder
