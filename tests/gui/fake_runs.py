"""Runs without training: a script of events that obeys the gate and leaves a real run folder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from backend.api import Event, Gate, Paused, Resumed, RunConfig, RunEnded
from backend.gate import Stopped
from backend.store import RunFolder
from tests.gui.example_run import events


class Script:
    """Plays `example_run` as `backend.api.run` would; `write` leaves the folder that the engine leaves."""

    def __init__(self, *, write: bool = False, tasks: int = 3, steps: int = 6, fail: str = "") -> None:
        self.write, self.tasks, self.steps, self.fail = write, tasks, steps, fail
        self.step_seconds = 0.0
        self.told: list[Event] = []
        self.thread_name = ""

    def run(self, config: RunConfig, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
        home = RunFolder.create(folder, config) if self.write else None
        return self._play(home, emit, gate)

    def resume(self, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
        return self._play(RunFolder.reopen(folder) if self.write else None, emit, gate)

    def _play(self, home: RunFolder | None, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
        self.thread_name = threading.current_thread().name

        def tell(event: Event) -> None:
            if home is not None:
                home.append(event)
            self.told.append(event)
            emit(event)

        try:
            for event in events(self.tasks, 2, self.steps):
                gate.check(lambda held: tell(Paused() if held else Resumed()))
                time.sleep(self.step_seconds)
                if event.kind != "run_ended":
                    tell(event)
                elif self.fail:
                    event = RunEnded(
                        outcome="failed", seconds=1, message=self.fail, hint="Try again.", details="Traceback"
                    )
            tell(event)
            ended = event
        except Stopped:
            ended = RunEnded(outcome="stopped", seconds=1.0)
            tell(ended)
        if home is not None:
            home.close()
        return ended
