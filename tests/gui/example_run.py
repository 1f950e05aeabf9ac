"""A made-up run that looks like a real one: the events that charts are tested with."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from backend.api import (
    Calibrated,
    Checkpointed,
    Event,
    RunEnded,
    RunStarted,
    StageEnded,
    StepEnded,
    TaskScored,
    TaskStarted,
)

SHAPES = ("disc", "square", "triangle", "star", "ring", "cross", "crescent moon", "hexagon")
LOOKS = (
    "red dotted",
    "blue striped",
    "green plain",
    "yellow checkered",
    "violet outlined",
    "orange wavy",
    "pink",
    "grey",
)
START = 1_700_000_000.0


def class_names(count: int) -> tuple[str, ...]:
    return tuple(f"{LOOKS[i // 8 % 8]} {SHAPES[i % 8]}" + (f" {i // 64}" if i >= 64 else "") for i in range(count))


def events(tasks: int = 5, size: int = 8, steps: int = 60, *, done: int | None = None) -> Iterator[Event]:
    """Yield a run of `tasks` tasks with `size` classes each; it is cut off in the midst of task `done`."""
    draw = random.Random(0)
    names = class_names(tasks * size)
    dealt = tuple(names[i : i + size] for i in range(0, len(names), size))
    clock = START
    yield RunStarted(
        at=clock, method="dmc_ot", dataset="drawn", seed=0, class_names=names, tasks=dealt,
        device="cpu", device_reason="no GPU was found", precision="fp32", threads=1, pictures=100 * len(names),
    )  # fmt: skip
    rows: list[tuple[float, ...]] = []
    averages: list[float] = []
    for task in range(tasks):
        yield TaskStarted(at=clock, task=task, classes=dealt[task], pictures=100 * size)
        for stage, seconds in (("adapt", 8.0), ("calibrate", 0.5), ("align", 2.0 + task)):
            if stage == "calibrate" and task:
                yield _calibrated(draw, clock, task, dealt)
            shown = steps if stage != "calibrate" else 0
            for step in range(1, shown + 1):
                clock += seconds / steps
                loss = (0.3 + 2.5 * math.exp(-4 * step / steps)) * draw.uniform(0.75, 1.25)
                yield StepEnded(at=clock, task=task, stage=stage, step=step, steps=steps, loss=loss, rate=600.0)  # type: ignore[arg-type]
                if task == done and stage == "align" and step == steps // 2:
                    return
            yield StageEnded(at=clock, task=task, stage=stage, seconds=seconds)  # type: ignore[arg-type]
        row = tuple(max(5.0, 95 - 3.5 * (task - j) - draw.uniform(0, 6)) for j in range(task + 1))
        rows.append(row)
        averages.append(sum(row) / len(row))
        yield TaskScored(
            at=clock, task=task, row=row, accuracy=averages[-1], average=sum(averages) / len(averages),
            forgetting=3.2 * task / tasks, memory_bytes=4096 * (task + 1),
        )  # fmt: skip
        yield Checkpointed(at=clock, task=task, path=f"checkpoints/task_{task + 1}", bytes=123456)
    yield RunEnded(at=clock, outcome="finished", seconds=clock - START)


def _calibrated(draw: random.Random, clock: float, task: int, dealt: tuple[tuple[str, ...], ...]) -> Calibrated:
    old = tuple(name for names in dealt[:task] for name in names)
    plan = []
    for index in range(len(old)):
        weights = [
            draw.random() ** 4 + (0.8 if column == index % len(dealt[task]) else 0)
            for column in range(len(dealt[task]))
        ]
        plan.append(tuple(w / sum(weights) for w in weights))
    before = tuple(draw.uniform(0.2, 0.4) for _ in old)
    after = tuple(0.55 * value for value in before)
    return Calibrated(
        at=clock, task=task, calibrator="ot", old_classes=old, current_classes=dealt[task], plan=tuple(plan),
        strength=0.75, heldout_error={"none": 1.0, "mean shift": 0.83, "ot 0.75": 0.64, "ot 1.00": 0.69},
        drift_before=sum(before) / len(before), drift_after=sum(after) / len(after),
        class_drift_before=before, class_drift_after=after, seconds=0.4,
    )  # fmt: skip
