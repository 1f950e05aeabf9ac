"""A queue in which two workers are killed: the others finish, the two are shown, and resumed they lose nothing."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from backend.api import Gate, Queue, Turn, prepare_run
from backend.history import EVENTS, RESULT
from backend.supervise import BEGIN, LOG
from tests.faults.row import Row
from tests.scripted import tiny_command
from tests.worlds import tiny_config

VICTIMS = 2
JOBS = 2
MOMENTS = (1, 40)
"""From and to (exclusive) how many events a victim dies; on any machine a whole run writes 50 at least."""


def campaign(count: int, seed: int, folder: Path) -> Iterator[Row]:
    """Queue `count` runs of one configuration and kill two of their workers.

    Since all are the same run, every result must be the same.
    """
    begun = time.monotonic()
    rng = np.random.default_rng(seed)
    folders = [folder / f"run-{i:02}" for i in range(count)]
    moments = {folders[i]: int(rng.integers(*MOMENTS)) for i in rng.choice(count, VICTIMS, replace=False)}
    for path in folders:
        prepare_run(tiny_config(), path)

    def tell(turn: Turn) -> None:
        if turn.fate == "running" and turn.folder in moments:
            threading.Thread(target=_kill, args=(turn.folder, moments[turn.folder]), daemon=True).start()

    turns = Queue(folders, JOBS, tiny_command).work(tell, Gate())
    others = [turn for turn in turns if turn.folder not in moments]
    yield _row(3, "worker killed in a queue: the others", others, "finished", begun)
    victims = [turn for turn in turns if turn.folder in moments]
    note = f"after {' and '.join(str(moments[turn.folder]) for turn in victims)} events"
    yield _row(3, "worker killed in a queue: it is shown", victims, "killed", begun, note)

    begun = time.monotonic()
    again = Queue(moments, JOBS, tiny_command).work(lambda _: None, Gate())
    expected = _result(others[0].folder)
    wrong = tuple(f"{turn.folder.name}: {turn.fate}" for turn in again if _result(turn.folder) != expected)
    note = "the same result as a run that was never killed"
    seconds = time.monotonic() - begun
    yield Row(1, "killed in a queue, then resumed", VICTIMS, VICTIMS - len(wrong), seconds, note, wrong)


def _row(promise: int, fault: str, turns: list[Turn], fate: str, begun: float, note: str = "") -> Row:
    wrong = tuple(f"{turn.folder.name}: {turn.fate} {turn.message}" for turn in turns if turn.fate != fate)
    return Row(promise, fault, len(turns), len(turns) - len(wrong), time.monotonic() - begun, note, wrong)


def _kill(folder: Path, moment: int) -> None:
    """Kill the worker of a run folder once it has written `moment` events."""
    while (folder / EVENTS).read_bytes().count(b"\n") < moment:
        if (folder / RESULT).exists():
            return  # too late, which the table will show
        time.sleep(0.002)
    _, pid = (folder / LOG).read_bytes().split(BEGIN)
    os.kill(int(pid.split(b",")[0]), signal.SIGKILL)


def _result(folder: Path) -> dict[str, object]:
    """Return result.json without what time it took; empty where there is none."""
    path = folder / RESULT
    result = json.loads(path.read_text()) if path.exists() else {}
    return {key: value for key, value in result.items() if key != "seconds"}
