"""Whether the window and the run still come round: a watchdog for the one, a count of silent seconds for the other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from backend.api import log_folder
from gui.background import submit
from gui.control import Control
from gui.parts import Parts
from gui.state.silence import Silence, words
from gui.watchdog import Watchdog

_HINT = "It may be in a very long step. Stop ends it after that step; what was saved is kept."


class Watching(QObject):
    """One for a window; `tick` is called every second."""

    def __init__(self, control: Control, parts: Parts, parent: QObject) -> None:
        super().__init__(parent)
        self._control, self._parts = control, parts
        self.silence = Silence()
        self.watchdog = Watchdog(log_folder(), self)
        control.session.began.connect(self._heard)
        control.session.events.connect(self._heard)
        control.changed.connect(self._changed)
        control.viewer.switched.connect(self.tick)

    def tick(self) -> None:
        """Say since when the run that is on has said nothing, or that all is well."""
        live, shown = self._control.viewer.live, self._control.viewer.shown
        seconds = self.silence.tick(held=live.curves.paused) if live is not None else None
        text = words(seconds, live.curves) if live is not None and seconds is not None else ""
        self._parts.status.warn(text, _HINT)
        self._parts.live.alarm.show_text(text if shown is live else "", _HINT)

    def stop(self) -> None:
        """Watch no longer: the window closes."""
        self.watchdog.stop()

    def open_log(self) -> None:
        """Show the folder that the watchdog writes to."""
        folder = self.watchdog.folder
        submit(self, lambda: _made(folder), _open, self._control.failed.emit)

    def _heard(self) -> None:
        self.silence.end()
        self.tick()

    def _changed(self) -> None:
        if not self._control.session.running:
            self.tick()


def _made(folder: Path) -> Path:
    """Return the folder; it is not there as long as nothing was written."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _open(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
