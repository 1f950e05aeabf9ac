"""Run folders that were never trained: what a comparison reads of a run, with numbers that a test chooses."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.config import RunConfig, to_toml
from backend.events import Event, RunEnded, RunStarted, TaskScored, TaskStarted, to_line
from backend.metrics import average, forgetting

START = 1_700_000_000.0


def scored(task: int, row: Sequence[float], before: Sequence[TaskScored] = ()) -> TaskScored:
    """Return the score after a task; A_t is the mean of the row."""
    accuracy = sum(row) / len(row)
    told = [*(score.accuracy for score in before[:task]), accuracy]
    matrix = [*(score.row for score in before[:task]), tuple(row)]
    return TaskScored(
        at=START + task, task=task, row=tuple(row), accuracy=accuracy, average=average(told),
        forgetting=forgetting(matrix),
    )  # fmt: skip


def rows(level: float, tasks: int, seed: int) -> list[list[float]]:
    """Return the rows of an accuracy matrix that falls from task to task."""
    draw = random.Random(f"{level} {seed}")
    return [[max(0.0, level - 5 * (i - j) + draw.uniform(-4, 4)) for j in range(i + 1)] for i in range(tasks)]


def make_run(
    folder: Path,
    method: str = "dmc",
    seed: int = 0,
    *,
    level: float = 80.0,
    tasks: int = 3,
    done: int | None = None,
    outcome: str = "finished",
    matrix: Sequence[Sequence[float]] | None = None,
    started: dict[str, Any] | None = None,
    **sections: Any,
) -> Path:
    """Write a run folder.

    Args:
        folder: a new one.
        method: its id.
        seed: a seed also decides the split hash.
        level: about how accurate it is, in percent.
        tasks: how many it is to learn.
        done: how many it has learned; None for all.
        outcome: how it ended; '' for a run that has not said so.
        matrix: the rows of its accuracy matrix, instead of those that `level` makes.
        started: what its first event says, instead of the usual.
        sections: settings by section.
    """
    sections["run"] = {"seed": seed, **sections.get("run", {})}
    config = RunConfig().replaced(**{"method": {"name": method}, **sections})
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(to_toml(config), encoding="utf-8")
    names = tuple(f"class {i}" for i in range(2 * tasks))
    dealt = tuple(names[i : i + 2] for i in range(0, len(names), 2))
    first = RunStarted(
        at=START, method=method, dataset=config.data.name, seed=seed, class_names=names, tasks=dealt, device="cpu",
        device_reason="no GPU was found", precision="fp32", threads=1, setting="custom", weights="demo",
        transform="crop", templates=("a photo of a {}.",), split_hash=f"hash-of-{seed}",
    ).model_copy(update=started or {})  # fmt: skip
    events: list[Event] = [first]
    told: list[TaskScored] = []
    for task, row in enumerate((matrix or rows(level, tasks, seed))[:done]):
        told.append(scored(task, row, told))
        events += [TaskStarted(at=START + task, task=task, classes=dealt[task], pictures=10), told[-1]]
    if outcome:
        events.append(RunEnded(at=START + tasks, outcome=outcome, seconds=1.0))  # type: ignore[arg-type]
    tell(folder, *events)
    return folder


def tell(folder: Path, *events: Event) -> None:
    """Let a run say more."""
    with (folder / "events.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(f"{to_line(event)}\n" for event in events)
