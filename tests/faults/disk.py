"""Faults of the disk under a run: it waits or is stopped, and ends as the run without faults."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from backend.api import (
    DeviceSampled,
    Event,
    Gate,
    Paused,
    Resumed,
    RunEnded,
    StepEnded,
    TaskScored,
    open_run,
    resume,
    run,
)
from backend.config import RunConfig
from backend.events import to_line
from backend.history import EVENTS, RESULT
from tests.faults.broken_disk import FAULTS, BrokenDisk, Fault
from tests.faults.row import Row
from tests.worlds import tiny_config

_QUICK = tiny_config(method={"name": "simple_cil"})
_WHOLE = tiny_config()


def campaign(count: int, seed: int, folder: Path, *, quick: bool = False) -> Iterator[Row]:
    """Break the disk `count` times, in turn by each of `FAULTS`, at a random moment.

    Every other time the run waits until the disk is back; else it is stopped while it waits, and resumed. Then its
    result, checkpoints and scores must be those of the run without faults, and nothing that it told may be missing.

    Args:
        count: how many runs.
        seed: of the moments.
        folder: for the runs.
        quick: with a method that trains nothing.
    """
    config = _QUICK if quick else _WHOLE
    rng = np.random.default_rng(seed)
    with BrokenDisk(folder / "whole") as disk:
        ended = run(config, folder / "whole", lambda _: None, Gate())
    assert ended.outcome == "finished", ended
    expected, sure = outcome(folder / "whole"), disk.seen
    timed = sum(isinstance(event, StepEnded | DeviceSampled) for event in open_run(folder / "whole").events)
    sure["events", "write"] -= timed  # there are fewer of them on a faster machine
    for number in range(count):
        fault = FAULTS[number % len(FAULTS)]
        times = sure[fault.kind, fault.operation]
        assert times, f"a run does no {fault.operation} of {fault.kind}"
        moment = int(rng.integers(times))
        yield _row(config, folder / f"run-{number:03}", fault, moment, expected, stop=bool(rng.integers(2)))


def _row(config: RunConfig, folder: Path, fault: Fault, moment: int, expected: object, *, stop: bool) -> Row:
    begun = time.monotonic()
    wrong = list(_broken(config, folder, fault, moment, stop=stop))
    if not wrong and outcome(folder) != expected:
        wrong.append("it ended in another way than the run without faults")
    note = f"at number {moment}, {'stopped and resumed' if stop else 'waited for'}"
    failures = tuple(f"{fault}, {note}: {problem}" for problem in wrong)
    return Row(2, str(fault), 1, int(not wrong), time.monotonic() - begun, note, failures)


def _broken(config: RunConfig, folder: Path, fault: Fault, moment: int, *, stop: bool) -> Iterator[str]:
    """Run, break, heal and finish; yield what went wrong."""
    gate, told = Gate(), list[Event]()

    def listen(event: Event) -> None:
        told.append(event)
        if isinstance(event, Paused):
            disk.told_paused()
            if stop:
                gate.stop()

    with BrokenDisk(folder, fault, moment) as disk:
        ended = run(config, folder, listen, gate)
    if not disk.broke:
        yield "the disk did not break"
    if not (folder / EVENTS).exists():  # it could not even begin, and left nothing behind
        yield from _check("after a start that failed", ended.cause == "storage" and not folder.exists())
        ended = run(config, folder, told.append, Gate())
    else:
        yield from _check("no pause was told", any(isinstance(event, Paused) for event in told))
        lines = set((folder / EVENTS).read_bytes().splitlines())
        kept = (event for event in told if not isinstance(event, Paused | Resumed | RunEnded))
        lost = [event.kind for event in kept if to_line(event).encode() not in lines]
        yield from _check(f"lost: {lost}", not lost)
        over = not stop or (folder / RESULT).exists()  # it may have had nothing left to do but to say so
        yield from _check(f"{ended}", ended.outcome == ("finished" if over else "stopped"))
        if stop:
            ended = resume(folder, told.append, Gate())
    yield from _check(f"it did not finish: {ended}", ended.outcome == "finished")


def _check(what: str, holds: bool) -> Iterator[str]:
    if not holds:
        yield what


def outcome(folder: Path) -> tuple[object, ...]:
    """Return all that must be the same: result, scores and the bits of every checkpoint, without times."""
    result = json.loads((folder / RESULT).read_text())
    events = open_run(folder).events
    scores = [event.model_dump(exclude={"at"}) for event in events if isinstance(event, TaskScored)]
    states = {path.parent.name: path.read_bytes() for path in folder.glob("checkpoints/task-*/state.safetensors")}
    left = sorted(path.name for path in folder.rglob(".*"))
    return {key: value for key, value in result.items() if key != "seconds"}, scores, states, left
