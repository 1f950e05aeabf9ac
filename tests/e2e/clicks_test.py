"""How many actions things take: nobody needs more clicks than were promised. Every action is a real click or key."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox

import tests.worlds
from backend.api import RunConfig
from gui.charts.saving import Saving
from gui.models.moments import ANSWER
from tests.e2e.hands import answerer_command, cut_off
from tests.e2e.user import User
from tests.worlds import tiny_config

RUN_MS = 90_000
LONG = {"name": "dmc_ot", "epochs": 200}


@pytest.fixture
def at_work(open_window, qtbot):
    """A window in which a long run has begun, and its user."""
    window = open_window()
    window.control.start(tiny_config(method=LONG))
    qtbot.waitUntil(lambda: window.viewer.live.curves.step > 0, timeout=RUN_MS)
    return window, User(qtbot, window)


def test_a_first_run_is_one_click(open_window, qtbot):
    window = open_window()
    assert window.parts.new_run.config() == RunConfig(), "the demo is filled in"
    window.parts.new_run.load(tiny_config())  # in its place one that takes seconds
    user = User(qtbot, window)
    user.click(window.parts.new_run.start_button)
    assert window.session.running
    assert user.count <= 1
    qtbot.waitUntil(lambda: not window.session.running, timeout=RUN_MS)
    assert window.viewer.shown.state == "finished"


def test_data_set_split_method_and_start_are_seven(open_window, qtbot):
    window = open_window()
    user, form = User(qtbot, window), window.parts.new_run.form.rows
    user.choose(form["data.name"].editor.widget, "Tiny drawn world")
    user.type(form["split.classes_per_task"].editor.widget.lineEdit(), "4")
    user.choose(form["method.name"].editor.widget, "SimpleCIL")
    user.press(Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.session.running)
    config = window.viewer.live.config
    assert (config.data.name, config.split.classes_per_task, config.method.name) == ("tiny", 4, "simple_cil")
    assert user.count <= 7, user.actions
    qtbot.waitUntil(lambda: not window.session.running, timeout=RUN_MS)


def test_pausing_is_one_and_going_on_is_one(at_work, qtbot):
    window, user = at_work
    window.parts.live.setFocus()
    user.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.viewer.live.curves.paused, timeout=RUN_MS)
    assert user.count <= 1
    user.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.viewer.live.curves.paused, timeout=RUN_MS)
    assert user.count <= 2


def test_stopping_is_one_and_asks_nothing(at_work, qtbot):
    window, user = at_work
    user.press(Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert "stopping" in window.parts.status.message.text().lower()
    assert not window.findChildren(QMessageBox)
    assert QApplication.activeModalWidget() is None
    qtbot.waitUntil(lambda: not window.session.running, timeout=RUN_MS)
    assert window.viewer.shown.state == "stopped"
    assert user.count <= 1


def test_comparing_three_runs_is_four(open_window, qtbot, runs):
    window = open_window()
    user, panel, page = User(qtbot, window), window.parts.runs, window.parts.compare
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 3)
    for row in range(3):
        held = Qt.KeyboardModifier.ControlModifier if row else Qt.KeyboardModifier.NoModifier
        user.click_row(panel.view, panel.proxy.index(row, 0), held)
    user.click(panel.compare_button)
    qtbot.waitUntil(lambda: len(page.board.view.comparison.runs) == 3)
    assert window.pages.currentWidget() is page
    assert user.count <= 4, user.actions


def test_exporting_the_checkpoint_is_two(open_window, qtbot, runs, tmp_path):
    window = open_window()
    window.settings.setValue("export/folder", str(tmp_path))
    window.viewer.open(runs[0])
    qtbot.waitUntil(lambda: window.exporter.checkpoint.isEnabled())
    user = User(qtbot, window)
    user.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.exporter.dialog.isActiveWindow)
    with qtbot.waitSignal(window.exporter.done, timeout=RUN_MS):
        user.press(Qt.Key.Key_Return)
    assert (tmp_path / f"{runs[0].name}-checkpoint" / "open_clip_model.safetensors").stat().st_size
    assert user.count <= 2, user.actions


def test_exporting_a_chart_is_two(open_window, qtbot, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(Saving, "folder", tmp_path)
    window = open_window()
    window.viewer.open(runs[0])
    chart = window.parts.live.charts[0]
    qtbot.waitUntil(lambda: chart.curves is not None and chart.curves.ended is not None)
    user = User(qtbot, window)
    for turn, (suffix, entry) in enumerate({".png": "PNG", ".svg": "SVG", ".csv": "CSV"}.items(), start=1):
        user.pick(lambda: user.click(chart.menu_button), entry)
        path = tmp_path / f"{chart.id}{suffix}"
        assert path.stat().st_size
        assert window.parts.status.message.text() == f"Exported to {path}"
        assert user.count <= 2 * turn, user.actions


def test_resuming_after_a_crash_is_one(open_window, qtbot, runs):
    cut_off(runs[0], tasks=2)
    window = open_window()
    user, banner = User(qtbot, window), window.parts.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.text.text() == f"Run {runs[0].name} was interrupted in task 3"
    user.click(banner.button)
    assert user.count <= 1
    qtbot.waitUntil(lambda: window.viewer.live is not None)
    qtbot.waitUntil(lambda: not window.session.running, timeout=RUN_MS)
    assert window.viewer.shown.folder == runs[0]
    assert window.viewer.shown.state == "finished"


def test_an_old_runs_settings_are_two(open_window, qtbot, runs):
    window = open_window()
    user, panel = User(qtbot, window), window.parts.runs
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 3)
    user.click_row(panel.view, panel.proxy.index(0, 0))
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    user.press(Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    assert window.parts.new_run.config() == window.viewer.shown.config
    assert window.viewer.shown.folder in runs
    assert user.count <= 2


@pytest.mark.slow
def test_asking_about_a_photograph_is_one(open_window, qtbot, runs, tmp_path):
    Image.fromarray(tests.worlds.TinyPictures("test", 6).load(3)).save(tmp_path / "holiday.png")
    window = open_window()
    page = window.parts.try_it
    page._command = answerer_command
    window.viewer.open(runs[0])
    window.pages.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.shown is not None)
    user = User(qtbot, window)
    user.drop(page, tmp_path / "holiday.png")
    qtbot.waitUntil(lambda: page._tried is not None and page._tried.answered.done, timeout=RUN_MS)
    assert user.count <= 1
    guesses = page.cards.bars.guesses
    assert len(guesses) == 5
    assert list(guesses) == sorted(guesses, key=lambda guess: -guess.probability)
    tasks = {name: task for task, names in enumerate(window.viewer.shown.curves.tasks) for name in names}
    assert all(guess.task == tasks[guess.name] for guess in guesses)
    moments = page.cards.moments.moments
    assert [moments.index(row, ANSWER).data() != "" for row in range(moments.rowCount())] == [True] * 4


def test_the_headless_twin_is_one(open_window, qtbot):
    window = open_window()
    window.docks["Config"].raise_()
    user, config = User(qtbot, window), window.parts.config
    qtbot.waitUntil(config.copy_command.isVisible)
    user.click(config.copy_command)
    assert QGuiApplication.clipboard().text() == config.command.text() != ""
    assert user.count <= 1
