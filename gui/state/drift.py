"""What the drift page shows of a run: its calibrations, which one is chosen, and where class means lie in one plane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from backend.api import Calibrated, Means, Plane, RunFolderError, StudioError, distances, read_first, read_means
from gui.state.curves import Curves, task_name

Points: TypeAlias = NDArray[np.float64]
Key: TypeAlias = tuple[int, float]
"""Which calibration: its task and when it was; a run that is resumed may calibrate a task anew."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The one plane of a run.

    Attributes:
        plane: the plane.
        fitted_on: what it was fitted on, in words.
        hint: why on that, where it is not the usual choice.
    """

    plane: Plane
    fitted_on: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Class means around one calibration: places in the plane `(n, 2)`, distances in all dimensions `(n,)`.

    Attributes:
        stored: old classes before stage 1, as they were stored.
        pushed: old classes after calibration.
        true: old classes under the encoder after stage 1; NaN where that is not known.
        before: current classes before stage 1.
        after: current classes after it.
        pushed_by: how far calibration moved each old class.
        moved_by: how far stage 1 moved each current class.
    """

    stored: Points
    pushed: Points
    true: Points
    before: Points
    after: Points
    pushed_by: Points
    moved_by: Points


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class at one calibration.

    Attributes:
        name: the class.
        task: the task in which it was learned, from 0; -1 where that is unknown.
        old: whether it was stored; the others are those of the current task.
        moved: how far calibration moved its stored mean, or stage 1 the mean of a current class; None if unknown.
        before: distance of the stored mean from the true one before calibration; None if unknown.
        after: the same after it.
    """

    name: str
    task: int
    old: bool
    moved: float | None = None
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read for one calibration; nothing where the run kept no class means."""

    key: Key
    frame: Frame | None = None
    scene: Scene | None = None


class DriftState:
    """View state of the drift page. Not thread-safe: it belongs to the thread that draws."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calibrations: tuple[Calibrated, ...] = ()
        self.tasks: tuple[tuple[str, ...], ...] = ()
        self.index = 0
        """Which calibration is shown."""
        self.follows = True
        """Whether the newest calibration is shown as soon as it is there."""
        self.selected: str | None = None
        """The class that is highlighted everywhere."""
        self.frame: Frame | None = None
        self.readings: dict[Key, Reading | StudioError] = {}
        """By calibration: what was read, or why it could not be."""

    # --- what is shown ---

    def update(self, curves: Curves) -> None:
        """Take the calibrations of a run as far as it is known."""
        self.calibrations = tuple(curves.calibrations)
        self.tasks = curves.tasks
        keys = {key_of(event) for event in self.calibrations}
        if not keys & self.readings.keys():
            self.frame = None  # nothing that was drawn in it is left
        self.readings = {key: reading for key, reading in self.readings.items() if key in keys}
        self.index = len(self.calibrations) - 1 if self.follows else min(self.index, len(self.calibrations) - 1)
        self.index = max(0, self.index)

    @property
    def event(self) -> Calibrated | None:
        """The calibration that is shown."""
        return self.calibrations[self.index] if self.calibrations else None

    @property
    def reading(self) -> Reading | StudioError | None:
        """What is known of the means at the shown calibration; None while that is being read."""
        return self.readings.get(key_of(self.event)) if self.event else None

    @property
    def scene(self) -> Scene | None:
        """The shown calibration in the plane, if it is there."""
        return self.reading.scene if isinstance(self.reading, Reading) else None

    @property
    def scenes(self) -> list[Scene]:
        """All that were read."""
        return [r.scene for r in self.readings.values() if isinstance(r, Reading) and r.scene is not None]

    @property
    def progress(self) -> tuple[int, int]:
        """How many calibrations were read, of how many."""
        return len(self.readings), len(self.calibrations)

    def rows(self) -> tuple[ClassRow, ...]:
        """Return the old classes, then the current ones, of the shown calibration."""
        event, scene = self.event, self.scene
        if event is None:
            return ()
        task_of = {name: task for task, names in enumerate(self.tasks) for name in names}
        pushed_by, moved_by = (scene.pushed_by.tolist(), scene.moved_by.tolist()) if scene else ((), ())
        columns = (pushed_by, event.class_drift_before, event.class_drift_after)
        old = [
            ClassRow(name, task_of.get(name, -1), True, *(_at(column, i) for column in columns))
            for i, name in enumerate(event.old_classes)
        ]
        current = [ClassRow(name, event.task, False, _at(moved_by, i)) for i, name in enumerate(event.current_classes)]
        return (*old, *current)

    # --- what the user does ---

    def go(self, index: int) -> None:
        """Show a calibration; the newest one is followed."""
        last = len(self.calibrations) - 1
        self.index = max(0, min(index, last))
        self.follows = self.index >= last

    def go_to_task(self, task: int) -> None:
        """Show the calibration nearest to a task."""
        if self.calibrations:
            self.go(min(range(len(self.calibrations)), key=lambda i: abs(self.calibrations[i].task - task)))

    # --- what is read ---

    def next_job(self) -> tuple[Key, Callable[[], Reading]] | None:
        """Return what must be read next, for the pool: what is shown, then what is nearest to it; None when all is."""
        unread = [i for i, event in enumerate(self.calibrations) if key_of(event) not in self.readings]
        if not unread:
            return None
        event = self.calibrations[min(unread, key=lambda i: abs(i - self.index))]
        return key_of(event), partial(read, self.folder, event, self.calibrations, self.frame)

    def add(self, key: Key, found: Reading | StudioError) -> None:
        """Take what was read, or why it could not be; the first plane stays that of the run."""
        if key not in map(key_of, self.calibrations):
            return
        self.readings[key] = found
        if isinstance(found, Reading):
            self.frame = self.frame or found.frame


def key_of(event: Calibrated) -> Key:
    """Return which calibration an event is about."""
    return event.task, event.at


def read(folder: Path, event: Calibrated, calibrations: Sequence[Calibrated], frame: Frame | None) -> Reading:
    """Read the class means around a calibration and put them into the run's plane, which is fitted if need be.

    Raises:
        StudioError: a file is damaged or cannot be read.
    """
    means = read_means(folder, event.task)
    if means is None:
        return Reading(key_of(event))
    frame = frame or fit(folder, calibrations)
    return Reading(key_of(event), frame, _scene(means, event, frame) if frame else None)


def fit(folder: Path, calibrations: Sequence[Calibrated]) -> Frame | None:
    """Return the plane of a run: that of all classes under the first encoder, or else of the first calibration.

    Raises:
        StudioError: a file is damaged or cannot be read.
    """
    first = read_first(folder)
    if first is not None:
        return Frame(Plane.fit(first.means), f"the first encoder's {len(first.means)} class means")
    for event in calibrations:
        means = read_means(folder, event.task)
        if means is not None:
            plane = Plane.fit(np.concatenate([means.stored, means.before]))
            words = f"the class means before stage 1 of {task_name(event.task)}"
            return Frame(plane, words, "those of the first encoder were not kept")
    return None


def _scene(means: Means, event: Calibrated, frame: Frame) -> Scene:
    sizes = (len(means.stored), len(means.before))
    if sizes != (len(event.old_classes), len(event.current_classes)):
        raise RunFolderError(
            f"The class means of task {event.task + 1} are not those of its calibration.",
            "The file is from another run, or the run was changed meanwhile.",
        )
    place = frame.plane.project
    return Scene(
        stored=place(means.stored),
        pushed=place(means.pushed),
        true=place(means.true),
        before=place(means.before),
        after=place(means.after),
        pushed_by=distances(means.pushed, means.stored),
        moved_by=distances(means.after, means.before),
    )


def _at(values: Sequence[float | None], index: int) -> float | None:
    return values[index] if index < len(values) else None
