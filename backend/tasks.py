"""Classes, order and split make the task stream: pure and seeded."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from backend.config import RunConfig, SplitSettings
from backend.errors import ConfigError, nearest
from backend.pictures import Dataset
from backend.seeding import numpy_generator


@dataclass(frozen=True, slots=True)
class Task:
    """One step of class-incremental learning: the classes that arrive together.

    Classes are indices into the data set's own list of names.
    """

    index: int
    classes: tuple[int, ...]
    names: tuple[str, ...]


def order_classes(
    order: str | int | Sequence[str], names: Sequence[str], seed: int, published: Sequence[int] = ()
) -> tuple[int, ...]:
    """Return class indices in the order in which they are learned.

    Args:
        order: `seeded` (shuffled by the run's seed), `natural`, `published`, a number n (the permutation of
            `numpy.random.seed(n)`, as the field's code bases draw it), or a list of every class name.
        names: the data set's class names.
        seed: the run's seed.
        published: the data set's order in the literature; empty where there is none.

    Raises:
        ConfigError: an unknown word, or a list that misses, repeats or invents a class.
    """
    if isinstance(order, int):
        return tuple(int(i) for i in np.random.RandomState(order).permutation(len(names)))
    if isinstance(order, str):
        return _named_order(order, names, seed, published)
    twice = [name for name, count in Counter(order).items() if count > 1]
    if twice:
        raise ConfigError.at("split.order", f"class '{twice[0]}' is named twice.", "Name every class once.")
    index = {name: i for i, name in enumerate(names)}
    unknown = [name for name in order if name not in index]
    if unknown:
        raise ConfigError.at("split.order", f"the data set has no class '{unknown[0]}'.", nearest(unknown[0], names))
    if missing := [name for name in names if name not in set(order)]:
        raise ConfigError.at(
            "split.order", f"class '{missing[0]}' is missing ({len(missing)} in all).", "Name every class once."
        )
    return tuple(index[name] for name in order)


def _named_order(order: str, names: Sequence[str], seed: int, published: Sequence[int]) -> tuple[int, ...]:
    match order:
        case "natural":
            return tuple(range(len(names)))
        case "seeded":
            return tuple(int(i) for i in numpy_generator(seed, "class order").permutation(len(names)))
        case "published":
            if sorted(published) != list(range(len(names))):
                sentence = f"no order of these {len(names)} classes has been published."
                raise ConfigError.at("split.order", sentence, "Use seeded, natural, 1993 or a list.")
            return tuple(published)
        case _:
            raise ConfigError.at(
                "split.order", f"'{order}' is not an order.", "Use seeded, natural, published, a number or a list."
            )


def tasks_of(config: RunConfig, dataset: Dataset) -> tuple[Task, ...]:
    """Return the task stream of a configuration: the learned tasks if it continues a run, then those that it splits.

    Args:
        config: split, seed, and which tasks were learned before.
        dataset: of `grown.dataset_of(config)`; learned classes come first in it.

    Raises:
        ConfigError: the split does not fit the data set, or it has no class that is new.
        DataError: the data set is missing.
    """
    names, published, start = dataset.class_names, dataset.published_order, dataset.learned
    if start == len(names):
        sentence = f"nothing to learn: all classes of {_place(dataset)} were learned already."
        raise ConfigError.at("data.root", sentence, "Choose pictures of new classes.")
    learned = config.earlier.tasks if config.earlier else ()
    bounds = pairwise(accumulate(map(len, learned), initial=0))
    old = [Task(i, tuple(range(a, b)), learned[i]) for i, (a, b) in enumerate(bounds)]
    new = make_tasks(config.split, names[start:], config.run.seed, [c - start for c in published[start:]])
    return (*old, *(Task(len(old) + task.index, tuple(start + c for c in task.classes), task.names) for task in new))


def _place(dataset: Dataset) -> str:
    return f"'{dataset.folder}'" if dataset.folder else dataset.label


def make_tasks(
    split: SplitSettings, names: Sequence[str], seed: int, published: Sequence[int] = ()
) -> tuple[Task, ...]:
    """Deal all classes to tasks; the last task may be smaller.

    Raises:
        ConfigError: the split asks for more classes than there are, or the order is wrong.
    """
    order = order_classes(split.order, names, seed, published)
    bounds = [0, *accumulate(_sizes(split, len(names)))]
    return tuple(Task(i, order[a:b], tuple(names[c] for c in order[a:b])) for i, (a, b) in enumerate(pairwise(bounds)))


def _sizes(split: SplitSettings, classes: int) -> list[int]:
    """Return how many classes each task holds."""
    if split.sizes:
        if sum(split.sizes) != classes:
            sentence = f"tasks of {sum(split.sizes)} classes in all, but the data set has {classes}."
            raise ConfigError.at("split.sizes", sentence, "Give numbers that add up, or none.")
        return list(split.sizes)
    first = split.initial_classes or split.classes_per_task
    for key, asked in (("classes_per_task", split.classes_per_task), ("initial_classes", first)):
        if asked > classes:
            sentence = f"{asked} classes are asked for, but the data set has {classes}."
            raise ConfigError.at(f"split.{key}", sentence, f"Choose at most {classes}.")
    bounds = [0, *range(first, classes, split.classes_per_task), classes]
    return [b - a for a, b in pairwise(bounds)]


def split_hash(test_pictures: Iterable[str], tasks: Sequence[Task]) -> str:
    """Return 12 hex digits that two runs share only if their test pictures and task lists are the same."""
    digest = hashlib.sha256()
    for name in sorted(test_pictures):
        digest.update(name.encode() + b"\n")
    for task in tasks:
        digest.update(("|".join(task.names) + "\n").encode())
    return digest.hexdigest()[:12]
