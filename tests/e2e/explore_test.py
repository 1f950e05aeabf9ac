"""Somebody looks behind the numbers of a run: at pictures that flipped, at drift, at a chart on the whole screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.widgets.flips import FlipBrowser
from tests.e2e.user import User
from tests.worlds import tiny_config

RUN_MS = 90_000


def chart_of(window, name):
    return next(chart for chart in window.parts.live.charts if chart.id == name)


def test_a_cell_of_the_matrix_leads_to_its_pictures_and_one_of_them_is_seen_larger(open_window, qtbot, runs):
    window = open_window()
    window.viewer.open(runs[0])
    chart = chart_of(window, "matrix")
    qtbot.waitUntil(lambda: chart.curves is not None and chart.curves.ended is not None)
    heat = chart._map
    qtbot.waitUntil(lambda: heat.grid is not None)
    User(qtbot, window).click(heat, place=heat._layout().cell(3, 0).center().toPoint())

    beside = window.looking.confusion
    qtbot.waitUntil(lambda: beside.table is not None)
    assert (beside.question.after, beside.question.of, beside.question.before) == (3, 0, 0)
    flips: FlipBrowser = beside.flips
    qtbot.waitUntil(lambda: "Opening" not in flips.message.text() and bool(beside.map.grid))
    beside.map.setFocus()
    QTest.keyClick(beside.map, Qt.Key.Key_Home)
    QTest.keyClick(beside.map, Qt.Key.Key_Return)  # the pictures of the first class, answered right
    qtbot.waitUntil(flips.grid.isVisible)
    qtbot.waitUntil(lambda: len(flips.grid.shown) > 0)
    QTest.mouseClick(flips.grid.viewport(), Qt.MouseButton.LeftButton, pos=flips.grid.cell(0).center())
    qtbot.waitUntil(flips.viewer.isVisible)
    first = window.viewer.shown.curves.tasks[0][0]
    assert flips.viewer.heading.whole.startswith(first)
    for top in (flips.viewer, beside):
        top.close()


@pytest.mark.slow
def test_the_drift_page_follows_a_run_that_is_on_until_the_slider_is_moved(open_window, qtbot):
    window = open_window()
    page = window.parts.drift
    window.parts.new_run.load(tiny_config(method={"epochs": 2, "prompt_steps": 20}))
    window.start()
    window.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.state is not None and len(page.state.calibrations) == 2, timeout=RUN_MS)
    assert page.bar.slider.value() == 1
    assert page.bar.latest.isChecked()
    page.bar.slider.setFocus()
    User(qtbot, window).press(Qt.Key.Key_Left)
    assert page.bar.slider.value() == 0
    qtbot.waitUntil(lambda: not window.session.running, timeout=RUN_MS)
    assert window.viewer.shown.state == "finished"
    qtbot.waitUntil(lambda: page.bar.slider.maximum() == 2)
    assert page.bar.slider.value() == 0, "what somebody looks at stays"
    User(qtbot, window).click(page.bar.latest)
    assert page.bar.slider.value() == 2


@pytest.mark.slow
def test_a_chart_on_the_whole_screen_goes_on_growing_and_comes_back(open_window, qtbot):
    window = open_window()
    window.control.start(tiny_config(method={"epochs": 20}))
    qtbot.waitUntil(lambda: window.viewer.live.curves.step > 0, timeout=RUN_MS)
    chart = chart_of(window, "loss")
    home = chart.parentWidget()
    chart.menu_button.setFocus()
    User(qtbot, window).press(Qt.Key.Key_F11)
    full = chart.window()
    assert full is not window
    assert full.isFullScreen()
    seen = chart.stamp(chart.curves)
    qtbot.waitUntil(lambda: chart.stamp(chart.curves) != seen, timeout=RUN_MS)
    qtbot.waitUntil(full.isActiveWindow)
    User(qtbot, full).press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: chart.window() is window)
    assert chart.parentWidget() is home
    assert chart.isVisible()
