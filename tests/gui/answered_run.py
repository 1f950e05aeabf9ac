"""A finished run on the tiny data set with made-up answers, as its folder would hold them; trains nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from backend.api import Answers, RunEnded, RunStarted, TaskScored
from backend.insight import INSIGHT, answers_name, packed
from gui.state.curves import Curves
from gui.state.shown import Shown
from tests.worlds import Tiny, tiny_config

EACH = 6
"""Test pictures of a class."""
TASKS, SIZE = 4, 2


def answers_after(task: int) -> Answers:
    """All are right, but from task 3 on two pictures of class 0 are taken for class 5; one of class 1 comes late."""
    truth = np.repeat(np.arange(SIZE * (task + 1)), EACH)
    answers = truth.copy()
    if task >= 2:
        answers[[0, 3]] = 5
    if task == 0:
        answers[EACH] = 0
    confidence = np.full(len(truth), 0.8)
    confidence[3] = 0.95
    return Answers.of(np.arange(len(truth)), truth, answers, confidence)


def answered_run(folder: Path, kept: Iterable[int] = range(TASKS), root: str = "") -> Shown:
    """Return a run; only after tasks in `kept` answers were written."""
    (folder / INSIGHT).mkdir(parents=True)
    for task in kept:
        (folder / INSIGHT / answers_name(task)).write_bytes(packed(answers_after(task)))
    names = Tiny().class_names
    dealt = tuple(names[SIZE * task : SIZE * (task + 1)] for task in range(TASKS))
    started = RunStarted(
        method="dmc_ot", dataset="tiny", seed=0, class_names=names, tasks=dealt, device="cpu", device_reason="",
        precision="fp32", threads=1, split_hash="0123456789ab",
    )  # fmt: skip
    shown = Shown(folder, tiny_config(data={"root": root}), "finished", None, Curves([started]))
    shown.add([scored(task) for task in range(TASKS)])
    shown.add([RunEnded(outcome="finished", seconds=1.0)])
    return shown


def scored(task: int) -> TaskScored:
    answers = answers_after(task)
    right = answers.truth == answers.answers
    row = tuple(100 * float(right[answers.truth // SIZE == j].mean()) for j in range(task + 1))
    return TaskScored(
        task=task, row=row, accuracy=100 * float(right.mean()), average=90.0, forgetting=0.0, memory_bytes=0
    )
