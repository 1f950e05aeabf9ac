"""The map of the drift page: stored, calibrated and true class means of one calibration, in the plane of the run."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from backend.api import Calibrated, StudioError
from gui.charts.base import Cell, Elided
from gui.state.curves import Curves, task_name
from gui.state.drift import DriftState, Frame, Points, Scene
from gui.theme import Theme
from gui.widgets.drift_canvas import DriftCanvas
from gui.widgets.drift_keys import Keys
from gui.widgets.drift_paint import Picture
from gui.widgets.drift_panel import DriftPanel
from gui.widgets.drift_signs import map_keys

NOT_KEPT = (
    "This run kept no class means around its calibrations: it is of an earlier version, or they were removed. "
    "What its events tell is in the other charts."
)


class DriftMap(DriftPanel):
    """Marks and arrows in the plane, a legend in words, and what the plane is."""

    id = "drift-map"
    title = "Class means"
    help = (
        "Where each stored class mean was before stage 1, where calibration put it, and where it truly lies now. "
        "All distances that are told are those in all dimensions, of which the map shows two."
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = DriftCanvas(self.theme)
        self.canvas.chosen.connect(self.chosen)
        self.keys = Keys(self.theme)
        self.caption = Elided(Qt.AlignmentFlag.AlignLeft)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.keys)
        column.addWidget(self.caption)
        self.set_body(body)
        self._menu.addSeparator()
        for words, slot in (
            ("Zoom in", lambda: self.canvas.zoom(2)),
            ("Zoom out", lambda: self.canvas.zoom(-2)),
            ("Zoom to this task", self.canvas.fit_task),
            ("Show all tasks", self.canvas.fit),
        ):
            self._menu.addAction(words, slot)

    def stamp(self, curves: Curves) -> object:
        """Return what the others do, and how far reading is: while there is no map, and when all is read."""
        read, all_of_them = self.state.progress if self.state else (0, 0)
        waits = self.state is not None and self.state.reading is None
        return super().stamp(curves), read if waits else read == all_of_them

    def waiting(self, curves: Curves) -> str:
        """Tell why there is no map."""
        reading = self.state.reading if self.state else None
        if reading is None:
            done, of = self.state.progress if self.state else (0, 0)
            return f"Reading class means… {done} of {of}"
        if isinstance(reading, StudioError):
            sentence = reading.sentence.replace(f"{self.state.folder}{os.sep}", "") if self.state else ""
            return f"These class means cannot be shown.\n{sentence}\n{reading.hint}".rstrip()
        return "" if reading.scene else NOT_KEPT

    def draw(self, curves: Curves) -> None:
        """Show the scene."""
        state = self.state
        if state is None or state.scene is None or state.frame is None or state.event is None:
            return
        picture = Picture(state.scene, state.rows())
        self.canvas.show_picture(picture, around(state.scenes), state.selected, self.theme)
        self.keys.show_keys(map_keys(picture, len(curves.tasks), self.theme), self.theme)
        self.caption.set_text(*caption(state.frame))
        self.set_summary(*_summary(state.event))

    def highlight(self, name: str | None) -> None:
        """Select a class."""
        self.canvas.select(name)

    def table(self, curves: Curves) -> list[Sequence[Cell]]:
        """Return every mark of the shown calibration, and the distances in all dimensions."""
        head: list[Sequence[Cell]] = [
            ["task", "class", "learned in", "mean", "x", "y", "moved", "drift before", "drift after"]
        ]
        state = self.state
        if state is None or state.scene is None or state.event is None:
            return head
        return head + _marks(state, state.scene, state.event)

    def restyle(self, theme: Theme) -> None:
        """Nothing to keep: the picture takes the theme as it is drawn."""


def around(scenes: Sequence[Scene]) -> Points:
    """Return all places that the scenes of a run need room for `(n, 2)`: no step of the slider moves the map."""
    places = (part for s in scenes for part in (s.stored, s.pushed, s.true, s.before, s.after))
    return np.concatenate(list(places))


def caption(frame: Frame) -> tuple[str, str]:
    """Return what the plane is, at length and shorter."""
    plane = f"PCA of {frame.fitted_on}, {100 * frame.plane.kept:.0f} % of variance kept"
    why = f"; {frame.hint}" if frame.hint else ""
    return f"Plane: {plane}{why}. Distances told are in all dimensions.", plane


def _summary(event: Calibrated) -> tuple[str, str]:
    if event.drift_before is None or event.drift_after is None:
        return "Drift not measured", ""
    numbers = f"{event.drift_before:.3f} → {event.drift_after:.3f}"
    return f"Mean distance from the true means {numbers}", f"Drift {numbers}"


def _marks(state: DriftState, scene: Scene, event: Calibrated) -> list[Sequence[Cell]]:
    """Return the rows of the table, old classes first, each with all of its marks."""
    rows: list[Sequence[Cell]] = []
    old = len(event.old_classes)
    for index, row in enumerate(state.rows()):
        at = index if row.old else index - old
        kinds = (
            (("stored", scene.stored), ("after calibration", scene.pushed), ("true", scene.true))
            if row.old
            else (("before stage 1", scene.before), ("after stage 1", scene.after))
        )
        for kind, points in kinds:
            place: list[Cell] = [float(v) if np.isfinite(v) else None for v in points[at]]
            learned = task_name(row.task) if row.task >= 0 else None
            rows.append(
                [task_name(event.task), row.name, learned, kind, *place, row.moved, row.before, row.after]
            )  # fmt: skip
    return rows
