"""Hundreds of short runs started and stopped in one process: nothing may grow."""

from __future__ import annotations

import gc
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from backend.api import Gate, resume, run
from tests.faults.row import Row
from tests.worlds import tiny_config

METHODS = ("dmc_ot", "simple_cil", "fine_tune", "zero_shot")
WARM = 0.2
"""Share of the runs after which caches are full and memory is compared."""
MOST_GROWTH = 0.1
"""Megabytes a run: more than noise, less than one leaked encoder, which takes 33."""


def campaign(count: int, seed: int, folder: Path) -> Iterator[Row]:
    """Run `count` tiny runs in threads, as the window does; every other one is stopped at a random step and resumed."""
    begun, draw, process = time.monotonic(), random.Random(seed), psutil.Process()
    memory: list[float] = []
    threads: list[int] = []
    failed: list[str] = []
    for number in range(count):
        home = folder / f"run-{number}"
        stop = draw.random() < 0.5
        outcome = _in_thread(home, METHODS[number % len(METHODS)], draw.uniform(0, 0.8) if stop else None)
        if outcome != "finished":
            failed.append(f"run {number}: {outcome}")
        shutil.rmtree(home)
        gc.collect()
        memory.append(process.memory_info().rss / 2**20)
        threads.append(process.num_threads())
    seconds = time.monotonic() - begun
    yield Row(3, "short runs in one process: finished", count, count - len(failed), seconds, failures=tuple(failed))
    warm = int(count * WARM)
    slope = float(np.polyfit(range(count - warm), memory[warm:], 1)[0])
    note = f"{memory[warm]:.0f} MB after {warm} runs, {memory[-1]:.0f} MB after all: {1000 * slope:+.0f} kB a run"
    yield Row(3, "their memory stays", 1, int(slope < MOST_GROWTH), seconds, note)
    note = f"{threads[warm]} after {warm} runs, {threads[-1]} after all"
    yield Row(3, "their number of threads stays", 1, int(threads[-1] <= threads[warm]), seconds, note)


def _in_thread(home: Path, method: str, stop_after: float | None) -> str:
    """Run to the end, stopping once and resuming where asked; return the outcome."""
    ends: list[str] = []

    def work() -> None:
        gate = Gate()
        if stop_after is not None:
            threading.Timer(stop_after, gate.stop).start()
        ended = run(tiny_config(split={"classes_per_task": 4}, method={"name": method}), home, lambda _: None, gate)
        if ended.outcome == "stopped":
            ended = resume(home, lambda _: None, Gate())
        ends.append(ended.outcome)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return ends[0]
