"""A finished run that is told again up to the midst of its last task but one, as if it were trained just now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from backend.api import Event, Gate, RunConfig, RunEnded, open_run
from gui.state.curves import Curves

SHARE = 0.6
"""Of stage 1, at which the picture is taken."""


def is_moment(curves: Curves) -> bool:
    """Tell whether charts are live and partly filled: the last task but one is being learned."""
    midway = curves.stage == "adapt" and curves.step >= SHARE * curves.steps
    return curves.task == max(0, len(curves.tasks) - 2) and midway


def beginning(events: Sequence[Event]) -> Iterator[Event]:
    """Yield what a run said up to the moment, as if it were said just now."""
    curves, before = Curves(), []
    for event in events:
        curves.add(event)
        before.append(event)
        if is_moment(curves):
            break
    late = time.time() - before[-1].at
    return (event.model_copy(update={"at": event.at + late}) for event in before)


class Replay:
    """Says again what a run said, then waits to be stopped."""

    def __init__(self, folder: Path) -> None:
        record = open_run(folder)
        self.config, self._events = record.config, record.events

    def run(self, config: RunConfig, folder: Path, emit: Callable[[Event], None], gate: Gate) -> RunEnded:
        folder.mkdir(parents=True, exist_ok=True)
        for event in beginning(self._events):
            emit(event)
        while not gate.stopping:
            time.sleep(0.01)
        ended = RunEnded(at=time.time(), outcome="stopped", seconds=0.0)
        emit(ended)
        return ended
