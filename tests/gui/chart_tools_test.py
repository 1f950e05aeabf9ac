"""What every chart offers around its plot: legend, menu, (i), full screen; and which charts the live page shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWhatsThis, QWidget
from pytestqt.qtbot import QtBot

from backend.api import StepEnded, TaskScored
from gui import theme
from gui.charts.accuracy import AccuracyChart, shown_tasks
from gui.charts.base import all_charts
from gui.charts.legend import Key, Legend
from gui.charts.loss import LossChart
from gui.charts.retention import RetentionChart
from gui.pages.live import LivePage
from gui.state.curves import Curves
from gui.state.metrics import METRICS, explain
from tests.gui.example_run import START, events


@pytest.fixture(scope="module")
def curves() -> Curves:
    return Curves(events(tasks=4, size=4, steps=50))


def shown(qtbot: QtBot, chart: Any, curves: Curves) -> Any:
    """Return a chart in a window of its own, drawn."""
    window = QWidget()
    QVBoxLayout(window).addWidget(chart)
    qtbot.addWidget(window)
    window.resize(440, 320)
    window.show()
    chart.show_curves(curves)
    window.grab()
    chart.home = window  # qtbot does not keep it
    return chart


# --- legend ---


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    made = Legend(theme.LIGHT, live=True)
    qtbot.addWidget(made)
    made.show_keys([Key(name, "7", "#0072b2", ()) for name in ("one", "two", "three")], theme.LIGHT)
    made.resize(made.sizeHint().width(), 120)
    made.show()
    return made


def place(legend: Legend, name: str) -> Any:
    return next(box.center().toPoint() for key, box in legend._boxes() if key.name == name)


def test_a_click_hides_a_line_and_another_shows_it(legend: Legend, qtbot: QtBot) -> None:
    before = legend.grab().toImage()
    with qtbot.waitSignal(legend.toggled) as told:
        qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place(legend, "two"))
    assert told.args == [frozenset({"two"})]
    assert "two  7 (hidden)" in legend.toolTip()
    assert legend.grab().toImage() != before
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place(legend, "two"))
    assert legend.hidden == frozenset()


def test_one_line_alone_and_all_again(legend: Legend, qtbot: QtBot) -> None:
    spot, ctrl = place(legend, "two"), Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, ctrl, spot)
    assert legend.hidden == {"one", "three"}
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, ctrl, spot)
    assert legend.hidden == frozenset()
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(legend, Qt.MouseButton.LeftButton, pos=spot)
    assert legend.hidden == {"one", "three"}


def test_the_legend_by_keyboard(legend: Legend, qtbot: QtBot) -> None:
    qtbot.keyClick(legend, Qt.Key.Key_Down)
    assert legend.accessibleDescription().startswith("At two  7.")
    qtbot.keyClick(legend, Qt.Key.Key_Space)
    assert legend.hidden == {"two"}
    qtbot.keyClick(legend, Qt.Key.Key_Return)
    assert legend.hidden == {"one", "three"}


def test_space_is_the_legends_and_not_the_runs(legend: Legend) -> None:
    def claims(key: Qt.Key) -> bool:
        event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(legend, event)
        return event.isAccepted()

    assert claims(Qt.Key.Key_Space)
    assert not claims(Qt.Key.Key_F5)


def test_a_legend_to_look_at_does_nothing(qtbot: QtBot) -> None:
    made = Legend(theme.LIGHT)
    qtbot.addWidget(made)
    made.show_keys([Key("one", "7", "#0072b2", ())], theme.LIGHT)
    made.resize(120, 60)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=place(made, "one"))
    qtbot.keyClick(made, Qt.Key.Key_Space)
    assert made.hidden == frozenset()


def test_keys_that_do_not_fit_are_reached_by_keyboard(legend: Legend, qtbot: QtBot) -> None:
    legend.show_keys([Key(f"T{n}", "7", "#0072b2", ()) for n in range(40)], theme.LIGHT)
    assert 3 < len(legend._boxes()) < 12
    for _ in range(39):
        qtbot.keyClick(legend, Qt.Key.Key_Down)
    assert legend._boxes()[-1][0].name == "T39"
    assert legend.key_at(QPointF(-5, -5)) is None


def test_a_hidden_line_is_hidden_on_all_axes(qtbot: QtBot, curves: Curves) -> None:
    loss = shown(qtbot, LossChart(), curves)
    loss.legend.toggle("As reported")
    assert [[part.line.name for part in axes.drawn] for axes in loss.axes] == [["Smoothed"], ["Smoothed"]]
    loss.show_curves(Curves(events(tasks=2, size=2, steps=9)))
    assert [part.line.name for part in loss.axes[0].drawn] == ["Smoothed"]


# --- menu ---


def entries(chart: Any) -> dict[str, Any]:
    chart.menu_button.menu().aboutToShow.emit()
    return {action.text(): action for action in chart.menu_button.menu().actions() if action.text()}


def test_the_menu_resets_and_changes_the_axis(qtbot: QtBot, curves: Curves) -> None:
    loss = shown(qtbot, LossChart(), curves)
    assert not entries(loss)["Reset view"].isEnabled()
    loss.axes[1].zoom(4, 1, loss.axes[1].plan.area.center())
    entries(loss)["Reset view"].trigger()
    assert not loss.axes[1].zoomed
    entries(loss)["Logarithmic axis"].trigger()
    assert all(axes.log for axes in loss.axes)
    assert entries(loss)["Logarithmic axis"].isChecked()
    assert "Logarithmic axis" not in entries(shown(qtbot, AccuracyChart(), curves))


def test_a_logarithmic_axis_that_cannot_be_says_why(qtbot: QtBot) -> None:
    curves = Curves(events(tasks=1, size=2, steps=5, done=0))
    curves.add(StepEnded(at=START, task=0, stage="adapt", step=5, steps=5, loss=-0.5))
    loss = shown(qtbot, LossChart(), curves)
    loss.axes[1].hide()
    action = entries(loss)["Logarithmic axis"]
    assert action.isEnabled()  # stage 2 can
    loss.axes[0].set_log(True)
    assert not loss.axes[0].log
    curves.losses["align"].add(StepEnded(at=START, task=0, stage="align", step=5, steps=5, loss=0.0))
    loss.show_curves(curves)
    refused = entries(loss)["Logarithmic axis: needs values above 0"]
    assert not refused.isEnabled()


def test_a_picture_is_copied_without_buttons_and_crosshair(qtbot: QtBot, curves: Curves) -> None:
    chart = shown(qtbot, AccuracyChart(), curves)
    entries(chart)["Copy picture"].trigger()
    plain = QApplication.clipboard().image()
    assert plain.size() == chart.size() * 2
    chart.axes[0].set_cross(2.0)
    entries(chart)["Copy picture"].trigger()
    assert QApplication.clipboard().image() == plain
    assert chart.axes[0].cross == 2.0
    assert chart.menu_button.isVisible()
    QApplication.clipboard().clear()


@pytest.mark.parametrize("kind", all_charts(), ids=lambda kind: kind.id)
def test_every_chart_explains_itself_and_its_figures(kind: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(QWhatsThis, "showText", lambda _place, text, _widget: told.append(text))
    chart = kind()
    qtbot.addWidget(chart)
    chart.header.info_button.click()
    assert told == [chart.whatsThis()]
    assert all(METRICS[metric].formula in told[0] for metric in chart.metrics)
    assert chart.header.info_button.toolTip()


def test_every_metric_has_a_formula_and_a_sentence() -> None:
    for name, metric in METRICS.items():
        assert metric.formula in explain(name)
        assert metric.sentence.endswith(".")
    with pytest.raises(KeyError):
        explain("luck")


# --- full screen ---


@pytest.mark.parametrize("way", ["button", "title", "F11"])
def test_the_whole_screen_and_back(qtbot: QtBot, curves: Curves, way: str) -> None:
    chart = shown(qtbot, AccuracyChart(), curves)
    window = chart.window()
    if way == "button":
        chart.header.full_button.click()
    elif way == "title":
        qtbot.mouseDClick(chart.title_label, Qt.MouseButton.LeftButton)
    else:
        window.activateWindow()
        chart.axes[0].setFocus()
        qtbot.waitUntil(chart.axes[0].hasFocus)
        qtbot.keyClick(chart.axes[0], Qt.Key.Key_F11)
    screen = chart.window()
    assert screen is not window
    assert screen.isFullScreen()
    chart.set_theme(theme.DARK)
    more = Curves(events(tasks=6, size=4, steps=20))
    chart.show_curves(more)
    assert len(chart.legend._keys) == 8
    chart.set_theme(theme.LIGHT)
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    assert chart.window() is window
    assert chart.isVisible()
    assert window.layout().indexOf(chart) == 0
    assert "whole screen (F11)" in chart.header.full_button.toolTip()


def test_the_whole_screen_from_a_splitter(qtbot: QtBot, curves: Curves) -> None:
    home, chart = QSplitter(), AccuracyChart()
    for widget in (QWidget(), chart, QWidget()):
        home.addWidget(widget)
    qtbot.addWidget(home)
    home.show()
    chart.show_curves(curves)
    chart.toggle_full_screen()
    assert home.indexOf(chart) == -1
    chart.toggle_full_screen()
    assert home.indexOf(chart) == 1
    assert home.count() == 3


def test_a_window_that_closes_takes_the_whole_screen_with_it(qtbot: QtBot, curves: Curves) -> None:
    chart = shown(qtbot, AccuracyChart(), curves)
    window = chart.window()
    chart.toggle_full_screen()
    window.close()
    window.deleteLater()  # and the watch for windows left behind fails otherwise


# --- charts ---


def test_smoothing_is_chosen_with_a_slider(qtbot: QtBot, curves: Curves) -> None:
    loss = shown(qtbot, LossChart(), curves)
    usual = loss._stages[0].smoothed.series.y.copy()
    loss._slider.setFocus()
    qtbot.keyClick(loss._slider, Qt.Key.Key_End)
    assert loss.smoothing == 0.99
    assert "0.99" in loss._slider.toolTip()
    assert loss._stages[0].smoothed.series.y.std() < usual.std()
    loss.set_smoothing(0.0)
    assert loss._stages[0].smoothed.series.y.tolist() == curves.losses["adapt"].loss.tolist()


def test_long_losses_are_smoothed_frame_by_frame(qtbot: QtBot) -> None:
    many = Curves(events(tasks=1, size=2, steps=1))
    x = np.arange(2.0, 90_001)
    many.losses["adapt"].series.extend(x, np.sin(x))
    loss = shown(qtbot, LossChart(), many)
    smooth = loss._stages[0].smoothed.series
    assert 0 < len(smooth) < 90_000
    qtbot.waitUntil(lambda: len(smooth) == 90_000)


def test_every_task_is_drawn_until_there_are_too_many(qtbot: QtBot) -> None:
    assert list(shown_tasks(24)) == list(range(24))
    assert list(shown_tasks(30)) == list(range(0, 30, 2))
    assert len(shown_tasks(1000)) <= 24
    chart = shown(qtbot, AccuracyChart(), Curves(events(tasks=30, size=1, steps=1)))
    assert chart.summary.endswith("15 of 30 tasks drawn")
    chart.axes[0].set_cross(30)
    assert "T29" in chart.axes[0].words()
    assert "T30" not in chart.axes[0].words().replace("After T30", "")


def test_growing_line_by_line_is_the_same_as_at_once(qtbot: QtBot) -> None:
    stream = list(events(tasks=40, size=1, steps=1))
    chart = shown(qtbot, AccuracyChart(), Curves())
    growing = Curves()
    for event in stream:
        growing.add(event)
        if isinstance(event, TaskScored):
            chart.show_curves(growing)
    other = shown(qtbot, AccuracyChart(), Curves(stream))
    for axes in (chart.axes[0], other.axes[0]):
        axes.set_cross(40)
    assert chart.axes[0].words() == other.axes[0].words()


def test_forgetting_and_bwt_are_shown_from_the_second_task_on(qtbot: QtBot, curves: Curves) -> None:
    chart = shown(qtbot, RetentionChart(), curves)
    assert chart.summary == f"Forgetting {curves.forgetting:.1f}   BWT {curves.bwt[-1]:.1f}".replace(
        "-", "\N{MINUS SIGN}"
    )
    assert chart.table(curves)[1] == ["T1", 0.0, None]
    assert chart.table(curves)[4] == ["T4", curves.forgetting, curves.bwt[3]]
    begun = Curves(event for event in events(tasks=4, size=4, steps=5, done=1))
    chart.show_curves(begun)
    assert chart._empty.text().startswith("Forgetting begins with task 2")


# --- live page ---


@pytest.fixture
def live(qtbot: QtBot, curves: Curves) -> LivePage:
    page = LivePage()
    qtbot.addWidget(page)
    page.resize(760, 620)
    page.show()
    page.show_curves(curves)
    page.draw_now()
    return page


def visible(page: LivePage) -> list[str]:
    return [chart.id for chart in page.charts if chart.isVisible()]


def test_four_charts_at_first_and_others_on_demand(live: LivePage) -> None:
    assert visible(live) == ["accuracy", "matrix", "loss", "drift"]
    ticks = {action.text(): action for action in live.choice.menu().actions()}
    ticks["Forgetting and BWT"].trigger()
    ticks["Accuracy matrix"].trigger()
    live.draw_now()
    assert visible(live) == ["accuracy", "loss", "drift", "retention"]
    assert next(chart for chart in live.charts if chart.id == "retention").summary


def test_the_last_chart_cannot_be_taken_away(live: LivePage) -> None:
    live.choice.choose(["loss"])
    ticks = {action.text(): action for action in live.choice.menu().actions()}
    assert not ticks["Loss"].isEnabled()
    live.choice.choose(["no such chart"])
    assert live.choice.ids == ["loss"]
    live.choice.choose(["loss", "accuracy"])
    assert ticks["Loss"].isEnabled()


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (760, 2)])
def test_columns_follow_the_room(live: LivePage, qtbot: QtBot, width: int, columns: int) -> None:
    live.resize(width, 620)
    qtbot.waitUntil(lambda: live.grid._columns == columns)
    charts = [chart for chart in live.charts if chart.isVisible()]
    assert len({chart.mapTo(live, chart.rect().topLeft()).x() for chart in charts}) == columns
    qtbot.waitUntil(lambda: all(chart.height() >= 200 for chart in charts))


def test_choice_and_smoothing_are_remembered(live: LivePage, qtbot: QtBot, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    live.remember_in(settings)
    live.choice.choose(["accuracy", "loss", "retention"])
    next(chart for chart in live.charts if isinstance(chart, LossChart)).set_smoothing(0.5)
    settings.sync()
    again = LivePage()
    qtbot.addWidget(again)
    again.remember_in(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    assert again.choice.ids == ["accuracy", "loss", "retention"]
    assert next(chart for chart in again.charts if isinstance(chart, LossChart)).smoothing == 0.5


@pytest.mark.parametrize("written", ["nan", "7", "-1", "much"])
def test_settings_that_make_no_sense_are_passed_over(qtbot: QtBot, tmp_path: Path, written: str) -> None:
    settings = QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)
    settings.setValue("live/smoothing", written)
    settings.setValue("live/charts", "nothing of it")
    page = LivePage()
    qtbot.addWidget(page)
    page.remember_in(settings)
    assert page.choice.ids == ["accuracy", "matrix", "loss", "drift"]
    assert next(chart for chart in page.charts if isinstance(chart, LossChart)).smoothing == 0.8


def test_a_chart_on_the_whole_screen_comes_back_into_the_page(live: LivePage) -> None:
    chart = live.charts[0]
    chart.toggle_full_screen()
    live.choice.choose(["matrix", "loss"])
    live.choice.choose(["accuracy", "matrix"])
    chart.toggle_full_screen()
    assert visible(live) == ["accuracy", "matrix"]
