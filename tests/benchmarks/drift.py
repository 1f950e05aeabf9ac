"""How fast the slider of the drift page goes through a run of 100 classes in 20 tasks, once its files are read.

`python -m tests.benchmarks.drift` runs this part alone; it needs no screen.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks import probing

Line = tuple[str, str, str]

TASKS, SIZE = 20, 5
ROUNDS = 4
STEP_MS = 16


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    for what, spent in probing.probe("drift", "--probe").items():
        p50, p99 = np.percentile(1000 * np.array(spent), [50, 99])
        yield what, f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", f"{p50:.1f} ms (under {STEP_MS} ms)"


def probe() -> int:
    """Move the slider by program; print the seconds of each step, painting included."""
    from PySide6.QtWidgets import QApplication

    from gui import background, theme
    from gui.pages.drift import DriftPage
    from tests.gui.example_means import example

    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    page = DriftPage()
    page.resize(1000, 760)
    page.show()
    with TemporaryDirectory() as scratch:
        page.show_run(example(Path(scratch) / "run", tasks=TASKS, size=SIZE))
        while page.state is None or page.state.next_job() is not None or page._later.isActive():
            background.wait()
            app.processEvents()

    def timed(act: Callable[[], object]) -> float:
        begun = time.perf_counter()
        act()
        app.processEvents()
        return time.perf_counter() - begun

    steps, rest = [], []
    for index in list(range(TASKS - 1)) * ROUNDS:
        steps.append(timed(lambda index=index: page.bar.slider.setValue(index)))
        page._later.stop()
        rest.append(timed(page._refresh_rest))
    page.hide()
    name = f"drift page, {TASKS * SIZE} classes x {TASKS} tasks"
    print(json.dumps({f"{name}, slider: map and plan": steps, f"{name}, then: classes and curves": rest}))
    return 0


if __name__ == "__main__":
    if "--probe" in sys.argv:
        sys.exit(probe())
    for line in lines():
        print(" | ".join(line))
