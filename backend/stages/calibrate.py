"""Between the stages: push what is stored of old classes to the encoder as stage 1 left it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from backend.calibration import Array, Pairs, Pushed, Stored
from backend.config import CALIBRATORS
from backend.events import Calibrated, Row, Scores
from backend.memory import ClassMemory
from backend.seeding import numpy_generator
from backend.stages.bench import Bench, to_array
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
    errors = _drift(bench, task, old, stored, pushed) if bench.settings.measure_drift else ((), ())
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


def _drift(bench: Bench, task: Task, old: Sequence[int], stored: Stored, pushed: Pushed) -> tuple[Scores, Scores]:
    """Return the distance of each stored mean from the true one, before and after the push; None without pictures."""
    there = set(bench.train.labels.tolist())
    known = [i for i, c in enumerate(old) if c in there]
    if not known:
        return (), ()
    true = bench.truth([old[i] for i in known], task.index).means

    def error(means: Array) -> Scores:
        distances = dict(zip(known, _row(np.linalg.norm(means[known] - true, axis=1)), strict=True))
        return tuple(distances.get(i) for i in range(len(old)))

    return error(stored.means), error(pushed.means)


def _mean(errors: Scores) -> float | None:
    known = [error for error in errors if error is not None]
    return float(np.mean(known)) if known else None


def _row(values: Array) -> Row:
    return tuple(round(float(value), 6) for value in values)
