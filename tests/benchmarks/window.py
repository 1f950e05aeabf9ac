"""How soon the window is there, and how smooth it stays while a run trains beside it.

`python -m tests.benchmarks.window --tiny` tries this out with a run of some seconds.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

Line = tuple[str, str, str]

ROOT = Path(__file__).parents[2]
REPEATS = 3
BEAT_MS = 10
STALL_MS = 100


def _as_users_have_it() -> dict[str, str]:
    """Return the environment, but let Python keep compiled modules from one start to the next, as it does by itself."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _probe(*arguments: str) -> Any:
    """Run a probe with settings and runs of its own; return what it found. The picture cache stays the user's."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{name}": f"{home}/{name}" for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME")}
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.window_probe", *arguments],
            cwd=ROOT,
            env=_as_users_have_it() | folders | {"QT_QPA_PLATFORM": "offscreen", "XDG_DOCUMENTS_DIR": home},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def first_paint() -> Iterator[Line]:
    """Seconds from the start of the process to the first paint of the window."""
    seconds: list[float] = []
    torch_loaded = False
    for _ in range(REPEATS):
        started = time.time()
        found = _probe("paint")
        seconds.append(found["painted"] - started)
        torch_loaded |= found["torch"]
    words = "torch is loaded by then" if torch_loaded else "torch not loaded"
    measured = f"best {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s of {REPEATS}; {words}"
    yield "first painted window", measured, f"{statistics.median(seconds):.2f} s (under 2 s)"


def heartbeat(*, tiny: bool) -> Iterator[Line]:
    """Milliseconds between two beats of a 10 ms timer in the window's thread: a stall shows as a long interval."""
    found = _probe("heartbeat", str(BEAT_MS), *(["--tiny"] if tiny else []))
    beats = {phase: 1000 * np.array(intervals) for phase, intervals in found["intervals"].items()}
    training, loading = beats["training"], beats["loading"]
    p50, p99 = np.percentile(training, [50, 99])
    stalls = int((training > STALL_MS).sum())
    yield (
        "heartbeat in training",
        f"{BEAT_MS} ms timer, {len(training)} beats in {found['seconds']['training']:.0f} s: p50 {p50:.0f} ms, "
        f"p99 {p99:.0f} ms, max {training.max():.0f} ms, {stalls} over {STALL_MS} ms",
        f"{p99:.0f} ms (p99 under 33 ms)",
    )
    yield (
        "heartbeat while torch loads",
        f"{len(loading)} beats in {found['seconds']['loading']:.1f} s before training: "
        f"p50 {np.median(loading):.0f} ms, max {loading.max():.0f} ms",
        "once, at the first run",
    )
    everything = np.concatenate([loading, training])
    yield (
        "heartbeat, all of it",
        f"p99 {np.percentile(everything, 99):.0f} ms, max {everything.max():.0f} ms",
        "as a user feels it",
    )


def lines(*, tiny: bool = False) -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    yield from first_paint()
    yield from heartbeat(tiny=tiny)


if __name__ == "__main__":
    for line in lines(tiny="--tiny" in sys.argv):
        print(" | ".join(line))
