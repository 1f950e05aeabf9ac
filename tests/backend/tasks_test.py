"""The task stream: every class once, in a reproducible order; splits that do not fit are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import SplitSettings
from backend.errors import ConfigError
from backend.tasks import make_tasks, order_classes, split_hash

NAMES = ("ant", "bee", "cat", "dog", "emu")


@given(st.integers(1, 40), st.data())
def test_every_class_is_learned_exactly_once(count, data):
    names = tuple(f"class {i}" for i in range(count))
    split = SplitSettings(
        initial_classes=data.draw(st.integers(0, count)), classes_per_task=data.draw(st.integers(1, count))
    )
    tasks = make_tasks(split, names, data.draw(st.integers(0, 99)))
    assert sorted(c for task in tasks for c in task.classes) == list(range(count))
    assert [task.index for task in tasks] == list(range(len(tasks)))
    assert all(task.names == tuple(names[c] for c in task.classes) for task in tasks)
    assert len(tasks[0].classes) == (split.initial_classes or split.classes_per_task)
    assert all(1 <= len(task.classes) <= split.classes_per_task for task in tasks[1:])


def test_orders():
    assert order_classes("natural", NAMES, 0) == (0, 1, 2, 3, 4)
    assert order_classes(("emu", "dog", "cat", "bee", "ant"), NAMES, 0) == (4, 3, 2, 1, 0)
    np.random.seed(1993)  # noqa: NPY002 - what the field's toolboxes do
    assert order_classes(1993, NAMES, 0) == tuple(np.random.permutation(5))  # noqa: NPY002


def test_the_seeded_order_is_the_seeds_alone():
    many = tuple(map(str, range(30)))
    assert order_classes("seeded", many, 1) == order_classes("seeded", many, 1)
    assert order_classes("seeded", many, 1) != order_classes("seeded", many, 2)


@pytest.mark.parametrize(
    ("order", "says", "hint"),
    [
        (("ant", "bee", "cat", "dog", "ant"), "class 'ant' is named twice", "once"),
        (("ant", "bee", "cat", "dog", "emo"), "no class 'emo'", "'emu'"),
        (("ant", "bee", "cat", "dog"), "class 'emu' is missing", "once"),
        ("random", "'random' is not an order", "seeded"),
    ],
)
def test_a_wrong_order_is_named(order, says, hint):
    with pytest.raises(ConfigError) as caught:
        make_tasks(SplitSettings(order=order, classes_per_task=2), NAMES, 0)
    assert caught.value.problems[0].key == "split.order"
    assert says in caught.value.sentence
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("split", "key"),
    [
        ({"initial_classes": 6, "classes_per_task": 2}, "initial_classes"),
        ({"classes_per_task": 6, "initial_classes": 1}, "classes_per_task"),
    ],
)
def test_too_many_classes_are_named(split, key):
    with pytest.raises(ConfigError, match="6 classes are asked for, but the data set has 5") as caught:
        make_tasks(SplitSettings(**split), NAMES, 0)
    assert caught.value.problems[0].key == f"split.{key}"


def test_the_split_hash_changes_with_tasks_and_pictures_but_not_with_their_order():
    two, three = (make_tasks(SplitSettings(classes_per_task=n), NAMES, 0) for n in (2, 3))
    assert split_hash(["b", "a"], two) == split_hash(["a", "b"], two)
    assert len({split_hash(["a", "b"], two), split_hash(["a", "b"], three), split_hash(["a", "c"], two)}) == 3
