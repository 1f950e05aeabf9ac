"""How soon many long runs are there, their curves included, and how smooth their list stays.

`python -m tests.benchmarks.runs` runs this part alone; it needs no screen, and 300 MB in the temporary folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

Line = tuple[str, str, str]

ROOT = Path(__file__).parents[2]
RUNS, EVENTS, MANY = 200, 10_000, 1_000
REPEATS = 3


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{name}": f"{home}/{name}" for name in ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME")}
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.runs", "--probe", f"{home}/runs"],
            cwd=ROOT,
            env=os.environ | folders | {"QT_QPA_PLATFORM": "offscreen"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"the probe of the run list failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    warm, cold = found["warm"], found["cold"]
    what = f"{RUNS} runs of {EVENTS:,} events"
    yield (
        f"open {what}, from the index",
        f"list {1000 * warm['list']:.0f} ms, on screen {1000 * warm['screen']:.0f} ms, curves with all losses "
        f"{1000 * warm['curves']:.0f} ms (scores alone {1000 * warm['told']:.0f} ms); best of {REPEATS}",
        f"{_all(warm):.2f} s (under 2 s)",
    )
    yield (
        f"open {what}, the first time ever",
        f"list {cold['list']:.2f} s, on screen {cold['screen']:.2f} s, curves with all losses {cold['curves']:.1f} s "
        f"(scores alone {cold['told']:.1f} s), read in the pool; the index takes {found['bytes'] / 1e6:.0f} MB",
        f"{_all(cold):.1f} s, once",
    )
    smooth = found["smooth"]
    yield (
        f"a list of {MANY:,} runs",
        f"news of one run {1000 * smooth['news']:.1f} ms, a letter in the filter {1000 * smooth['filter']:.0f} ms, "
        f"sorting anew {1000 * smooth['sort']:.0f} ms",
        f"{1000 * smooth['news']:.1f} ms (a slot under 4 ms)",
    )


def _all(seconds: dict[str, float]) -> float:
    """Return the seconds until list and curves are there."""
    return seconds["list"] + seconds["screen"] + seconds["curves"]


def probe(root: Path) -> int:
    """Make the runs; print the seconds that each part of opening them takes, without and with an index."""
    from backend.index import place_of
    from gui import theme
    from gui.app import make_app

    theme.apply(make_app(), theme.LIGHT)
    _make(root)
    cold = _open(root)
    warm = [_open(root) for _ in range(REPEATS)]
    best = {name: min(one[name] for one in warm) for name in cold}
    size = place_of(root).stat().st_size
    print(json.dumps({"cold": cold, "warm": best, "bytes": size, "smooth": _smooth(root)}))
    return 0


def _make(root: Path) -> None:
    from backend.api import RunConfig
    from backend.events import to_line
    from backend.store import RunFolder
    from tests.gui.example_run import events

    text = "".join(to_line(event) + "\n" for event in events(10, 10, EVENTS // 20))
    for number in range(RUNS):
        folder = root / f"dmc_ot-drawn-s{number}-20260101-0000"
        RunFolder.create(folder, RunConfig()).close()
        (folder / "events.jsonl").write_text(text)


def _open(root: Path) -> dict[str, float]:
    """Return the seconds of each part."""
    from backend.api import indexed_curves, indexed_told, list_runs

    begun = time.perf_counter()
    runs = list_runs(root)
    listed = time.perf_counter()
    _panel(runs)
    shown = time.perf_counter()
    told = [indexed_told(run.folder) for run in runs]
    scored = time.perf_counter()
    curves = [indexed_curves(run.folder) for run in runs]
    ended = time.perf_counter()
    assert all(len(one.scores) == 10 for one in told)
    assert sum(len(one.adapt) + len(one.align) for one in curves) >= RUNS * EVENTS
    return {"list": listed - begun, "screen": shown - listed, "told": scored - shown, "curves": ended - scored}


def _panel(runs):
    """Return the list of runs as a window shows it, painted."""
    from PySide6.QtWidgets import QApplication

    from gui.docks.runs import RunsPanel
    from gui.state.runs import RunList

    kept = RunList()
    kept.replace(runs)
    panel = RunsPanel(kept)
    panel.resize(304, 800)
    panel.show()
    QApplication.processEvents()
    panel.grab()
    return panel, kept


def _smooth(root: Path) -> dict[str, float]:
    from PySide6.QtCore import Qt

    from backend.api import list_runs

    (one, *_) = list_runs(root)
    many = [replace(one, folder=root / f"{n}", name=f"{n}", started=one.started + n) for n in range(MANY)]
    panel, kept = _panel(many)

    def news() -> None:
        many[MANY // 2] = replace(many[MANY // 2], last=time.perf_counter())
        kept.replace(many)
        panel.refresh()

    def filter_() -> None:
        panel.filter.setText("" if panel.filter.text() else "dmc 5")

    def sort() -> None:
        panel.proxy.sort(2 if panel.proxy.sortColumn() == 1 else 1, Qt.SortOrder.DescendingOrder)

    deeds = {"news": news, "filter": filter_, "sort": sort}
    return {name: min(_timed(deed) for _ in range(2 * REPEATS)) for name, deed in deeds.items()}


def _timed(deed) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


if __name__ == "__main__":
    if "--probe" in sys.argv:
        sys.exit(probe(Path(sys.argv[-1])))
    for line in lines():
        print(" | ".join(line))
