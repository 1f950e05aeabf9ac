"""How fast an accuracy matrix and a confusion matrix are drawn anew, and how fast they answer to the pointer.

`python -m tests.benchmarks.matrix` runs this part alone; it needs no screen.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from tests.benchmarks import probing

Line = tuple[str, str, str]

TURNS = 60
REDRAW_MS, HOVER_MS = 16, 4


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    for what, spent in probing.probe("matrix", "--probe").items():
        p50, p99 = np.percentile(1000 * np.array(spent), [50, 99])
        most = HOVER_MS if what.endswith("pointer") else REDRAW_MS
        wanted = f"under {most} ms" if "1,000" not in what else "works"
        yield what, f"{len(spent)} times: p50 {p50:.1f} ms, p99 {p99:.1f} ms", f"{p50:.1f} ms ({wanted})"


def probe() -> int:
    """Draw by program; print the seconds of each redraw, painting included."""
    from PySide6.QtWidgets import QApplication

    from gui import theme
    from gui.charts.heatmap import HeatMap
    from gui.charts.matrix import MatrixChart
    from gui.state.confusion import Question, table_of
    from gui.state.curves import Curves
    from gui.widgets.confusion_grid import grid_of
    from tests.gui.example_run import events

    app = QApplication([])
    theme.apply(app, theme.LIGHT)
    rng = np.random.default_rng(0)

    def times(act: Callable[[int], None]) -> list[float]:
        spent = []
        for turn in range(TURNS):
            begun = time.perf_counter()
            act(turn)
            QApplication.processEvents()
            spent.append(time.perf_counter() - begun)
        return spent[1:]

    def accuracy(tasks: int) -> MatrixChart:
        chart = MatrixChart()
        chart.resize(900, 700)
        chart.show()
        curves = Curves(events(tasks=tasks, size=1, steps=1))
        scores = curves.scores[:]

        def row_by_row(turn: int) -> None:
            """Take a row away, and give it back."""
            curves.scores[:] = scores[: len(scores) - turn % 2]
            curves.revision += 1
            chart.show_curves(curves)

        found[f"accuracy matrix {tasks:,} x {tasks:,}, a row more"] = times(row_by_row)
        return chart

    def point(map: HeatMap, turn: int) -> None:
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        where = QPointF(200 + 5 * turn, 150 + 5 * turn)
        none = Qt.MouseButton.NoButton
        move = QMouseEvent(QEvent.Type.MouseMove, where, where, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(map, move)

    def confusion(tasks: int, size: int) -> HeatMap:
        classes = tasks * size
        counts = rng.integers(0, 3, (classes, classes)) + 40 * np.eye(classes, dtype=np.int64)
        dealt = tuple(tuple(f"striped green anchor {t} {c}" for c in range(size)) for t in range(tasks))
        map = HeatMap("Confusion", theme.LIGHT)
        map.resize(900, 700)
        map.show()
        question = Question(after=tasks - 1)
        grids = [grid_of(table_of(counts + turn, dealt, question), question) for turn in range(2)]
        what = f"confusion matrix {classes:,} x {classes:,}"
        found[what] = times(lambda turn: map.show_grid(grids[turn % 2], theme.LIGHT))
        return map

    found: dict[str, list[float]] = {}
    charts = [accuracy(100)]
    map = confusion(10, 10)
    map.resize(1900, 1050)
    map.zoom(5.3)
    what = "confusion matrix 100 x 100, zoomed until numbers fit"
    found[what] = times(lambda turn: map.zoom(0.1 if turn % 2 else -0.1))
    found["confusion matrix 100 x 100, pointer"] = times(lambda turn: point(map, turn))
    maps = [map, confusion(100, 10)]
    charts.append(accuracy(1000))
    found["accuracy matrix 1,000 x 1,000, pointer"] = times(lambda turn: point(charts[-1]._map, turn))
    for widget in (*charts, *maps):
        widget.hide()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    if "--probe" in sys.argv:
        sys.exit(probe())
    for line in lines():
        print(" | ".join(line))
