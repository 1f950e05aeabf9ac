"""What was said of a picture, folded and put into words."""

from __future__ import annotations

import pytest

from backend.api import Opened, Pixels, Question, Said, Trouble
from gui.state.answers import Answered, Guess
from tests.gui.fake_answerer import TASKS, script

DOT = Pixels(width=1, height=1, rgb=b"abc")


def answered(tmp_path, **more):
    made = Answered()
    for reply in script(Question(id=1, source=str(tmp_path), picture="a.png", **more)):
        made.add(reply)
    return made


def told(*best, there=None, bundle=False):
    """An answer of one class a task; `best` has the answered class of each checkpoint, None where it is gone."""
    tasks = tuple((f"c{task}",) for task in range(len(best)))
    asked = tuple(task for task in reversed(range(len(best))) if best[task] is not None) if there is None else there
    made = Answered()
    made.add(Opened(id=1, tasks=tasks, there=asked, bundle=bundle, square=DOT, transform="crop"))
    for task in asked:
        scores = [0.1 / len(best)] * (task + 1)
        scores[best[task]] = 0.9
        made.add(Said(id=1, task=task, learned=tuple(scores)))
    return made


def test_the_best_classes_come_first_each_with_the_task_it_was_learned_in(tmp_path):
    made = answered(tmp_path)
    assert made.newest == 2
    assert made.guesses(2, 2) == [Guess("grey cat", 0.4, 2), Guess("red car", 0.25, 0)]
    assert [guess.name for guess in made.guesses(0, 5)] == list(TASKS[0])


def test_texts_stand_among_the_learned_classes_all_of_them(tmp_path):
    made = answered(tmp_path, texts=("tractor", "dog"))
    shown = made.guesses(2, 3)
    assert shown[0] == Guess("tractor", 0.4, None)
    assert len(shown) == 4
    assert made.opened.learned == ("dog",)
    assert made.top() == "grey cat", "what was never learned is no answer of the run"


def test_moments_say_what_each_checkpoint_says_of_the_class_that_is_followed(tmp_path):
    first, second, third = answered(tmp_path).moments("red car")
    assert (first.how, first.answer.name, first.followed) == ("same", "red car", 0.9)
    assert (second.how, second.answer) == ("gone", None)
    assert (third.how, third.answer.name, third.followed) == ("other", "grey cat", 0.25)
    assert [moment.how for moment in answered(tmp_path).moments("grey cat")] == ["unlearned", "gone", "same"]


def test_moments_wait_until_their_checkpoint_has_answered():
    made = told(0, 0, 0, there=(2, 1, 0))
    del made.said[0]
    assert [moment.how for moment in made.moments("c0")] == ["waiting", "same", "same"]


@pytest.mark.parametrize(
    ("best", "sentence"),
    [
        ((0, 0, 1), "Knew it after task 1, forgot it after task 3."),
        ((0, 1, 0, 1), "Knew it after task 1, forgot it after task 2, knew it again after task 3, "
         "forgot it after task 4."),
        ((0, 0, 0), "Learned in task 1, and recognised after every task since."),
        ((0, None, 0), "Learned in task 1, and recognised after every task that can still be asked."),
        ((None, None, 0), "Learned in task 1, and recognised after task 3."),
        ((0,), "Learned in task 1, and recognised after task 1."),
    ],
)  # fmt: skip
def test_the_story_of_a_class_that_is_known_to_be_right(best, sentence):
    assert told(*best).story("c0", sure=True) == sentence


def test_the_story_of_a_class_that_came_late():
    assert told(0, 0, 1).story("c1", sure=True) == "Did not know it after task 2, knew it after task 3."
    assert told(0, 0, 0).story("c1", sure=True) == "Learned in task 2, but not recognised after any task since."


@pytest.mark.parametrize(
    ("best", "sentence"),
    [
        ((0, 1, 0), "Said “c0” after task 1, something else after task 2, that again after task 3."),
        ((0, 0), "“c0” was learned in task 1, and is the answer after every task since."),
        ((0,), "“c0” was learned in task 1, and is the answer after task 1."),
    ],
)
def test_the_story_where_nobody_told_what_is_right_claims_no_knowledge(best, sentence):
    assert told(*best).story("c0", sure=False) == sentence


def test_there_is_no_story_before_there_is_an_answer():
    assert Answered().story("c0", sure=True) == ""
    assert Answered().moments("c0") == []
    assert Answered().top() is None


def test_gaps_are_told(tmp_path):
    assert told(0, 0).gaps() == ""
    assert told(None, None, 0).gaps().startswith("The checkpoints after tasks 1, 2 are not there")
    assert told(None, 0, bundle=True).gaps().startswith("A bundle holds only the last state")
    made = told(0, 0)
    made.add(Trouble(id=1, part="task", task=0, sentence="It is damaged."))
    del made.said[0]
    assert "task 1" in made.gaps()
    assert made.moments("c0")[0].how == "gone"
