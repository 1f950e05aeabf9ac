"""The run list and its table: the live run among those on disk, filter, sorting, what rows say."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.modeltest import ModelTester

from backend.api import RunConfig, RunEnded, RunSummary
from gui.docks.details import NOTHING
from gui.docks.runs import RunsPanel
from gui.models.runs import SUMMARY, RunsFilter, RunsModel
from gui.state.curves import Curves
from gui.state.runs import RunList, matches
from tests.gui.example_run import events


def summary(name: str, **given) -> RunSummary:
    values = {
        "folder": Path("runs") / name, "name": name, "method": "dmc_ot", "dataset": "drawn", "seed": 0,
        "state": "finished", "tasks_done": 5, "tasks": 5, "average": 86.9, "last": 81.2, "forgetting": 4.1,
        "started": 1.0,
    }  # fmt: skip
    return RunSummary(**(values | given))


@pytest.fixture
def runs():
    made = RunList()
    made.replace(
        [
            summary("old", started=1.0, last=70.0),
            summary("new", started=3.0, method="simple_cil", last=60.0),
            summary("cut", started=2.0, state="interrupted", tasks_done=2, last=None, average=None),
        ]
    )
    return made


def test_newest_first(runs):
    assert [run.name for run in runs.rows()] == ["new", "cut", "old"]


def test_the_interrupted_run_is_found(runs):
    assert runs.interrupted().name == "cut"
    runs.replace([])
    assert runs.interrupted() is None


def test_the_live_run_shows_its_numbers_at_once(runs):
    runs.begin(Path("runs/live"), RunConfig(), now=9.0)
    assert runs.rows()[0].state == "running"
    curves = Curves(events(tasks=3, size=2, steps=4, done=2))
    assert runs.update(curves)
    assert not runs.update(curves)
    assert runs.rows()[0].tasks_done == 2
    assert runs.rows()[0].last == pytest.approx(curves.last)
    runs.end(RunEnded(outcome="stopped", seconds=1))
    assert runs.rows()[0].state == "stopped"


def test_a_resumed_run_keeps_its_place(runs):
    runs.begin(Path("runs/cut"), None, now=9.0)
    assert [run.name for run in runs.rows()] == ["new", "cut", "old"]
    assert runs.interrupted() is None


@pytest.mark.parametrize(
    ("text", "found"),
    [("", True), ("dmc", True), ("DMC drawn", True), ("seed 0", True), ("s0", True), ("cifar", False)],
)
def test_every_word_of_a_filter_must_occur(text, found):
    assert matches(summary("a"), text) is found


def test_the_table_keeps_qts_contract(runs, qtmodeltester: ModelTester):
    model = RunsModel(runs)
    model.refresh()
    qtmodeltester.check(model)


def test_the_table_says_state_and_numbers_in_words(runs, qapp):
    model = RunsModel(runs)
    model.refresh()
    assert model.index(0, 0).data() == "new"
    assert model.index(0, 1).data() == "60.0"
    assert model.index(1, 1).data() == NOTHING
    assert "interrupted" in model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "2 of 5 tasks" in model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_sorting_by_last_puts_runs_without_a_number_at_the_end(runs, qapp):
    model, proxy = RunsModel(runs), RunsFilter()
    proxy.setSourceModel(model)
    model.refresh()
    proxy.sort(1, Qt.SortOrder.DescendingOrder)
    assert [proxy.index(row, 0).data() for row in range(3)] == ["old", "new", "cut"]


def test_choosing_a_row_asks_once_and_filtering_keeps_the_choice(runs, qtbot):
    panel = RunsPanel(runs)
    qtbot.addWidget(panel)
    asked = []
    panel.open_requested.connect(asked.append)
    panel.view.setCurrentIndex(panel.proxy.index(2, 0))
    assert asked == [Path("runs/old")]
    panel.filter.setText("old")
    assert panel.proxy.rowCount() == 1
    assert panel.view.currentIndex().siblingAtColumn(0).data(SUMMARY).name == "old"
    panel.select(Path("runs/new"))
    assert asked == [Path("runs/old")]


def test_an_empty_list_says_what_will_be_there(qtbot):
    panel = RunsPanel(RunList())
    qtbot.addWidget(panel)
    assert any("No runs yet" in label.text() for label in panel.findChildren(QLabel))


def test_200_runs_are_listed_quickly(qtbot):
    runs = RunList()
    runs.replace(summary(f"run-{n}", started=float(n)) for n in range(200))
    begun = time.perf_counter()
    panel = RunsPanel(runs)
    qtbot.addWidget(panel)
    panel.resize(304, 600)
    panel.show()
    panel.filter.setText("run-1")
    assert time.perf_counter() - begun < 2.0
