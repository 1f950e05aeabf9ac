"""The drift page: one slider and one selection for map, plan, classes and curves, in every state of a run."""

from __future__ import annotations

import csv

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from backend.api import Calibrated, RunStarted
from backend.insight import INSIGHT
from gui import background, theme
from gui.pages.drift import DriftPage
from gui.state.shown import Shown
from tests.gui.example_means import example, with_drift
from tests.gui.example_run import events


@pytest.fixture
def page(qtbot):
    made = DriftPage()
    qtbot.addWidget(made)
    made.resize(1000, 720)
    made.show()
    yield made
    background.wait()


def show(qtbot, page: DriftPage, shown: Shown) -> None:
    page.show_run(shown)
    qtbot.waitUntil(lambda: settled(page))


def settled(page: DriftPage) -> bool:
    """Tell whether everything was read and drawn."""
    read, of = page.state.progress if page.state else (0, -1)
    return read == of and not page._later.isActive()


def waiting(page: DriftPage) -> str:
    return page.reason.text() if page._stack.currentWidget() is page.empty else ""


# --- states ---


def test_no_run_and_a_run_in_its_first_task_say_what_comes(page, tmp_path):
    assert waiting(page) == "No run is shown."
    begun = Shown(tmp_path)
    begun.add([event for event in events(tasks=3, size=2) if isinstance(event, RunStarted)])
    page.show_run(begun)
    assert waiting(page) == "The first calibration comes in task 2."
    assert "old classes" in page.hint.text()


def test_another_run_replaces_the_first(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path / "one", tasks=3, size=3))
    page._select(page.state.rows()[0].name)
    show(qtbot, page, example(tmp_path / "two", tasks=5, size=2))
    assert page.state.selected is None
    assert page.bar.last.text() == "T5"
    page.show_run(None)
    assert waiting(page) == "No run is shown."


def test_a_run_of_old_still_shows_plan_classes_and_curves(qtbot, page, tmp_path):
    old = Shown(tmp_path)
    old.add(list(events(tasks=3, size=3, steps=2)))
    show(qtbot, page, old)
    assert "kept no class means" in page.map._empty.text()
    assert page.plan.map.grid.shape == (6, 3)
    assert page.classes.model.rowCount() == 9
    assert len(page.over_tasks.drift.drawn) == 2


def test_a_calibrator_without_plan_says_so(qtbot, page, tmp_path):
    shown = example(tmp_path, tasks=3, size=2)
    bare = {"plan": None, "calibrator": "none", "strength": None, "heldout_error": {}}
    shown.curves.calibrations = [event.model_copy(update=bare) for event in shown.curves.calibrations]
    show(qtbot, page, shown)
    assert page.plan._empty.text() == "The calibrator “none” makes no plan between classes."
    assert page.over_tasks.heldout.drawn == []
    assert page.map.summary.startswith("Mean distance")


def test_a_damaged_file_is_told_where_the_map_would_be(qtbot, page, tmp_path):
    shown = example(tmp_path, tasks=3, size=2)
    (tmp_path / INSIGHT / "means-003.safetensors").write_bytes(b"x")
    page.failed.connect(lambda _: pytest.fail("a dialog for what one chart can say"))
    show(qtbot, page, shown)
    assert "means-003.safetensors" in page.map._empty.text()
    page.bar.slider.setValue(0)
    assert page.map._body.currentIndex() == 1


def test_a_live_run_is_followed_and_nothing_new_costs_nothing(qtbot, page, tmp_path, monkeypatch):
    whole = example(tmp_path, tasks=4, size=2)
    live, drawn = Shown(tmp_path), []
    for event, _ in with_drift(events(tasks=4, size=2, steps=2)):
        live.add([event])
        page.show_run(live)
        if isinstance(event, Calibrated):
            drawn.append(page.state.event.task)
    assert drawn == [1, 2, 3]
    assert live.curves.calibrations == whole.curves.calibrations
    qtbot.waitUntil(lambda: settled(page))
    monkeypatch.setattr(page, "_refresh", lambda: pytest.fail("drawn again"))
    page.show_run(live)


# --- slider ---


def test_the_slider_takes_all_charts_to_a_task(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=4, size=3))
    assert page.bar.latest.isChecked()
    qtbot.keyClick(page.bar.slider, Qt.Key.Key_Left)
    assert page.state.event.task == 2
    assert not page.bar.latest.isChecked()
    assert "Task 3 of 4" in page.bar.words.full
    assert page.plan.map.grid.shape == (6, 3)
    qtbot.waitUntil(lambda: page.classes.model.rowCount() == 9)
    page.over_tasks.drift.picked.emit(2.2)
    assert page.state.event.task == 1
    qtbot.mouseClick(page.bar.latest, Qt.MouseButton.LeftButton)
    assert page.state.event.task == 3
    assert page.bar.latest.isChecked()


def test_space_plays_from_the_first_to_the_last_and_stops(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=4, size=2))
    qtbot.keyClick(page.map.canvas, Qt.Key.Key_Space)
    assert page.bar.playing
    assert page.bar.play.accessibleName() == "Stop playing"
    seen = [page.state.event.task]
    for _ in range(2):
        page.bar.timer.timeout.emit()
        seen.append(page.state.event.task)
    assert seen == [1, 2, 3]
    assert not page.bar.playing
    qtbot.keyClick(page.bar.slider, Qt.Key.Key_Space)
    assert page.bar.playing
    qtbot.keyClick(page.bar.slider, Qt.Key.Key_Space)
    assert not page.bar.playing


def test_nobody_is_played_to(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=4, size=2))
    page.bar.toggle()
    page.hide()
    assert not page.bar.playing


def test_one_calibration_has_nothing_to_play(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=2, size=2))
    assert not page.bar.play.isEnabled()
    qtbot.keyClick(page.map.canvas, Qt.Key.Key_Space)
    assert not page.bar.playing


# --- selection ---


def test_a_class_is_selected_everywhere_from_anywhere(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=4, size=3))
    rows = page.state.rows()
    page.map.chosen.emit(rows[2].name)
    assert page.plan.map._framed == (2, None)
    assert page.classes.view.currentIndex().data() == rows[2].name
    assert any(drawn.line.name == f"{rows[2].name}, after" for drawn in page.over_tasks.drift.drawn)
    page.classes.view.selectRow(4)
    assert page.map.canvas.accessibleDescription().startswith(rows[4].name)
    page.plan.map.opened.emit(5, 0)
    assert page.state.selected == rows[5].name
    page.map.chosen.emit(rows[-1].name)
    assert page.plan.map._framed == (None, 2)
    page.bar.slider.setValue(0)
    assert page.state.selected == rows[-1].name
    assert page.plan.map._framed == (None, None)
    page.map.chosen.emit("")
    qtbot.waitUntil(lambda: settled(page))
    assert not page.classes.view.selectionModel().hasSelection()


def test_sorting_by_what_is_left_brings_the_farthest_up(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=4, size=3))
    page.classes.view.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    worst = max(page.state.rows(), key=lambda row: row.after or 0)
    assert page.classes.order.index(0, 0).data() == worst.name
    assert page.classes.summary == f"farthest off: {worst.name} {worst.after:.3f}"
    page.classes.view.selectRow(0)
    assert page.state.selected == worst.name


# --- words, looks, paper ---


def test_the_help_folds_away(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=3, size=2))
    assert page.how.words.isVisible()
    qtbot.mouseClick(page.how.button, Qt.MouseButton.LeftButton)
    assert not page.how.words.isVisible()


def test_everything_for_the_hand_has_a_name_a_tooltip_and_the_keyboard(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=3, size=2))
    bar = (page.bar.play, page.bar.slider, page.bar.latest, page.how.button)
    charts = (page.map.canvas, page.plan.map, page.classes.view, page.over_tasks.drift, page.over_tasks.heldout)
    for widget in (*bar, *charts):
        assert widget.accessibleName() or widget.text(), widget
        assert widget.toolTip(), widget
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget


def test_it_is_drawn_in_both_themes(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=3, size=2))
    page._select(page.state.rows()[0].name)
    pictures = []
    for worn in (theme.DARK, theme.LIGHT):
        page.set_theme(worn)
        qtbot.waitUntil(lambda: settled(page))
        pictures.append(page.grab().toImage())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".csv"])
def test_every_panel_is_exported(qtbot, page, tmp_path, suffix):
    show(qtbot, page, example(tmp_path / "run", tasks=3, size=2))
    for panel in page.panels:
        path = panel.export(tmp_path / f"{panel.id}{suffix}")
        if suffix == ".csv":
            text = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
            head, *rows = csv.reader(text)
            assert rows
            assert {len(row) for row in rows} == {len(head)}
        elif suffix == ".png":
            assert not QImage(str(path)).isNull()
        else:
            assert "<svg" in path.read_text(encoding="utf-8")


def test_pointing_at_the_curves_names_every_candidate(qtbot, page, tmp_path):
    show(qtbot, page, example(tmp_path, tasks=3, size=2))
    axes = page.over_tasks.heldout
    axes.set_cross(2.0)
    words = axes.words()
    assert words.startswith("Task 2; none 1.000")
    assert "chosen strength 0.750" in words
    page.over_tasks.drift.zoom(2, 2, QPointF(50, 50))
    assert page.over_tasks.drift.zoomed
