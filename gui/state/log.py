"""One readable line for each event that a person would want to read about."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from backend.api import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StageEnded,
    StepEnded,
    StepSaved,
    TaskScored,
    TaskStarted,
    size,
)

Level: TypeAlias = Literal["info", "warning", "error"]

STAGES = {
    "prepare": "Preparing pictures",
    "adapt": "Stage 1: adapting",
    "calibrate": "Calibrating",
    "align": "Stage 2: aligning",
    "evaluate": "Evaluating",
}


_UNTOLD = frozenset({"prepare", "calibrate"})
"""Stages that come several times a task, for each set of pictures; `Calibrated` tells what they were for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log; warnings and errors are also listed as problems."""

    at: float
    level: Level
    text: str
    hint: str = ""

    @property
    def clock(self) -> str:
        """The local time of day."""
        return time.strftime("%H:%M:%S", time.localtime(self.at))


def describe(event: Event) -> Line | None:
    """Return the line of an event, or None for those that only move a progress bar."""
    match event:
        case StepEnded() | StepSaved() | DeviceSampled():
            return None
        case Paused() if event.reason:
            return Line(event.at, "warning", f"Paused: {event.reason}", event.hint)
        case StageEnded() if event.stage in _UNTOLD:
            return None
        case Note():
            return Line(event.at, event.level, event.text, event.hint)
        case RunEnded():
            return Line(event.at, "error" if event.outcome == "failed" else "info", _ended(event), event.hint)
        case Paused() | Resumed():
            return Line(event.at, "info", "Paused" if isinstance(event, Paused) else "Going on")
        case _:
            return Line(event.at, "info", _progress(event))


def _progress(event: RunStarted | TaskStarted | StageEnded | Calibrated | TaskScored | Checkpointed) -> str:
    if isinstance(event, RunStarted):
        return _started(event)
    return f"Task {event.task + 1}: {_of_task(event)}"


def device_words(event: RunStarted) -> str:
    """Return the device of a run and why it was chosen."""
    device, reason = event.device, event.device_reason
    if reason.casefold().startswith(device.casefold()):
        return reason
    return f"{device} ({reason})" if reason else device


def _of_task(event: TaskStarted | StageEnded | Calibrated | TaskScored | Checkpointed) -> str:
    match event:
        case TaskStarted():
            return f"{names(event.classes)} ({event.pictures:,} pictures)"
        case StageEnded():
            return f"{STAGES[event.stage].lower()} took {duration(event.seconds)}"
        case Calibrated():
            return _calibrated(event)
        case TaskScored():
            return f"accuracy {event.accuracy:.1f} %, Avg {event.average:.1f}, forgetting {event.forgetting:.1f}"
        case Checkpointed():
            return f"saved to {event.path} ({size(event.bytes)})"
        case _:
            assert_never(event)


def _started(event: RunStarted) -> str:
    verb = "Started"
    if event.first_task or event.first_stage:
        verb = f"Resumed at task {event.first_task + 1}"
    if event.first_stage:
        verb += f", after step {event.first_step} of {STAGES[event.first_stage].casefold()}"
    tasks = f"{len(event.class_names)} classes in {len(event.tasks)} tasks"
    where = f"on {device_words(event)}, {event.precision}"
    return f"{verb}: {event.method} on {event.dataset}, seed {event.seed}, {tasks}, {where}"


def _calibrated(event: Calibrated) -> str:
    text = f"calibrated {len(event.old_classes)} old classes with {event.calibrator}"
    if event.strength is not None:
        text += f", strength {event.strength:.2f}"
    if event.drift_before is not None and event.drift_after is not None:
        text += f", drift {event.drift_before:.3f} to {event.drift_after:.3f}"
    return f"{text}, took {duration(event.seconds)}"


def _ended(event: RunEnded) -> str:
    if event.outcome == "failed":
        return f"Failed: {event.message}"
    return f"{event.outcome.capitalize()} after {duration(event.seconds)}. {event.message}".rstrip()


def names(classes: Sequence[str], most: int = 6) -> str:
    """Return class names, the first few of them."""
    more = f" and {len(classes) - most} more" if len(classes) > most else ""
    return ", ".join(classes[:most]) + more


def duration(seconds: float) -> str:
    """Return seconds as people write them: 4.2 s, 1:05 min, 2:03 h."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"


def clock(seconds: float) -> str:
    """Return a countdown: 01:41, or 2:03:10."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes:02}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
