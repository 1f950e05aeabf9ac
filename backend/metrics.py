"""Metrics of class-incremental learning from the accuracy matrix, all pure, in percent.

`R[i][j]` is the accuracy on the test pictures of task j after learning task i, without a task id; `R[i]` has i + 1
entries. Definitions: Lopez-Paz and Ranzato 2017 (BWT, FWT), Chaudhry et al. 2018 (forgetting).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = Sequence[Sequence[float | None]]
"""None where there are no test pictures of a task on this machine."""


def score_row(
    predicted: NDArray[np.int64], truth: NDArray[np.int64], task_of: NDArray[np.int64]
) -> tuple[tuple[float | None, ...], float]:
    """Return accuracies on each task so far and the pooled accuracy A_t, in percent; None for a task without pictures.

    Args:
        predicted: predicted classes `(n,)`.
        truth: true classes `(n,)`.
        task_of: index of the task that each picture belongs to `(n,)`; the newest task occurs.
    """
    right = predicted == truth
    groups = [right[task_of == task] for task in range(int(task_of.max()) + 1)]
    return tuple(100 * float(group.mean()) if len(group) else None for group in groups), 100 * float(right.mean())


def average(task_accuracy: Sequence[float]) -> float:
    """Return Avg, the mean of A_t over tasks."""
    return float(np.mean(task_accuracy))


def forgetting(matrix: Matrix) -> float:
    """Return the mean over old tasks of (best accuracy before the last task - accuracy after it); 0 with one task."""
    last = len(matrix) - 1
    drops: list[float] = []
    for j in range(last):
        before, now = _known(matrix[i][j] for i in range(j, last)), matrix[last][j]
        if before and now is not None:
            drops.append(max(before) - now)
    return float(np.mean(drops)) if drops else 0.0


def backward_transfer(matrix: Matrix) -> float:
    """Return BWT: the mean over old tasks of R[T][j] - R[j][j]; 0 with one task."""
    last = len(matrix) - 1
    pairs = [_known((matrix[j][j], matrix[last][j])) for j in range(last)]
    changes = [pair[1] - pair[0] for pair in pairs if len(pair) == 2]
    return float(np.mean(changes)) if changes else 0.0


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def padded(matrix: Matrix) -> list[list[float | None]]:
    """Return the square matrix with None above the diagonal."""
    size = len(matrix)
    return [[*row, *([None] * (size - len(row)))] for row in matrix]
