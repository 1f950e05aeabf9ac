"""Learned classes keep their numbers; new ones come after them, and every class has its pictures from one place."""

from __future__ import annotations

import numpy as np
import pytest

from backend.api import DataSettings, parse_config
from backend.errors import ConfigError
from backend.grown import dataset_of
from backend.tasks import split_hash, tasks_of
from tests.pets import write_pets


@pytest.fixture
def grown(tmp_path):
    """Return the data set and the configuration of a run that goes on from one which learned eel, then cat."""
    write_pets(tmp_path / "old", ("cat", "dog", "eel"))
    write_pets(tmp_path / "new", ("ape", "Cat", "owl"), pictures=10)

    def make(tasks=(("eel",), ("cat",)), new="new", old="old", **split):
        folder = {"name": "folder", "root": str(tmp_path / old)}
        earlier = {"name": "spring", "tasks": tasks, "templates": ["a {}."], "data": [folder]}
        data = DataSettings(name="folder", root=str(tmp_path / new)).model_dump()
        config = parse_config({"data": data, "split": {"order": "natural", **split}, "earlier": earlier})
        return dataset_of(config), config

    return make


def test_learned_classes_keep_their_numbers(grown):
    dataset, config = grown(classes_per_task=1)
    assert dataset.class_names == ("eel", "cat", "ape", "owl")
    tasks = tasks_of(config, dataset)
    assert [(task.index, task.classes, task.names) for task in tasks] == [
        (0, (0,), ("eel",)),
        (1, (1,), ("cat",)),
        (2, (2,), ("ape",)),
        (3, (3,), ("owl",)),
    ]


def test_the_split_deals_the_new_classes_only(grown):
    dataset, config = grown(classes_per_task=2, order=["owl", "ape"])
    assert tasks_of(config, dataset)[-1].classes == (3, 2)
    dataset, config = grown(classes_per_task=3)
    with pytest.raises(ConfigError, match="3 classes are asked for, but the data set has 2"):
        tasks_of(config, dataset)


def test_every_class_has_its_pictures_from_one_place(grown):
    dataset, _ = grown(classes_per_task=2)
    pictures = dataset.pictures("train")
    assert np.bincount(pictures.labels).tolist() == [4, 8, 8, 8], "eel from the old folder, cat from the new one"
    assert len(set(pictures.names)) == len(pictures)
    colours = [pictures.load(int(np.flatnonzero(pictures.labels == c)[0])).mean(axis=(0, 1)) for c in range(4)]
    old = dataset_of(grown(tasks=(("unknown",),), new="old")[1]).pictures("train")
    eel = old.load(int(np.flatnonzero(old.labels == 3)[0])).mean(axis=(0, 1))
    assert np.abs(colours[0] - eel).max() < 10, "a picture keeps its class"
    assert min(np.abs(colour - eel).max() for colour in colours[1:]) > 10


def test_where_the_old_pictures_are_gone_learned_classes_have_none(grown):
    dataset, config = grown(old="gone", classes_per_task=2)
    assert dataset.without("test") == ("eel",)
    assert set(dataset.pictures("test").labels.tolist()) == {1, 2, 3}
    note = dataset.note("test")
    assert note.level == "warning"
    assert "none of 1 (eel)" in note.text
    here, _ = grown(classes_per_task=2)
    tasks = tasks_of(config, dataset)
    hashes = {split_hash(each.pictures("test").names, tasks) for each in (dataset, here)}
    assert len(hashes) == 2, "numbers over other test pictures have another split hash"
    assert dataset.fingerprint != here.fingerprint


def test_the_prompt_is_the_one_of_the_earlier_run(grown):
    assert grown(classes_per_task=2)[0].templates == ("a {}.",)
