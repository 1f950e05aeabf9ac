"""A transport plan as a grid: old classes x current classes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backend.api import Calibrated
from gui.charts.grid import Grid
from gui.state.curves import task_name


def plan_grid(event: Calibrated, tasks: Sequence[Sequence[str]], *, by_task: bool) -> Grid | None:
    """Return the plan of a calibration, or None where it has none.

    Args:
        event: the calibration.
        tasks: class names of each task.
        by_task: whether rows are labelled by their task alone, where there is no room for names.
    """
    if not event.plan:
        return None
    task_of = {name: task_name(task) for task, names in enumerate(tasks) for name in names}
    learned = [task_of.get(name, "") for name in event.old_classes]
    plan = np.array(event.plan)
    top = float(plan.max())

    def describe(row: int, column: int) -> str:
        old, new = event.old_classes[row], event.current_classes[column]
        return f"{old} ({learned[row] or '?'}) follows {new}: {100 * plan[row, column]:.1f} %"

    return Grid(
        values=plan,
        rows=learned if by_task else event.old_classes,
        columns=event.current_classes,
        row_title="Old classes",
        column_title=f"Current classes, 0 .. {100 * top:.0f} %",
        top=top,
        number="",
        describe=describe,
        row_groups=() if by_task else learned,
    )
