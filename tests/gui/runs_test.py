"""The run list and its table: the live run among those on disk, filter, sorting, what rows say."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.modeltest import ModelTester

from backend.api import RunConfig, RunEnded, RunSummary
from gui import theme
from gui.docks.details import NOTHING
from gui.docks.runs import RunsPanel
from gui.models.runs import COLUMNS, SUMMARY, RunsFilter, RunsModel
from gui.state.curves import Curves
from gui.state.run_words import describe, subtitle, title
from gui.state.runs import RunList, matches
from gui.widgets.chips import fitting
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
    model = RunsModel(runs)
    proxy = RunsFilter(model)
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


@pytest.fixture
def panel(runs, qtbot):
    made = RunsPanel(runs)
    qtbot.addWidget(made)
    made.resize(304, 700)
    made.show()
    made.activateWindow()
    made.asked = []
    made.open_requested.connect(made.asked.append)
    return made


def click(panel, qtbot, row, keys=Qt.KeyboardModifier.NoModifier):
    place = panel.view.visualRect(panel.proxy.index(row, 0)).center()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, keys, place)


def names(panel):
    return [panel.proxy.index(row, 0).data() for row in range(panel.proxy.rowCount())]


def test_several_are_chosen_with_ctrl_and_compared_with_one_click_more(panel, qtbot):
    compared = []
    panel.compare_requested.connect(compared.append)
    click(panel, qtbot, 0)
    assert not panel.compare_button.isVisible()
    for row in (1, 2):
        click(panel, qtbot, row, Qt.KeyboardModifier.ControlModifier)
    assert panel.compare_button.text() == "Compare 3 runs"
    qtbot.mouseClick(panel.compare_button, Qt.MouseButton.LeftButton)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel.compare_button, Qt.Key.Key_C, both)
    assert compared == [[Path("runs/new"), Path("runs/cut"), Path("runs/old")]] * 2
    assert panel.asked[-1] == Path("runs/old"), "the details show the last one"


def test_what_is_chosen_survives_news_of_other_runs_and_opens_nothing(panel, runs, qtbot):
    click(panel, qtbot, 0)
    click(panel, qtbot, 1, Qt.KeyboardModifier.ControlModifier)
    before = list(panel.asked)
    runs.replace([summary("new", started=3.0, last=99.0), summary("cut", started=2.0), summary("other", started=9.0)])
    panel.refresh()
    panel.select(panel.asked[-1])
    assert names(panel) == ["other", "new", "cut"]
    assert [run.name for run in panel.chosen()] == ["new", "cut"]
    assert panel.chosen()[0].last == 99.0
    assert panel.asked == before


def test_a_chosen_run_that_the_filter_hides_opens_no_other(panel, qtbot):
    click(panel, qtbot, 1)
    panel.filter.setText("method:simple_cil")
    assert names(panel) == ["new"]
    assert panel.asked == [Path("runs/cut")]
    panel.filter.setText("")
    assert panel.proxy.rowCount() == 3


def test_rows_come_go_and_change_without_a_reset(runs, qtmodeltester: ModelTester, qtbot):
    model = RunsModel(runs)
    qtmodeltester.check(model)
    model.refresh()
    model.modelReset.connect(lambda: pytest.fail("what is chosen would be lost"))
    changed = []
    model.dataChanged.connect(lambda first, *_: changed.append(first.row()))
    for wanted in ("cba", "a", "", "abcdefg", "bdf", "gfedcb"):
        runs.replace(summary(name) for name in wanted)
        model.refresh()
        assert sorted(run.name for run in model.runs()) == sorted(wanted)
    changed.clear()
    runs.replace([*(summary(name) for name in "gfdcb"), summary("e", star=True)])
    model.refresh()
    assert [model.runs()[row].name for row in changed] == ["e"]


def test_keys_do_what_the_menu_offers_for_what_is_chosen(panel, qtbot):
    asked = []
    panel.star_requested.connect(lambda folders, star: asked.append(("star", len(folders), star)))
    panel.trash_requested.connect(lambda folders: asked.append(("trash", len(folders))))
    panel.view.setFocus()
    click(panel, qtbot, 0)
    click(panel, qtbot, 2, Qt.KeyboardModifier.ShiftModifier)
    for key in (Qt.Key.Key_S, Qt.Key.Key_Delete):
        qtbot.keyClick(panel.view, key)
    assert asked == [("star", 3, True), ("trash", 3)]
    click(panel, qtbot, 1)
    panel.asked.clear()
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert panel.asked == [Path("runs/cut")]
    qtbot.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == str(Path("runs/cut"))


def test_letters_in_the_filter_are_no_commands(panel, qtbot):
    panel.star_requested.connect(lambda *_: pytest.fail("a star"))
    click(panel, qtbot, 0)
    panel.filter.setFocus()
    qtbot.keyClicks(panel.filter, "s")
    assert panel.filter.text() == "s"


@pytest.mark.parametrize(
    ("state", "allowed", "denied"),
    [
        ("finished", {"trash", "rename", "settings"}, {"resume"}),
        ("interrupted", {"trash", "rename", "resume"}, set()),
        ("queued", {"resume", "trash"}, set()),
        ("running", {"star", "copy"}, {"trash", "rename", "resume"}),
        ("damaged", {"trash", "folder", "rename"}, {"settings", "resume"}),
    ],
)
def test_the_menu_offers_what_makes_sense(state, allowed, denied, panel, runs, qtbot):
    runs.replace([summary("run", state=state, problem="config.toml is damaged." if state == "damaged" else "")])
    panel.refresh()
    click(panel, qtbot, 0)
    enabled = {name for name in allowed | denied if panel.actions_of_run[name].isEnabled()}
    assert enabled == allowed
    assert panel.actions_of_run["resume"].text() == ("Start" if state == "queued" else "Resume")
    assert not panel.actions_of_run["compare"].isEnabled()


def test_f2_renames_in_place_and_esc_does_not(panel, qtbot):
    asked = []
    panel.rename_requested.connect(lambda *args: asked.append(args))
    panel.view.setFocus()
    click(panel, qtbot, 0)
    for last in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        qtbot.keyClick(panel.view, Qt.Key.Key_F2)
        field = panel.view.findChild(QLineEdit)
        assert field.text() == "new"
        field.setText("better")
        qtbot.keyClick(field, last)
        qtbot.waitUntil(lambda: panel.view.findChild(QLineEdit) is None)
    assert asked == [(Path("runs/new"), "better")]
    assert names(panel)[0] == "new", "until the folder has its new name"


def test_more_columns_come_with_more_width_until_somebody_chooses(panel, qtbot):
    def shown():
        return {title for n, title in enumerate(COLUMNS) if not panel.view.isColumnHidden(n)}

    assert shown() == {"Run", "Last", "Avg"}
    panel.resize(1100, 700)
    qtbot.waitUntil(lambda: shown() == set(COLUMNS))
    panel.columns.choose(("Last", "Seed"))
    panel.resize(304, 700)
    qtbot.waitUntil(lambda: panel.view.viewport().width() < 304)
    assert shown() == {"Run", "Last", "Seed"}
    panel.columns.choose(None)
    assert shown() == {"Run", "Last", "Avg"}
    assert sum(panel.view.columnWidth(n) for n in range(len(COLUMNS))) <= panel.view.viewport().width()


def test_every_column_sorts_and_newest_first_is_one_choice_away(panel, qtbot, runs):
    runs.replace(summary(f"r{n}", started=float(n), last=last) for n, last in enumerate((50.0, None, 70.0)))
    panel.refresh()
    header = panel.view.header()
    for order in (["r2", "r0", "r1"], ["r1", "r0", "r2"]):
        place = QPoint(header.sectionViewportPosition(1) + 9, 9)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert names(panel) == order
    for column in range(len(COLUMNS)):
        for order in Qt.SortOrder:
            panel.view.sortByColumn(column, order)
            assert sorted(names(panel)) == ["r0", "r1", "r2"]
    panel._fill_menu()
    next(action for action in panel._menu.actions() if action.text() == "Newest first").trigger()
    assert names(panel) == ["r2", "r1", "r0"]


def test_a_thousand_runs_take_news_of_one_without_looking_at_the_others(qtbot):
    runs = RunList()
    many = [summary(f"run-{n}", started=float(n)) for n in range(1000)]
    runs.replace(many)
    panel = RunsPanel(runs)
    qtbot.addWidget(panel)
    changed = []
    panel.model.dataChanged.connect(lambda first, last, *_: changed.append((first.row(), last.row())))
    runs.replace([*many[:-1], replace(many[-1], last=1.0)])
    panel.refresh()
    assert len(changed) == 1
    assert changed[0][0] == changed[0][1]


@pytest.mark.parametrize("theme_", [theme.LIGHT, theme.DARK])
def test_rows_of_every_kind_can_be_drawn(theme_, qapp, panel, runs):
    theme.apply(qapp, theme_)
    states = ("queued", "running", "finished", "stopped", "failed", "interrupted", "damaged")
    runs.replace(
        summary(state, state=state, star=True, tags=("one", "a rather long tag of some words"), last=None)
        for state in states
    )
    panel.refresh()
    panel.set_theme(theme_)
    assert not panel.grab().isNull()
    theme.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize(("room", "drawn"), [(99, ["aaa", "bb", "c"]), (13, ["+3"]), (20, ["aaa", "+2"])])
def test_as_many_tags_are_drawn_as_fit(room, drawn):
    assert fitting(["aaa", "bb", "c"], lambda word: 2 * len(word), room) == drawn


def test_a_line_says_how_a_run_fares_and_when_it_began():
    now = time.mktime((2026, 5, 3, 12, 0, 0, 0, 0, -1))
    run = summary("dmc_ot-drawn-s0-20260503-0900", started=now - 3600)
    assert title(run, "DMC-OT") == "DMC-OT · s0"
    assert title(replace(run, name="mine"), "DMC-OT") == "mine"
    assert subtitle(run, now) == "done · drawn · 11:00"
    assert subtitle(replace(run, state="running", tasks_done=2), now).startswith("task 3 of 5 · ")
    assert subtitle(replace(run, started=now - 9e5), now).endswith("23 Apr")
    assert subtitle(replace(run, started=now - 9e7), now).endswith("2023")
    assert describe(replace(run, note="x" * 999, star=True, tags=("a",))).count("\n") == 5
