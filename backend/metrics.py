"""Metrics of class-incremental learning from the accuracy matrix, all pure, in percent.

`R[i][j]` is the accuracy on the test pictures of task j after learning task i, without a task id; `R[i]` has i + 1
entries. Definitions: Lopez-Paz and Ranzato 2017 (BWT, FWT), Chaudhry et al. 2018 (forgetting).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = Sequence[Sequence[float]]


def score_row(
    predicted: NDArray[np.int64], truth: NDArray[np.int64], task_of: NDArray[np.int64]
) -> tuple[tuple[float, ...], float]:
    """Return accuracies on each task so far and the pooled accuracy A_t, in percent.

    Args:
        predicted: predicted classes `(n,)`.
        truth: true classes `(n,)`.
        task_of: index of the task that each picture belongs to `(n,)`; every task so far occurs.
    """
    right = predicted == truth
    row = tuple(100 * float(right[task_of == task].mean()) for task in range(int(task_of.max()) + 1))
    return row, 100 * float(right.mean())


def average(task_accuracy: Sequence[float]) -> float:
    """Return Avg, the mean of A_t over tasks."""
    return float(np.mean(task_accuracy))


def forgetting(matrix: Matrix) -> float:
    """Return the mean over old tasks of (best accuracy before the last task - accuracy after it); 0 with one task."""
    last = len(matrix) - 1
    drops = [max(matrix[i][j] for i in range(j, last)) - matrix[last][j] for j in range(last)]
    return float(np.mean(drops)) if drops else 0.0


def backward_transfer(matrix: Matrix) -> float:
    """Return BWT: the mean over old tasks of R[T][j] - R[j][j]; 0 with one task."""
    last = len(matrix) - 1
    changes = [matrix[last][j] - matrix[j][j] for j in range(last)]
    return float(np.mean(changes)) if changes else 0.0


def padded(matrix: Matrix) -> list[list[float | None]]:
    """Return the square matrix with None above the diagonal."""
    size = len(matrix)
    return [[*row, *([None] * (size - len(row)))] for row in matrix]
