"""The order of turns: what runs next, what can be moved, and what stays where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.lineup import Lineup, Turn

A, B, C, D, E = (Path(name) for name in "abcde")


@pytest.fixture
def lineup():
    made = Lineup()
    made.add([A, B, C, D, E])
    return made


def test_as_many_are_due_as_are_wanted_at_once(lineup):
    assert lineup.due(2) == (A, B)
    lineup.tell(Turn(A, "running"))
    assert lineup.due(2) == (B,)
    assert lineup.due(1) == ()
    lineup.tell(Turn(A, "killed", "It is gone."))
    assert lineup.due(1) == (B,)


def test_a_run_is_in_it_once_and_one_that_is_over_comes_again_at_the_end(lineup):
    lineup.tell(Turn(A, "failed", "It failed."))
    lineup.tell(Turn(B, "running"))
    lineup.add([A, B, C])
    assert [turn.folder for turn in lineup.turns] == [B, C, D, E, A]
    assert lineup.fate(A) == "waiting"
    assert lineup.fate(B) == "running"


@pytest.mark.parametrize(
    ("moved", "place", "order"),
    [
        ([E], 0, [E, B, C, D]),
        ([C], 0, [C, B, D, E]),
        ([B], 2, [C, B, D, E]),
        ([B], 99, [C, D, E, B]),
        ([C, E], 0, [C, E, B, D]),
        ([B, D], 4, [C, E, B, D]),
        ([C], -1, [C, B, D, E]),
        ([A], 3, [B, C, D, E]),
        ([Path("stranger")], 0, [B, C, D, E]),
    ],
)
def test_waiting_runs_are_put_before_the_one_at_a_place(lineup, moved, place, order):
    lineup.tell(Turn(A, "running"))
    lineup.put(moved, place)
    assert list(lineup.folders("waiting")) == order
    assert lineup.turns[0] == Turn(A, "running"), "what is on stays where it is"


def test_what_is_on_cannot_be_taken_out(lineup):
    lineup.tell(Turn(A, "running"))
    assert lineup.remove([A, B, Path("stranger")]) == (B,)
    assert lineup.folders("running", "waiting") == (A, C, D, E)


def test_news_of_a_run_that_was_taken_out_brings_it_not_back(lineup):
    lineup.remove([B])
    lineup.tell(Turn(B, "finished"))
    assert B not in lineup
    assert lineup.fate(B) is None
