"""The compare page: what it shows of runs, what it refuses, and how runs come and go."""

from __future__ import annotations

import csv
import shutil

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer

from backend.api import RunEnded, list_runs
from gui import background, theme
from gui.dragging import MIME, dragged, packed
from gui.models.runs import RunsModel
from gui.pages.compare import ComparePage
from gui.state.compare import View, look
from gui.state.compare_words import STAR
from gui.state.runs import RunList
from gui.state.shown import Shown
from gui.widgets.compare_chart import mark
from gui.widgets.compare_model import BEST, NOTE
from tests.made_runs import make_run, scored, tell


@pytest.fixture
def page(qtbot, qapp):
    theme.apply(qapp, theme.LIGHT)
    made = ComparePage()
    qtbot.addWidget(made)
    made.resize(780, 640)
    made.show()
    settled(qtbot, made)
    yield made
    background.wait()


@pytest.fixture
def runs(tmp_path):
    def make(method, seeds=(0, 1, 2), name="", **changed):
        return [make_run(tmp_path / f"{name or method}-s{seed}", method, seed, **changed) for seed in seeds]

    return make


def settled(qtbot, page) -> None:
    qtbot.waitUntil(lambda: not page._busy)
    page.full.show_now()


def compare(qtbot, page, *folders) -> None:
    page.show_folders([folder for some in folders for folder in some])
    settled(qtbot, page)


def cells(page, role=Qt.ItemDataRole.DisplayRole) -> list[list[str]]:
    model = page.full.results.results
    return [[model.index(r, c).data(role) for c in range(model.columnCount())] for r in range(model.rowCount())]


def test_an_empty_page_says_how_to_begin(page):
    assert page._empty.isVisible()
    assert "Add runs" in page._empty.add_button.text()
    assert not page.export_button.isVisible()


def test_while_runs_are_read_the_page_says_so(qtbot, page, runs):
    page.show_folders(runs("dmc"))
    assert page._empty.words.text() == "Reading 3 runs…"
    assert not page._empty.add_button.isVisible()
    settled(qtbot, page)
    assert page.full.isVisible()
    assert page._head.isVisible()


def test_a_row_a_group_with_the_difference_from_the_baseline_below(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot", level=90))
    assert page.words.whole == "6 runs in 2 groups · after task 3 of 3"
    assert [row[0] for row in cells(page)] == ["DMC", "DMC-OT"]
    assert cells(page, NOTE)[0][0].startswith("baseline")
    assert all(note.startswith("+") and "n 3" in note for note in cells(page, NOTE)[1][1:3])
    assert [row[1].startswith(STAR) for row in cells(page)] == [False, True]
    assert [row[1] for row in cells(page, BEST)] == [False, True]
    assert "95 % confidence" in cells(page, Qt.ItemDataRole.ToolTipRole)[1][1]


def test_another_baseline_turns_the_differences(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot", level=90))
    page.full.results.setCurrentIndex(page.full.results.results.index(1, 0))
    qtbot.keyClick(page.full.results, Qt.Key.Key_Return)
    settled(qtbot, page)
    assert page.full.baseline.currentText() == "DMC-OT"
    assert cells(page, NOTE)[0][1].startswith("\N{MINUS SIGN}")


def test_one_run_asks_for_another(qtbot, page, runs):
    compare(qtbot, page, runs("dmc", seeds=(0,)))
    assert "add another" in page.words.whole
    assert cells(page)[0][0] == "DMC"


def test_what_is_not_comparable_is_refused_until_it_is_asked_for(qtbot, page, runs, tmp_path):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot", started={"weights": "ViT-B-16 openai"}))
    assert page.banner.isVisible()
    assert not page.banner.away.isVisible()
    assert "weights" in page.banner.text.text()
    assert "ViT-B-16 openai (DMC-OT)" in page.banner.text.text()
    assert set(cells(page, NOTE)[1][1:]) == {"not comparable"}
    assert not any(STAR in text for row in cells(page) for text in row)
    assert "Not comparable" in page.full.charts[0].summary
    page.banner.button.click()
    settled(qtbot, page)
    assert page.banner.isVisible()
    assert "n 3" in cells(page, NOTE)[1][1]
    page.export_button.copy("latex")
    assert "WARNING, not comparable: Weights" in QGuiApplication.clipboard().text()
    page.banner.button.click()
    settled(qtbot, page)
    assert set(cells(page, NOTE)[1][1:]) == {"not comparable"}


def test_a_run_that_is_on_is_followed(qtbot, page, runs):
    (folder,) = runs("dmc", seeds=(0,), done=1, outcome="")
    compare(qtbot, page, [folder], runs("dmc_ot", seeds=(0,)))
    assert "after task 1 of 3, the last that dmc-s0 has finished" in page.words.whole
    shown = Shown(folder)
    page.show_run(shown)
    (run,) = page.full.results.view.comparison.groups[0].runs
    second = scored(1, [80.0, 70.0], run.scores)
    tell(folder, second)
    shown.add([*([run.started] if run.started else []), *run.scores, second])
    page.show_run(shown)
    qtbot.waitUntil(lambda: "after task 2" in page.words.whole)


def test_a_run_of_another_process_is_followed_while_the_page_is_on_show(qtbot, page, runs):
    (folder,) = runs("dmc", seeds=(0,), done=2, outcome="")
    compare(qtbot, page, [folder])
    (run,) = page.board.view.comparison.runs
    tell(folder, scored(2, [70.0, 70.0, 70.0], run.scores), RunEnded(outcome="finished", seconds=1.0))
    page._timer.timeout.emit()
    settled(qtbot, page)
    assert page.board.view.comparison.runs[0].state == "finished"
    page.hide()
    assert not page._timer.isActive()


def test_nothing_new_is_nothing_to_draw(runs):
    folders = runs("dmc")
    view = look(folders, View(), "", anyway=False)
    assert view is not None
    assert look(folders, view, "", anyway=False) is None
    assert look(folders, view, "", anyway=True) is not None


def test_groups_keep_their_colours_when_others_go(qtbot, page, runs):
    first, second = runs("dmc"), runs("dmc_ot")
    compare(qtbot, page, first, second)
    before = mark(page.board.view, page.board.view.comparison.groups[1], theme.LIGHT)
    page.remove(first)
    settled(qtbot, page)
    (left,) = page.board.view.comparison.groups
    assert mark(page.board.view, left, theme.LIGHT) == before
    page.add(runs("joint"))
    settled(qtbot, page)
    drawn = [mark(page.board.view, group, theme.LIGHT) for group in page.board.view.comparison.groups]
    assert len(set(drawn)) == 2


def test_no_two_of_64_groups_are_drawn_alike(runs):
    view = look(runs("dmc", seeds=(0,)), View(), "", anyway=False)
    (group,) = view.comparison.groups
    drawn = []
    for place in range(64):
        view.places[group.key] = place
        drawn.append(mark(view, group, theme.LIGHT))
    assert len(set(drawn)) == 64


def test_runs_are_taken_out_by_click_and_key(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    tree = page.full.runs
    page.full.tabs.setCurrentWidget(tree)
    last = tree.topLevelItem(0).child(2)
    tree.itemClicked.emit(last, 6)
    settled(qtbot, page)
    assert page.board.view.comparison.groups[0].seeds == (0, 1)
    tree.setCurrentItem(tree.topLevelItem(1))
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    settled(qtbot, page)
    assert [group.label for group in page.board.view.comparison.groups] == ["DMC"]
    page.clear_button.click()
    settled(qtbot, page)
    assert page._empty.isVisible()


def test_damaged_and_empty_runs_are_named(qtbot, page, runs, tmp_path):
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "config.toml").write_text("[")
    compare(qtbot, page, runs("dmc"), [bad], runs("dmc_ot", seeds=(0,), done=0, outcome=""))
    assert "1 damaged, left out" in page.words.whole
    tree = page.full.runs
    tops = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    assert [top.text(0) for top in tops] == ["DMC", "No finished task yet", "Left out: cannot be read"]
    assert "config.toml" in tops[2].child(0).toolTip(0)
    compare(qtbot, page, [bad])
    assert page._empty.isVisible()
    assert "config.toml" in page._empty.hint.text()
    assert page.clear_button.isVisible()


def test_a_run_that_is_deleted_meanwhile_is_left_out(qtbot, page, runs):
    folders = runs("dmc")
    compare(qtbot, page, folders)
    shutil.rmtree(folders[0])
    page.look()
    settled(qtbot, page)
    assert page.board.view.comparison.groups[0].seeds == (1, 2)


def test_the_dialog_lists_runs_by_method_and_finds_them(qtbot, qapp, runs, tmp_path):
    there = [*runs("dmc"), *runs("dmc_ot")]
    known = RunList()
    known.replace(list_runs(tmp_path))
    page = ComparePage(known)
    qtbot.addWidget(page)
    page.show()
    page.show_folders(there[:1])
    settled(qtbot, page)
    page.ask()
    dialog = page.dialog
    tops = {dialog.tree.topLevelItem(i).text(0): dialog.tree.topLevelItem(i) for i in range(2)}
    assert {name: top.childCount() for name, top in tops.items()} == {"DMC": 2, "DMC-OT": 3}
    assert not dialog.add_button.isEnabled()
    dialog.search.setText("seed:1")
    assert [tops["DMC-OT"].child(i).isHidden() for i in range(3)] == [True, False, True]
    tops["DMC-OT"].setCheckState(0, Qt.CheckState.Checked)
    assert dialog.add_button.text() == "Add 3 runs"
    dialog.add_button.click()
    settled(qtbot, page)
    assert [group.label for group in page.board.view.comparison.groups] == ["DMC", "DMC-OT"]
    background.wait()


def test_only_settings_that_differ_are_shown_unless_all_are_wanted(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc", name="wide", model={"lora_rank": 32}))
    table = page.full.settings.table
    assert [table.topLevelItem(i).text(0) for i in range(table.topLevelItemCount())] == ["≠ model.lora_rank"]
    assert [table.topLevelItem(0).text(i) for i in (1, 2)] == ["8", "32"]
    page.full.settings.every.setChecked(True)
    assert table.topLevelItemCount() > 20


def test_runs_are_dragged_from_the_list(qtbot, page, runs, tmp_path):
    runs("dmc")
    known = RunList()
    known.replace(list_runs(tmp_path))
    model = RunsModel(known)
    model.refresh()
    index = model.index(0, 0)
    assert model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    data = model.mimeData([model.index(row, column) for row in range(3) for column in range(2)])
    assert len(dragged(data)) == 3
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    page.dropEvent(QDropEvent(QPointF(QPoint(5, 5)), action, data, button, Qt.KeyboardModifier.NoModifier))
    settled(qtbot, page)
    assert len(page.board.view.comparison.runs) == 3


def test_something_else_is_no_run():
    assert dragged(QMimeData()) == []
    assert packed([]).hasFormat(MIME)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_charts_are_exported_with_their_legend(qtbot, page, runs, tmp_path, suffix):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    with qtbot.waitSignal(page.export_button.said):
        page.export_button.draw(tmp_path / f"both{suffix}")
    if suffix == ".svg":
        text = (tmp_path / "both.svg").read_text()
        assert QSvgRenderer(str(tmp_path / "both.svg")).isValid()
        assert "DMC-OT" in text
        assert "hash-of-1" in text
    else:
        assert not QImage(str(tmp_path / "both.png")).isNull()


def test_a_place_that_cannot_be_written_is_told(qtbot, page, runs, tmp_path):
    compare(qtbot, page, runs("dmc"))
    for act in (page.export_button.draw, lambda to: page.export_button.write("csv", to)):
        with qtbot.waitSignal(page.failed) as told:
            act(tmp_path / "missing" / "a.png")
        assert told.args[0].hint


def test_a_charts_own_table_has_means_and_runs(qtbot, page, runs, tmp_path):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot", seeds=(0,), done=2, outcome=""))
    curves, bars = page.full.charts
    lines = curves.export(tmp_path / "a.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    (first, second) = page.board.view.comparison.groups
    assert [float(row["DMC mean"]) for row in rows] == pytest.approx([point.mean for point in first.curve()])
    assert [row["dmc_ot-s0"] for row in rows[2:]] == [""]
    assert [row["DMC n"] for row in rows] == ["3", "3", "3"]
    lines = bars.export(tmp_path / "b.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert float(rows[1]["DMC-OT mean"]) == pytest.approx(second.runs[0].scores[1].row[1])


def test_tables_are_written_in_the_pool(qtbot, page, runs, tmp_path):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    with qtbot.waitSignal(page.export_button.said):
        page.export_button.write("latex", tmp_path / "a.tex")
    assert "\\begin{tabular}" in (tmp_path / "a.tex").read_text()


def test_single_runs_are_drawn_on_demand_and_hidden_with_their_group(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    chart = page.full.charts[0]
    assert len(chart.axes.drawn) == 2
    chart.single.setChecked(True)
    assert len(chart.axes.drawn) == 8
    chart.legend.toggle("DMC")
    assert len(chart.axes.drawn) == 4


def test_dark_looks_other_than_light_and_shows_the_same(qtbot, qapp, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    light = page.grab().toImage()
    theme.apply(qapp, theme.DARK)
    page.set_theme(theme.DARK)
    settled(qtbot, page)
    assert page.grab().toImage() != light
    assert [row[0] for row in cells(page)] == ["DMC", "DMC-OT"]


def test_everything_to_press_has_a_name_and_a_word_of_help(qtbot, page, runs):
    compare(qtbot, page, runs("dmc"), runs("dmc_ot"))
    chart = page.full.charts[0]
    for widget in (page.add_button, page.clear_button, page.export_button, page.full.baseline, chart.single,
                   page.full.settings.every, page.full.runs):  # fmt: skip
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()
    assert page.full.results.accessibleName()


def test_what_is_in_another_tab_is_there_when_it_is_looked_at(qtbot, page, runs):
    page.show_folders([*runs("dmc"), *runs("dmc_ot")])
    qtbot.waitUntil(lambda: page.full.results.results.rowCount() == 2 and not page.full._timer.isActive())
    assert page.full.runs.topLevelItemCount() == 0
    page.full.tabs.setCurrentWidget(page.full.runs)
    qtbot.waitUntil(lambda: page.full.runs.topLevelItemCount() == 2)
