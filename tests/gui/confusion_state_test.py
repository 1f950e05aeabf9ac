"""The table of a question: right classes, right order, nothing counted twice however it is folded."""

from __future__ import annotations

import numpy as np
import pytest

from backend.api import RunFolderError
from backend.insight import INSIGHT, answers_name
from gui.state.confusion import Question, find, table_of
from gui.widgets.confusion_grid import grid_of, rows_of, summary
from tests.gui.answered_run import EACH, answered_run

DEALT = (("a", "b"), ("c", "d", "e"), ("f",))
COUNTS = np.arange(36).reshape(6, 6)


def labels(parts):
    return [part.label for part in parts]


def test_all_classes_stand_in_class_order_under_their_tasks():
    table = table_of(COUNTS, DEALT, Question(2))
    assert labels(table.rows) == labels(table.columns) == list("abcdef")
    assert [part.group for part in table.rows] == ["T1", "T1", "T2", "T2", "T2", "T3"]
    assert (table.counts == COUNTS).all()


def test_only_the_rows_of_the_task_that_is_asked_for():
    table = table_of(COUNTS, DEALT, Question(2, of=1))
    assert labels(table.rows) == ["c", "d", "e"]
    assert labels(table.columns) == list("abcdef")
    assert (table.counts == COUNTS[2:5]).all()


def test_other_tasks_fold_into_a_column_each():
    table = table_of(COUNTS, DEALT, Question(2, of=1, folded=True))
    assert labels(table.columns) == ["T1", "c", "d", "e", "T3"]
    assert [part.group for part in table.columns] == ["earlier tasks", "T2", "T2", "T2", "later tasks"]
    assert table.counts[:, 0].tolist() == COUNTS[2:5, :2].sum(axis=1).tolist()
    assert table.totals.tolist() == COUNTS[2:5].sum(axis=1).tolist()


def test_very_many_other_tasks_fold_into_earlier_and_later():
    dealt = tuple((f"class {task}",) for task in range(100))
    counts = np.eye(100, dtype=np.int64)
    table = table_of(counts, dealt, Question(99, of=50, folded=True))
    assert labels(table.columns) == ["T1\N{EN DASH}T50", "class 50", "T52\N{EN DASH}T100"]
    assert table.counts.tolist() == [[0, 1, 0]]
    assert labels(table_of(counts, dealt, Question(99, of=0, folded=True)).columns) == ["class 0", "T2\N{EN DASH}T100"]


def test_all_tasks_fold_into_tasks_against_tasks():
    table = table_of(COUNTS, DEALT, Question(2, folded=True))
    assert labels(table.rows) == ["T1", "T2", "T3"]
    assert table.counts.sum() == COUNTS.sum()
    assert table.counts[1, 2] == COUNTS[2:5, 5].sum()
    assert summary(table).startswith(f"{table.right} of {COUNTS.sum()} pictures in the right task")


def test_only_tasks_learned_so_far_are_there():
    table = table_of(COUNTS[:5, :5], DEALT, Question(1))
    assert labels(table.columns) == list("abcde")


def test_many_columns_are_folded_at_first_but_not_few():
    assert not Question(2, of=1).at(DEALT).folded
    many = tuple(tuple(f"{task}.{place}" for place in range(10)) for task in range(4))
    assert Question(3, of=1).at(many).folded
    assert not Question(3).at(many).folded


def test_the_most_frequent_mistake_is_named():
    counts = np.diag([5, 5, 5])
    assert table_of(counts, (("a", "b", "c"),), Question(0)).worst is None
    counts[0, 2] = 3
    table = table_of(counts, (("a", "b", "c"),), Question(0))
    assert table.worst == (0, 2)
    assert summary(table) == "15 of 18 pictures right (83 %)  ·  most often: a taken for c, 3"


def test_a_class_without_pictures_has_no_share():
    counts = np.array([[4, 0], [0, 0]])
    table = table_of(counts, (("a", "b"),), Question(0))
    grid = grid_of(table, Question(0))
    assert np.isnan(grid.numbers[1]).all()
    assert "no test pictures" in grid.describe(1, 0)
    assert not grid.can_open(1, 1)
    assert summary(table_of(np.zeros((2, 2), np.int64), (("a", "b"),), Question(0))).startswith("No test pictures")


def test_a_cell_tells_count_and_share():
    grid = grid_of(table_of(np.array([[3, 1], [0, 4]]), (("a", "b"),), Question(0)), Question(0))
    assert grid.describe(0, 1).startswith("a\ntaken for b: 1 of 4 pictures (25 %)")
    assert grid.describe(1, 1).startswith("b\nright: 4 of 4 pictures (100 %)")
    assert grid.can_open(0, 1)
    assert not grid.can_open(1, 0)


def test_the_table_on_paper_has_counts():
    rows = rows_of(table_of(COUNTS, DEALT, Question(2, of=2)))
    assert rows[0] == ["task", "true", "pictures", *"abcdef"]
    assert rows[1] == ["T3", "f", COUNTS[5].sum(), *COUNTS[5].tolist()]


def test_answers_of_a_task_are_found(tmp_path):
    shown = answered_run(tmp_path / "run")
    found = find(shown.folder, shown.curves.tasks, Question(3, of=0, before=0))
    assert found.counts.shape == (8, 8)
    assert found.counts.sum() == 2 * EACH
    assert found.counts[0, 5] == 2
    assert found.cases.lost.pictures.tolist() == [3, 0]
    assert found.cases.gained.pictures.tolist() == [EACH]
    assert found.compared


def test_answers_that_were_not_kept_are_none(tmp_path):
    shown = answered_run(tmp_path / "run", kept=(2,))
    tasks = shown.curves.tasks
    assert find(shown.folder, tasks, Question(3)) is None
    found = find(shown.folder, tasks, Question(2, before=0))
    assert not found.compared
    assert len(found.cases.lost) == 0


def test_damaged_answers_are_told(tmp_path):
    shown = answered_run(tmp_path / "run")
    (shown.folder / INSIGHT / answers_name(1)).write_bytes(b"no answers")
    with pytest.raises(RunFolderError):
        find(shown.folder, shown.curves.tasks, Question(1))
