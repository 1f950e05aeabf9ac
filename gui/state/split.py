"""The split being edited: which class is learned in which task, with undo. No Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from random import Random
from typing import Any, Final, TypeAlias

Tasks: TypeAlias = tuple[tuple[int, ...], ...]
"""Class indices, task by task, in the order in which they are learned."""

END: Final = 2**31 - 1
"""A place behind every class of a task."""


class SplitDraft:
    """Tasks over a fixed set of classes. Every operation keeps each class exactly once.

    Args:
        tasks: how the classes are dealt at first.
        names: class names by index.
    """

    def __init__(self, tasks: Tasks, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._first = tasks
        self._past: list[Tasks] = []
        self._future: list[Tasks] = []
        self._tasks = tasks

    @property
    def tasks(self) -> Tasks:
        """The tasks as they are now; some may be empty."""
        return self._tasks

    @property
    def order(self) -> tuple[int, ...]:
        """All classes, in the order in which they are learned."""
        return tuple(chain.from_iterable(self._tasks))

    @property
    def changed(self) -> bool:
        """Whether the tasks differ from those at first."""
        return _filled(self._tasks) != _filled(self._first)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._future)

    def undo(self) -> None:
        """Take the last operation back."""
        if self._past:
            self._future.append(self._tasks)
            self._tasks = self._past.pop()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._future:
            self._past.append(self._tasks)
            self._tasks = self._future.pop()

    def reset(self) -> None:
        """Go back to the tasks at first; this can be undone as well."""
        self._become(self._first)

    def move(self, classes: Collection[int], task: int, place: int = END) -> None:
        """Move classes, in the order in which they are now, before what stands at a place of a task."""
        chosen = set(classes)
        moved = tuple(c for c in self.order if c in chosen)
        before = self._tasks[task][:place]
        place = sum(c not in chosen for c in before)
        rest = [tuple(c for c in held if c not in chosen) for held in self._tasks]
        rest[task] = rest[task][:place] + moved + rest[task][place:]
        self._become(tuple(rest))

    def add_task(self) -> None:
        """Add an empty task at the end."""
        self._become((*self._tasks, ()))

    def remove_empty(self) -> None:
        """Leave out the tasks that hold no class."""
        self._become(_filled(self._tasks))

    def deal_evenly(self, classes_per_task: int) -> None:
        """Deal the classes anew in the order in which they are; the last task may be smaller."""
        order = self.order
        starts = range(0, len(order), classes_per_task)
        self._become(tuple(order[start : start + classes_per_task] for start in starts))

    def shuffle(self, seed: int) -> None:
        """Shuffle the classes over the tasks, whose sizes stay; the same seed gives the same tasks whatever was."""
        self._refill(Random(seed).sample(range(len(self.names)), len(self.names)))

    def sort_by_name(self) -> None:
        """Fill the tasks, whose sizes stay, in the alphabetical order of class names."""
        self._refill(sorted(self.order, key=lambda c: (self.names[c].casefold(), c)))

    def settings(self, order: str | int | tuple[str, ...]) -> dict[str, Any]:
        """Return the values of `[split]` that make these tasks; empty tasks are left out.

        Args:
            order: the setting that makes the class order at first; kept as it is while that order is the same and the
                sizes are those of an ordinary scheme, where a list of names would say no more.
        """
        tasks = _filled(self._tasks)
        sizes = tuple(len(task) for task in tasks)
        scheme = ordinary(sizes)
        if scheme is None or self.order != tuple(chain.from_iterable(self._first)):
            order = tuple(self.names[c] for c in self.order)
        if scheme is None:
            return {"order": order, "sizes": sizes}
        initial, per_task = scheme
        return {"order": order, "sizes": (), "initial_classes": initial, "classes_per_task": per_task}

    def _refill(self, order: Sequence[int]) -> None:
        left = iter(order)
        self._become(tuple(tuple(next(left) for _ in task) for task in self._tasks))

    def _become(self, tasks: Tasks) -> None:
        if tasks != self._tasks:
            self._past.append(self._tasks)
            self._future.clear()
            self._tasks = tasks


def ordinary(sizes: Sequence[int]) -> tuple[int, int] | None:
    """Return `initial_classes` (0: as the others) and `classes_per_task` if these are B0-IncN or Bm-IncN sizes."""
    first, *others = sizes
    if not others or (len(set(sizes[:-1])) == 1 and others[-1] <= first):
        return 0, first
    step = others[0]
    regular = all(size == step for size in others[:-1]) and others[-1] <= step
    return (first, step) if regular else None


def _filled(tasks: Tasks) -> Tasks:
    return tuple(task for task in tasks if task)
