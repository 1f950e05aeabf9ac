"""Between the stages: push what is stored of old classes to the encoder as stage 1 left it."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from backend import insight
from backend.calibration import Array, Pairs, Pushed
from backend.config import CALIBRATORS
from backend.events import Calibrated, Row, Scores
from backend.memory import ClassMemory
from backend.seeding import numpy_generator
from backend.stages.bench import Bench, means_of, to_array
from backend.stages.saves import Saved
from backend.tasks import Task


def calibrate_memory(
    bench: Bench,
    *,
    task: Task,
    memory: ClassMemory,
    old: Sequence[int],
    calibrator: str,
    before: Tensor,
    after: Tensor,
    targets: Tensor,
) -> None:
    """Fit a calibrator on the current task's features before and after stage 1 and push all old classes.

    A memory that was saved calibrated is only put back.

    Args:
        bench: encoder and pulse.
        task: the current task.
        memory: what is stored; changed in place.
        old: the old classes, at least one.
        calibrator: id of a calibrator.
        before: unit-norm features of the current pictures before stage 1 `(n, d)`.
        after: the same after it.
        targets: position of each picture's class in the task `(n,)`.
    """
    if (saved := bench.saves.find("calibrate")) is not None:
        memory.load(saved.tensors, old)
        return
    started = time.monotonic()
    stored = memory.stored(old, to_array(bench.anchors(old)))
    anchors = to_array(bench.anchors(task.classes))
    pairs = Pairs(to_array(before), to_array(after), targets.numpy(), anchors)
    chosen = CALIBRATORS[calibrator]()
    truth = (lambda: bench.truth(old, task.index)) if chosen.peeks else None
    rng = numpy_generator(bench.settings.seed, "calibrate", task.index)
    pushed: Pushed = chosen.push(pairs, stored, rng=rng, truth=truth)
    memory.push(old, pushed.means, pushed.covariances)
    seconds = time.monotonic() - started
    true = _true_means(bench, task, old)
    errors = _errors(stored.means, true), _errors(pushed.means, true)
    labels = pairs.labels
    kept = (stored.means, pushed.means, true, means_of(pairs.before, labels), means_of(pairs.after, labels))
    bench.keep(insight.means_name(task.index), insight.Means(*(part.astype(np.float32) for part in kept)))
    bench.pulse.emit(
        Calibrated(
            task=task.index,
            calibrator=calibrator,
            old_classes=tuple(bench.class_names[c] for c in old),
            current_classes=task.names,
            plan=None if pushed.plan is None else tuple(_row(row) for row in pushed.plan),
            strength=pushed.strength,
            heldout_error=dict(pushed.heldout_error),
            drift_before=_mean(errors[0]),
            drift_after=_mean(errors[1]),
            class_drift_before=errors[0],
            class_drift_after=errors[1],
            seconds=seconds,
        )
    )
    bench.pulse.seconds["calibration"] += seconds
    bench.saves.keep("calibrate", Saved(1, 1, memory.state(old), over=True))


def _true_means(bench: Bench, task: Task, old: Sequence[int]) -> Array:
    """Return the means of old classes under the encoder as it is now; NaN where they are not known."""
    there = set(bench.train.labels.tolist()) if bench.settings.measure_drift else set[int]()
    known = [i for i, c in enumerate(old) if c in there]
    means = np.full((len(old), bench.anchors(old[:1]).shape[1]), np.nan)
    if known:
        means[known] = bench.truth([old[i] for i in known], task.index).means
    return means


def _errors(means: Array, true: Array) -> Scores:
    """Return the distance of each mean from the true one, None where it is unknown; nothing if none is known."""
    distances = _row(np.linalg.norm(means - true, axis=1))
    known = tuple(None if math.isnan(distance) else distance for distance in distances)
    return known if any(distance is not None for distance in known) else ()


def _mean(errors: Scores) -> float | None:
    known = [error for error in errors if error is not None]
    return float(np.mean(known)) if known else None


def _row(values: Array) -> Row:
    return tuple(round(float(value), 6) for value in values)
