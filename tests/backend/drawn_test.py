"""The drawn world: a picture depends on its part, class and index alone, and the benchmark is shifted."""

from __future__ import annotations

import numpy as np
import pytest

from backend.datasets.drawn import PICTURES_A_CLASS, THINGS, Drawn
from backend.demo import scene
from backend.demo.shapes import HELD_OUT_SHAPES, PRETRAINING_SHAPES, SHAPES


def test_forty_distinct_classes_of_twenty_shapes_eight_of_them_held_out():
    assert len(set(THINGS)) == 40
    shapes = {shape for _, _, shape in THINGS}
    assert len(shapes) == 20
    assert shapes >= set(HELD_OUT_SHAPES)
    assert not set(HELD_OUT_SHAPES) & set(PRETRAINING_SHAPES)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_pictures_are_the_same_every_time_and_differ_from_each_other(part):
    pictures, again = Drawn().pictures(part), Drawn().pictures(part)
    assert len(pictures) == 40 * PICTURES_A_CLASS[part]
    picks = [0, 1, len(pictures) - 1]
    for i in picks:
        assert np.array_equal(pictures.load(i), again.load(i))
    assert len({pictures.load(i).tobytes() for i in picks}) == 3


def test_no_picture_is_in_two_parts():
    first = {part: Drawn().pictures(part).load(0).tobytes() for part in ("train", "validation", "test")}
    assert len(set(first.values())) == 3


def test_labels_and_names_go_together():
    pictures = Drawn().pictures("test")
    i = 7 * PICTURES_A_CLASS["test"]
    assert pictures.labels[i] == 7
    assert pictures.names[i].startswith("test/" + "-".join(THINGS[7]))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_ink_and_leaves_room(shape):
    ink = scene.draw_ink(SHAPES[shape], scene.Pose())
    assert 0.05 < float(ink.mean()) < 0.6


@pytest.mark.parametrize("texture", scene.TEXTURES)
def test_textures_are_planes_between_0_and_1(texture):
    plane = scene.draw_texture(texture, scene.Pose(0.3))
    assert plane.shape == (scene.PIXELS, scene.PIXELS)
    assert float(plane.min()) >= 0
    assert float(plane.max()) <= 1
