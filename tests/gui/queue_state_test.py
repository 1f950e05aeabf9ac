"""What the window knows and says of its queue: when a run may begin, how far each is, which runs a form asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.api import Capacity, Need, Paused, Resumed, RunConfig, Turn
from gui.state.many import seeds_in, variants
from gui.state.progress import Progress
from gui.state.queue import QueueState
from gui.state.queue_words import allowance, rows, sentence, summary
from tests.gui.example_run import START, events

A, B, C = (Path("runs") / name for name in "abc")


@pytest.fixture
def state():
    made = QueueState()
    made.lineup.add([A, B, C])
    made.held = False
    made.at_once = 3
    made.capacity = Capacity(2, "memory", Need(10**9, measured=True))
    return made


def test_never_more_begin_than_are_wanted_or_fit(state):
    assert state.due(busy=False) == (A, B)
    state.at_once = 1
    assert state.due(busy=False) == (A,)
    state.at_once, state.capacity = 5, None
    assert state.due(busy=False) == (A,), "one may always try"


def test_nothing_begins_while_the_queue_is_held_or_elsewhere_or_the_window_trains(state):
    assert state.due(busy=True) == ()
    state.beside = True
    assert state.due(busy=True) == (A, B)
    state.held = True
    assert state.due(busy=False) == ()
    state.held, state.owned = False, False
    assert state.due(busy=False) == ()


@pytest.mark.parametrize(
    ("turn", "held", "busy", "mood", "said"),
    [
        (None, True, False, "idle", "3 runs wait"),
        (Turn(A, "killed"), True, False, "idle", "2 runs wait, 1 run interrupted"),
        (Turn(A, "running"), False, False, "working", "1 on, 2 left"),
        (Turn(A, "running"), True, False, "pausing", "Pauses after the 1 run on now"),
        (None, False, True, "blocked", "3 runs wait for the window's own run"),
    ],
)
def test_it_says_what_it_does(state, turn, held, busy, mood, said):
    if turn:
        state.lineup.tell(turn)
    state.held = held
    assert state.mood(busy=busy) == mood
    assert sentence(state, busy=busy) == said


def test_runs_that_are_on_come_first_then_those_that_wait_then_what_is_over(state):
    state.lineup.tell(Turn(A, "failed", "The disk is full.", "Free some space."))
    state.lineup.tell(Turn(C, "running"))
    state.know(B, RunConfig().replaced(run={"seed": 7}))
    shown = rows(state, START)
    assert [row.folder for row in shown] == [C, B, A]
    assert shown[0].share == 0.0
    assert (shown[1].title, shown[1].words) == ("DMC-OT · s7", "Next")
    assert shown[2].words == "Failed: The disk is full. Free some space."
    assert shown[2].words in shown[2].help.replace("\n", ": ")


def test_progress_is_a_fold_that_ends_at_one():
    progress, shares = Progress(), []
    for event in events(3, 2, 6):
        progress.add(event)
        shares.append(progress.share)
        if event.kind == "task_started" and event.task == 1:
            assert progress.words(event.at).startswith("Task 2 of 3, 0")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert progress.last().startswith("last 8")


def test_a_run_that_is_held_says_why():
    progress = Progress()
    for event in events(3, 2, 6, done=1):
        progress.add(event)
    progress.add(Paused(at=START, reason="The disk is full."))
    assert progress.words(START) == "Task 2 of 3, The disk is full."
    progress.add(Resumed(at=START))
    assert "disk" not in progress.words(START)


def test_how_many_fit_is_said_with_its_reason():
    text, why = allowance(Capacity(2, "memory", Need(1_200_000_000, measured=True)))
    assert text == "memory allows 2"
    assert "1.2 GB" in why
    assert allowance(Capacity(3, "cores", Need(10**9)))[0] == "cores allow 3"
    assert "guess" in allowance(Capacity(1, "unmeasured", Need(10**9)))[1]


def test_the_end_is_one_sentence():
    assert summary(1, []) == "The queue is done: 1 run"
    assert summary(9, ["a", "b"]) == "The queue is done: 2 of 9 runs did not finish (a, b)"


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0", (0,)),
        ("0,1,2", (0, 1, 2)),
        (" 0, 1 ,2 ", (0, 1, 2)),
        ("0-4", (0, 1, 2, 3, 4)),
        ("3;1 2", (3, 1, 2)),
        ("1,1,0-2,", (1, 0, 2)),
        ("7 - 9", (7, 8, 9)),
        ("2147483647", (2147483647,)),
    ],
)
def test_seeds_are_read_as_people_write_them(text, seeds):
    assert seeds_in(text) == seeds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one"),
        ("a", "0,1,2"),
        ("1,-2", "0,1,2"),
        ("1.5", "0,1,2"),
        ("4-0", "write 0-4"),
        ("0-100", "more than 100"),
        ("0-2147483647", "more than 100"),
        ("0-60,100-160", "more than 100"),
        ("2147483648", "at most"),
    ],
)
def test_what_is_no_seed_is_a_sentence(text, why):
    with pytest.raises(ValueError, match=why):
        seeds_in(text)


def test_each_seed_runs_with_each_method_and_only_the_forms_own_keeps_its_settings():
    config = RunConfig().replaced(method={"epochs": 9}, run={"batch_size": 16})
    runs = variants(config, ["dmc", "dmc_ot"], [4, 5])
    assert [(run.method.name, run.run.seed) for run in runs] == [("dmc", 4), ("dmc_ot", 4), ("dmc", 5), ("dmc_ot", 5)]
    default = RunConfig().replaced(method={"name": "dmc"}).method
    assert runs[0].method == default
    assert runs[1].method == config.method
    assert {run.run.batch_size for run in runs} == {16}
