"""Metrics against hand-made matrices and an independent reading of their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics import average, backward_transfer, forgetting, padded, score_row

MATRIX = [[90.0], [80.0, 70.0], [60.0, 75.0, 50.0]]

matrices = st.integers(1, 6).flatmap(
    lambda size: st.tuples(*(st.lists(st.floats(0, 100), min_size=i + 1, max_size=i + 1) for i in range(size)))
)


def test_by_hand():
    assert forgetting(MATRIX) == pytest.approx(((90 - 60) + (70 - 75)) / 2)
    assert backward_transfer(MATRIX) == pytest.approx(((60 - 90) + (75 - 70)) / 2)
    assert average([90, 75, 62]) == pytest.approx(227 / 3)
    assert padded(MATRIX) == [[90, None, None], [80, 70, None], [60, 75, 50]]


def test_one_task_forgets_nothing():
    assert forgetting([[80.0]]) == 0
    assert backward_transfer([[80.0]]) == 0


@given(matrices)
def test_forgetting_is_never_less_than_minus_backward_transfer(matrix):
    assert forgetting(matrix) >= -backward_transfer(matrix) - 1e-9


@given(matrices, st.floats(-50, 50))
def test_a_constant_shift_changes_neither(matrix, shift):
    moved = [[value + shift for value in row] for row in matrix]
    assert forgetting(moved) == pytest.approx(forgetting(matrix), abs=1e-9)
    assert backward_transfer(moved) == pytest.approx(backward_transfer(matrix), abs=1e-9)


def test_a_row_is_accuracy_by_task_and_the_pooled_one_weighs_by_pictures():
    truth = np.array([0, 0, 0, 1, 2])
    task_of = np.array([0, 0, 0, 0, 1])
    row, pooled = score_row(np.array([0, 0, 1, 1, 2]), truth, task_of)
    assert row == (75.0, 100.0)
    assert pooled == 80.0


def test_a_task_without_test_pictures_is_unknown_and_left_out():
    row, pooled = score_row(np.array([0, 3]), np.array([0, 4]), np.array([0, 2]))
    assert row == (100.0, None, 0.0)
    assert pooled == 50.0
    matrix = [[90.0], [80.0, 70.0], [60.0, None, 50.0], [None, 65.0, 40.0, 30.0]]
    assert forgetting(matrix) == pytest.approx(((70 - 65) + (50 - 40)) / 2)
    assert backward_transfer(matrix) == pytest.approx(((65 - 70) + (40 - 50)) / 2)
    assert forgetting([[90.0], [None, 70.0]]) == backward_transfer([[90.0], [None, 70.0]]) == 0
