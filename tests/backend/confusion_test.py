"""Confusion matrices and flips say the same as counting by hand, and as the accuracies that the run told."""

from __future__ import annotations

import numpy as np
import pytest

from backend.api import Answers, RunFolderError, confusion, of_classes, open_scored, pair_answers
from backend.config import Earlier
from backend.confusion import UNKNOWN
from tests.worlds import Tiny, tiny_config


def answers(truth, said, confidence=None, pictures=None) -> Answers:
    return Answers.of(
        np.arange(len(truth)) if pictures is None else pictures,
        truth,
        said,
        np.full(len(truth), 0.5) if confidence is None else confidence,
    )


def test_counts_are_those_of_counting():
    rng = np.random.default_rng(0)
    truth, said = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
    counts = confusion(answers(truth, said), 9)
    assert counts.shape == (9, 9)
    for true in range(9):
        for answer in range(9):
            assert counts[true, answer] == ((truth == true) & (said == answer)).sum()


def test_no_pictures_give_an_empty_matrix():
    assert confusion(answers([], []), 3).tolist() == [[0] * 3] * 3


@pytest.mark.parametrize("said", [[0, 3], [0, -1]])
def test_answers_that_are_no_class_of_the_run_are_told_in_a_sentence(said):
    with pytest.raises(RunFolderError, match="not of this run's classes"):
        confusion(answers([0, 1], said), 3)


def test_only_pictures_of_some_classes():
    some = of_classes(answers([0, 1, 2, 3], [0, 0, 1, 1]), range(1, 3))
    assert some.truth.tolist() == [1, 2]
    assert some.pictures.tolist() == [1, 2]


def test_what_is_lost_was_right_and_what_is_gained_was_wrong():
    before = answers([0, 0, 1, 1], [0, 0, 0, 0])
    after = answers([0, 0, 1, 1, 2], [0, 2, 1, 2, 2], confidence=[0.9, 0.4, 0.7, 0.6, 0.5])
    cases = pair_answers(before, after)
    assert cases.pictures.tolist() == [0, 1, 2, 3]
    assert cases.lost.pictures.tolist() == [1]
    assert (cases.lost.before.tolist(), cases.lost.after.tolist()) == ([0], [2])
    assert cases.gained.pictures.tolist() == [2]


def test_pairs_are_made_by_picture_not_by_place():
    before = answers([5, 3], [5, 1], confidence=[0.9, 0.2], pictures=[8, 4])
    after = answers([3, 5, 6], [3, 2, 6], pictures=[4, 8, 9])
    cases = pair_answers(before, after)
    assert cases.pictures.tolist() == [4, 8]
    assert cases.before.tolist() == [1, 5]
    assert cases.confidence_before.tolist() == pytest.approx([0.2, 0.9])


def test_the_surest_mistakes_come_first():
    before = answers([0, 0, 0], [0, 0, 0])
    cases = pair_answers(before, answers([0, 0, 0], [1, 1, 1], confidence=[0.3, 0.9, 0.6]))
    assert cases.lost.pictures.tolist() == [1, 2, 0]


def test_a_cell_has_the_pictures_of_its_classes():
    cases = pair_answers(None, answers([0, 1, 2, 3], [2, 3, 3, 0]))
    assert cases.taken(range(2), range(2, 4)).pictures.tolist() == [0, 1]


def test_nothing_flipped_where_nothing_is_known_of_before():
    cases = pair_answers(None, answers([0, 1], [0, 0]))
    assert cases.before.tolist() == [UNKNOWN, UNKNOWN]
    assert np.isnan(cases.confidence_before).all()
    assert len(cases.lost) == len(cases.gained) == 0


def test_the_scored_pictures_of_a_run_come_with_the_names_of_their_labels():
    pictures, names = open_scored(tiny_config())
    assert len(pictures) == 6 * 8
    assert names == Tiny().class_names


def test_a_run_that_goes_on_with_another_one_has_the_pictures_of_both():
    learned = Tiny().class_names[::-1]
    earlier = Earlier(name="before", tasks=(learned,), templates=("a {}.",), data=(tiny_config().data,))
    pictures, names = open_scored(tiny_config().model_copy(update={"earlier": earlier}))
    assert names == learned
    assert len(pictures) == 6 * 8
