"""The line above the list of runs: which runs it keeps, and what it offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from gui.state.run_filter import RunFilter, terms_of
from gui.widgets.run_search import RunSearch
from tests.gui.runs_test import summary

RUNS = (
    summary("a", method="dmc", seed=1, star=True, tags=("good", "first try")),
    summary("b", method="dmc_ot", seed=11, state="failed", note="Out of memory"),
    summary("c", method="dmc_ot", seed=2, dataset="cub200", tags=("goodish",), tuning="full"),
)


def kept(text: str, known=()) -> str:
    chosen = RunFilter(text, known)
    return "".join(run.name for run in RUNS if chosen.keeps(run))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "abc"),
        ("  ", "abc"),
        ("star", "a"),
        ("-star", "bc"),
        ("tag:good", "ac"),
        ('tag:"first try"', "a"),
        ('tag:"first', "a"),
        ("-tag:good", "b"),
        ("method:dmc", "abc"),
        ("method:DMC_OT", "bc"),
        ("data:cub", "c"),
        ("state:failed", "b"),
        ("state:done", "ac"),
        ("seed:1", "a"),
        ("seed:1 star", "a"),
        ("seed:", ""),
        ("note:memory", "b"),
        ("memory", "b"),
        ("full", "c"),
        ("dmc drawn", "ab"),
        ("dmc -drawn", "c"),
        ("nonsense:x", ""),
        ("-", ""),
    ],
)
def test_every_word_must_apply(text, names):
    assert kept(text) == names


def test_a_term_that_runs_have_is_taken_as_a_whole_and_one_being_typed_by_its_beginning():
    known = terms_of(RUNS)
    assert kept("method:dm", known) == "abc"
    assert kept("method:dmc", known) == "a"
    assert kept("-method:dmc", known) == "bc"
    assert kept("tag:good", known) == "a"


def test_what_tells_the_runs_apart_is_offered_and_each_offer_keeps_some():
    terms = terms_of(RUNS)
    assert terms == [
        "star", "state:failed", "state:finished", "method:dmc", "method:dmc_ot", "data:cub200", "data:drawn",
        "seed:1", "seed:2", "seed:11", 'tag:"first try"', "tag:good", "tag:goodish",
    ]  # fmt: skip
    assert all(0 < len(kept(term, terms)) < len(RUNS) for term in terms)


def test_the_last_word_is_completed_and_those_before_it_stay(qtbot):
    field = RunSearch()
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.offer(terms_of(RUNS))
    qtbot.keyClicks(field, "star -meth")
    completer = field.completer()
    assert [completer.completionModel().index(row, 0).data() for row in range(2)] == ["method:dmc", "method:dmc_ot"]
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Down)
    qtbot.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert field.text() == "star -method:dmc"
    qtbot.keyClicks(field, " ")
    assert not completer.popup().isVisible()
