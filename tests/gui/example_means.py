"""Made-up class means for the made-up run: what a run folder's `insight` holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backend.api import Calibrated, Event
from backend.insight import FIRST, INSIGHT, FirstMeans, Means, means_name, packed
from gui.state.shown import Shown
from tests.gui.example_run import events

DIMENSIONS = 16


def example(folder: Path, *, tasks: int = 4, size: int = 4, first: bool = True, true: bool = True) -> Shown:
    """Return a finished run whose class means lie in a folder."""
    stream = with_drift(events(tasks=tasks, size=size, steps=2), true=true)
    (folder / INSIGHT).mkdir(parents=True)
    for event, means in stream:
        if means is not None:
            (folder / INSIGHT / means_name(event.task)).write_bytes(packed(means))
    if first:
        places = np.random.default_rng(1).normal(size=(tasks * size, DIMENSIONS)).astype(np.float32)
        kept = FirstMeans(np.arange(tasks * size, dtype=np.int32), places)
        (folder / INSIGHT / FIRST).write_bytes(packed(kept))
    shown = Shown(folder)
    shown.add([event for event, _ in stream])
    return shown


def with_drift(stream, *, true: bool = True) -> list[tuple[Event, Means | None]]:
    """Give each calibration class means, and the drift that these have."""
    made: list[tuple[Event, Means | None]] = []
    for event in stream:
        if not isinstance(event, Calibrated):
            made.append((event, None))
            continue
        means = class_means(len(event.old_classes), len(event.current_classes), seed=event.task, true=true)
        before, after = (np.linalg.norm(part - means.true, axis=1) for part in (means.stored, means.pushed))
        told = {
            "at": event.at + event.task,
            "class_drift_before": tuple(before.tolist()) if true else (),
            "class_drift_after": tuple(after.tolist()) if true else (),
            "drift_before": float(before.mean()) if true else None,
            "drift_after": float(after.mean()) if true else None,
        }
        made.append((event.model_copy(update=told), means))
    return made


def class_means(old: int, current: int, *, seed: int, true: bool = True) -> Means:
    rng = np.random.default_rng(seed)
    stored, before = rng.normal(size=(old, DIMENSIONS)), rng.normal(size=(current, DIMENSIONS))
    shift = 0.3 * rng.normal(size=DIMENSIONS)
    truth = stored + shift if true else np.full_like(stored, np.nan)
    parts = (stored, stored + 0.8 * shift, truth, before, before + shift)
    return Means(*(part.astype(np.float32) for part in parts))
