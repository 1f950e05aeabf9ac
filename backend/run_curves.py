"""What is drawn of a run: how it started, its scores and its losses, from the index where it is quiet."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from backend.events import Event, RunEnded, RunStarted, Stage, StepEnded, TaskScored
from backend.history import EVENTS, is_being_written, read_events
from backend.index import Stamp, ask, stamp_of

if TYPE_CHECKING:
    from sqlite3 import Connection

Points: TypeAlias = NDArray[np.void]
Trained: TypeAlias = Literal["adapt", "align"]
_Point: TypeAlias = tuple[int, int, int, float]

POINT: Final = np.dtype([("task", "<u4"), ("step", "<u4"), ("steps", "<u4"), ("loss", "<f8")])
"""`task` counts from 0, `step` from 1; `steps` are those of the stage in that task."""
_ORDER: Final[tuple[Stage, ...]] = ("prepare", "adapt", "calibrate", "align", "evaluate")
_MILESTONES: Final = ("run_started", "task_scored", "run_ended")


class Told(BaseModel):
    """The milestones of a run; what a resumed run superseded is left out."""

    model_config = ConfigDict(frozen=True)

    started: RunStarted | None = None
    """None before it started."""
    scores: tuple[TaskScored, ...] = ()
    """One a finished task, in order."""
    ended: RunEnded | None = None
    """None while it goes on, or where it was cut off."""


@dataclass(frozen=True, slots=True, eq=False)
class RunCurves:
    """A run in numbers.

    Attributes:
        told: its milestones.
        adapt: the losses of stage 1 `(n,)`, one a step that told it; fields as in `POINT`.
        align: the same of stage 2.
    """

    told: Told
    adapt: Points
    align: Points


def indexed_told(folder: Path) -> Told:
    """Return the milestones of a run: read from its events once, from the index after that.

    Raises:
        RunFolderError: events.jsonl is damaged, or cannot be read.
    """
    name, now = os.fsencode(folder.name), stamp_of(folder, EVENTS)
    told = ask(folder.parent, lambda index: _read_told(index, name, now), None)
    if told is not None:
        return told
    told = _fold(read_events(folder, _MILESTONES)).told()
    _keep(folder, (name, now, _to_json(told), None, None))
    return told


def indexed_curves(folder: Path) -> RunCurves:
    """Return what is drawn of a run: read from its events once, from the index after that.

    Raises:
        RunFolderError: events.jsonl is damaged, or cannot be read.
    """
    name, now = os.fsencode(folder.name), stamp_of(folder, EVENTS)
    curves = ask(folder.parent, lambda index: _read_curves(index, name, now), None)
    if curves is not None:
        return curves
    fold = _fold(read_events(folder, (*_MILESTONES, "step_ended")))
    curves = RunCurves(fold.told(), np.array(fold.points["adapt"], POINT), np.array(fold.points["align"], POINT))
    _keep(folder, (name, now, _to_json(curves.told), curves.adapt.tobytes(), curves.align.tobytes()))
    return curves


_READ: Final = "FROM curves WHERE name = ? AND stamp = ?"


def _read_told(index: Connection, name: bytes, now: Stamp) -> Told | None:
    row: tuple[bytes] | None = index.execute(f"SELECT told {_READ}", (name, now)).fetchone()
    return _parse(row[0]) if row else None


def _read_curves(index: Connection, name: bytes, now: Stamp) -> RunCurves | None:
    question = f"SELECT told, adapt, align {_READ} AND adapt NOT NULL"
    row: tuple[bytes, bytes, bytes] | None = index.execute(question, (name, now)).fetchone()
    told = _parse(row[0]) if row else None
    if row is None or told is None or any(len(points) % POINT.itemsize for points in row[1:]):
        return None
    return RunCurves(told, np.frombuffer(row[1], POINT), np.frombuffer(row[2], POINT))


def _keep(folder: Path, line: tuple[bytes, Stamp, bytes, bytes | None, bytes | None]) -> None:
    """Put a run that is quiet into the index; without losses where they were not read."""
    if not is_being_written(folder):
        ask(folder.parent, lambda index: _write(index, line), None)


def _write(index: Connection, line: tuple[bytes, Stamp, bytes, bytes | None, bytes | None]) -> None:
    index.execute("INSERT OR REPLACE INTO curves VALUES (?, ?, ?, ?, ?)", line)


def _to_json(told: Told) -> bytes:
    return told.model_dump_json().encode()


def _parse(text: bytes) -> Told | None:
    try:
        return Told.model_validate_json(text)
    except ValueError:  # it is read again from its folder
        return None


@dataclass(slots=True)
class _Fold:
    started: RunStarted | None = None
    ended: RunEnded | None = None
    scores: list[TaskScored] = field(default_factory=list[TaskScored])
    points: dict[Trained, list[_Point]] = field(default_factory=lambda: {"adapt": [], "align": []})

    def told(self) -> Told:
        return Told(started=self.started, scores=tuple(self.scores), ended=self.ended)

    def start(self, event: RunStarted) -> None:
        """Begin, or go on: what was seen of the task at which it goes on, and of later ones, is superseded."""
        self.started, self.ended = event, None
        first, kept = event.first_task, _ORDER.index(event.first_stage) if event.first_stage else -1
        del self.scores[first:]
        for stage, points in self.points.items():
            whole = np.inf if _ORDER.index(stage) < kept else 0
            last = event.first_step if stage == event.first_stage else whole
            points[:] = [point for point in points if (point[0], point[1]) <= (first, last)]


def _fold(events: Iterable[Event]) -> _Fold:
    fold = _Fold()
    for event in events:
        match event:
            case StepEnded(stage=("adapt" | "align") as stage, loss=float(loss)):
                fold.points[stage].append((event.task, event.step, event.steps, loss))
            case RunStarted():
                fold.start(event)
            case TaskScored():
                del fold.scores[event.task :]
                fold.scores.append(event)
            case RunEnded():
                fold.ended = event
            case _:
                pass
    return fold
