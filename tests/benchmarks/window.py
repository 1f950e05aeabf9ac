"""How soon the window is there, and how smooth it stays while a run trains beside it.

`python -m tests.benchmarks.window --tiny` tries this out with a run of some seconds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.probing import probe

Line = tuple[str, str, str]

REPEATS = 3
BEAT_MS = 10
STALL_MS = 100
SLOT_MS = 4
WORST = 10


def first_paint() -> Iterator[Line]:
    """Seconds from the start of the process to the first paint of the window."""
    seconds: list[float] = []
    torch_loaded = False
    for _ in range(REPEATS):
        started = time.time()
        found = probe("window_probe", "paint")
        seconds.append(found["painted"] - started)
        torch_loaded |= found["torch"]
    words = "torch is loaded by then" if torch_loaded else "torch not loaded"
    measured = f"best {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s of {REPEATS}; {words}"
    yield "first painted window", measured, f"{statistics.median(seconds):.2f} s (under 2 s)"


def heartbeat(where: str, most: int, *, tiny: bool) -> Iterator[Line]:
    """Milliseconds between two beats of a 10 ms timer in the window's thread: a stall shows as a long interval.

    Args:
        where: `thread` or `process`: where the demo trains.
        most: milliseconds that 99 of 100 intervals must stay below.
        tiny: try it out with a run of some seconds.
    """
    found = probe("window_probe", "heartbeat", str(BEAT_MS), where, *(["--tiny"] if tiny else []))
    beats = {phase: 1000 * np.array(intervals) for phase, intervals in found["intervals"].items()}
    training, loading = beats["training"], beats["loading"]
    p50, p99 = np.percentile(training, [50, 99])
    stalls = int((training > STALL_MS).sum())
    yield (
        f"heartbeat, training in the {where}",
        f"{BEAT_MS} ms timer, {found['charts']} charts, {len(training)} beats in {found['seconds']['training']:.0f} s: "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {training.max():.0f} ms, {stalls} over {STALL_MS} ms",
        f"{p99:.0f} ms (p99 under {most} ms)",
    )
    yield (
        f"the same, before: torch loads in the {where}",
        f"{len(loading)} beats in {found['seconds']['loading']:.1f} s: "
        f"p50 {np.median(loading):.0f} ms, max {loading.max():.0f} ms",
        "once, at the first run",
    )
    yield from _slots(where, found["slots"])


def _slots(where: str, slots: dict[str, list[float]]) -> Iterator[Line]:
    """Tell which slots of the window's thread took longest, by the thread's own work."""
    took = {name: 1000 * np.array(spent) for name, spent in slots.items()}
    over = sum(int((spent > SLOT_MS).sum()) for spent in took.values())
    count = sum(map(len, took.values()))
    for name in sorted(took, key=lambda name: -np.percentile(took[name], 99))[:WORST]:
        spent = took[name]
        measured = f"{len(spent)} times: p50 {np.median(spent):.1f} ms, max {spent.max():.1f} ms"
        yield f"slot, training in the {where}: {name}", measured, f"p99 {np.percentile(spent, 99):.1f} ms"
    yield f"slots, training in the {where}", f"{over} of {count:,} over {SLOT_MS} ms", f"each under {SLOT_MS} ms"


def lines(*, tiny: bool = False) -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    yield from first_paint()
    for where, most in (("thread", 33), ("process", 25)):
        yield from heartbeat(where, most, tiny=tiny)


if __name__ == "__main__":
    for line in lines(tiny="--tiny" in sys.argv):
        print(" | ".join(line))
