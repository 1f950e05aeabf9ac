"""The split being edited: no operation loses or doubles a class, and undo brings back exactly what was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.config import SplitSettings
from backend.tasks import make_tasks
from gui.state.split import SplitDraft, ordinary

Operation = Callable[[SplitDraft], None]

NAMES = tuple(f"{'class' if i % 2 else 'Class'} {i:02}" for i in range(12, 0, -1))
CLASSES = st.sets(st.integers(0, len(NAMES) - 1))


def moves(draw_task: int, classes: set[int], place: int) -> Operation:
    return lambda draft: draft.move(classes, draw_task % max(1, len(draft.tasks)), place)


OPERATIONS: st.SearchStrategy[Operation] = st.one_of(
    st.builds(moves, st.integers(0, 20), CLASSES, st.integers(0, 15)),
    st.just(SplitDraft.add_task),
    st.just(SplitDraft.remove_empty),
    st.just(SplitDraft.sort_by_name),
    st.just(SplitDraft.reset),
    st.just(SplitDraft.undo),
    st.just(SplitDraft.redo),
    st.integers(1, 14).map(lambda n: lambda draft: draft.deal_evenly(n)),
    st.integers(0, 5).map(lambda seed: lambda draft: draft.shuffle(seed)),
)


def a_draft() -> SplitDraft:
    return SplitDraft(((0, 1, 2, 3), (4, 5, 6, 7), (8, 9, 10, 11)), NAMES)


def make(draft: SplitDraft, order: str = "natural") -> list[tuple[str, ...]]:
    """Deal the classes as a run would from what the editor writes."""
    split = SplitSettings.model_validate({"classes_per_task": 4, "order": order} | draft.settings(order))
    return [task.names for task in make_tasks(split, NAMES, seed=0)]


@given(st.lists(OPERATIONS, max_size=12))
def test_every_class_is_there_exactly_once_whatever_is_done(operations: list[Operation]) -> None:
    draft = a_draft()
    for operation in operations:
        operation(draft)
        assert sorted(draft.order) == list(range(len(NAMES)))


@given(st.lists(OPERATIONS, max_size=8))
def test_undo_goes_back_step_by_step_and_redo_forth(operations: list[Operation]) -> None:
    draft = a_draft()
    for operation in operations:
        operation(draft)
    while draft.can_redo:
        draft.redo()
    last, seen = draft.tasks, [draft.tasks]
    while draft.can_undo:
        draft.undo()
        seen.append(draft.tasks)
    assert draft.tasks == a_draft().tasks
    for tasks in seen[-2::-1]:
        draft.redo()
        assert draft.tasks == tasks
    assert draft.tasks == last


@given(st.lists(OPERATIONS, max_size=8))
def test_a_run_learns_the_tasks_that_were_put_together(operations: list[Operation]) -> None:
    draft = a_draft()
    for operation in operations:
        operation(draft)
    assert make(draft) == [tuple(NAMES[c] for c in task) for task in draft.tasks if task]


def test_classes_move_together_to_the_place_they_are_dropped_at() -> None:
    draft = a_draft()
    draft.move({5, 0}, 2, 1)
    assert draft.tasks == ((1, 2, 3), (4, 6, 7), (8, 0, 5, 9, 10, 11))
    draft.move({8, 5}, 2, 4)
    assert draft.tasks == ((1, 2, 3), (4, 6, 7), (0, 9, 8, 5, 10, 11))


def test_a_new_step_ends_what_could_be_done_again() -> None:
    draft = a_draft()
    draft.add_task()
    draft.undo()
    assert draft.can_redo
    draft.move({0}, 1)
    assert not draft.can_redo


def test_what_changes_nothing_is_nothing_to_undo() -> None:
    draft = a_draft()
    draft.move({0, 1}, 0, 0)
    draft.deal_evenly(4)
    draft.remove_empty()
    assert not draft.can_undo
    draft.add_task()
    assert not draft.changed, "an empty task is left out of a run"


def test_a_seed_shuffles_the_same_way_every_time() -> None:
    one, other = a_draft(), a_draft()
    other.sort_by_name()
    one.shuffle(3)
    other.shuffle(3)
    assert one.tasks == other.tasks
    other.shuffle(4)
    assert one.tasks != other.tasks


def test_names_are_sorted_as_people_sort_them() -> None:
    draft = SplitDraft(((0, 1), (2,)), ("b", "C", "a"))
    draft.sort_by_name()
    assert draft.tasks == ((2, 0), (1,))


@pytest.mark.parametrize(
    ("sizes", "scheme"),
    [
        ((10, 10, 10), (0, 10)),
        ((10, 10, 3), (0, 10)),
        ((50, 10, 10), (50, 10)),
        ((50, 10, 4), (50, 10)),
        ((4, 10, 10), (4, 10)),
        ((12,), (0, 12)),
        ((5, 9), (5, 9)),
        ((10, 10, 12), None),
        ((50, 10, 4, 10), None),
    ],
)
def test_ordinary_schemes_are_recognised(sizes: tuple[int, ...], scheme: tuple[int, int] | None) -> None:
    assert ordinary(sizes) == scheme


def test_an_order_that_has_a_name_keeps_it_unless_classes_move() -> None:
    draft = a_draft()
    draft.deal_evenly(3)
    assert draft.settings("seeded") == {"order": "seeded", "sizes": (), "initial_classes": 0, "classes_per_task": 3}
    draft.move({0}, 3)
    assert draft.settings("seeded") == {"order": (*NAMES[1:], NAMES[0]), "sizes": (2, 3, 3, 4)}
