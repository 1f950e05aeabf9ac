"""How much memory a window takes that shows a finished run and does nothing, and whether it grows with use.

`python -m tests.benchmarks.memory` runs this part alone; it needs no screen.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tests.benchmarks.probing import probe

Line = tuple[str, str, str]

IDLE_MB = 250
RUNS, TASKS_EACH = 200, 5
"""A thousand tasks, of runs that follow one another."""
TASKS = 1000
"""A thousand tasks of one run."""


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    idle = probe("memory_probe", "idle")
    yield (
        "memory of an idle window",
        f"{idle['mb']:.0f} MB after 10 s with a finished run, torch {'' if idle['torch'] else 'not '}loaded; "
        f"{idle['all_pages']:.0f} MB once every page was seen",
        f"{idle['mb']:.0f} MB (under {IDLE_MB} MB)",
    )
    found = probe("memory_probe", "grow", str(RUNS), str(TASKS_EACH))
    yield _slopes(f"{RUNS} simulated runs of {TASKS_EACH} tasks after one another", found, "no growth")
    found = probe("memory_probe", "grow", "1", str(TASKS))
    yield _slopes(f"one simulated run of {TASKS:,} tasks", found, "no more than its curves")


def _slopes(what: str, found: dict[str, list[float]], wanted: str) -> Line:
    """Judge the second half: what is loaded and cached at first is not growth."""
    tasks, mb, busy = (np.array(found[name]) for name in ("tasks", "mb", "busy"))
    late = tasks >= tasks[-1] / 2
    mb_slope, ms_slope = (np.polyfit(tasks[late], values[late], 1)[0] for values in (mb, 1000 * busy))
    per_task = 1000 * busy[-1] / tasks[-1]
    measured = (
        f"{mb[0]:.0f} MB before, {mb[-1]:.0f} MB after {tasks[-1]:.0f} tasks; "
        f"window's thread {per_task:.1f} ms a task, {ms_slope:.1f} ms in the second half"
    )
    return f"memory over {what}", measured, f"{1000 * mb_slope:+.0f} kB a task in the second half ({wanted})"


if __name__ == "__main__":
    for line in lines():
        print(" | ".join(line))
