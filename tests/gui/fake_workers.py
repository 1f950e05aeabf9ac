"""Workers without processes: a test says what they say."""

from __future__ import annotations

from pathlib import Path

from backend.api import RunEnded
from gui.carriers.carrier import Over


class FakeWorkers:
    """Stands in for `gui.carriers.workers.Workers`; the newest one made is `FakeWorkers.made[-1]`."""

    made: list[FakeWorkers]

    def __init__(self, command) -> None:
        self.on: list[Path] = []
        self.begun: list[Path] = []
        self.adopted: list[Path] = []
        self.stopped: list[Path] = []
        self.killed: list[Path] = []
        self._said = []
        self.made.append(self)

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(self.on)

    def start(self, folder: Path) -> None:
        self.on.append(folder)
        self.begun.append(folder)

    def adopt(self, folder: Path) -> None:
        self.on.append(folder)
        self.adopted.append(folder)

    def stop(self, folder: Path) -> None:
        self.stopped.append(folder)

    def kill(self, folder: Path) -> None:
        self.killed.append(folder)

    def leave(self) -> None:
        self.on.clear()

    def take(self, most: int):
        taken, self._said = self._said[:most], self._said[most:]
        for folder, item in taken:
            if isinstance(item, Over):
                self.on.remove(folder)
        return taken

    def say(self, folder: Path, *items) -> None:
        self._said += [(folder, item) for item in items]

    def end(self, folder: Path, outcome="finished", message="", *, died=False) -> None:
        self.say(folder, Over(RunEnded(outcome=outcome, seconds=1.0, message=message), died=died))
