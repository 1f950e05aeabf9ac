"""How the window was left is how it comes back; recent files, shortcuts, notices and What's this."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWhatsThis

from backend.api import Gate
from gui import background
from gui.errands import Errand
from gui.widgets.shortcuts import ShortcutsDialog
from tests.gui.plain_window import finish_run, open_plain


@pytest.fixture
def window(qtbot, tmp_path):
    return open_plain(qtbot, tmp_path)


# How it was left.


def test_page_form_and_shown_run_come_back(qtbot, tmp_path):
    first = open_plain(qtbot, tmp_path)
    shown = finish_run(first, qtbot)
    first.pages.setCurrentWidget(first.parts.drift)
    first.parts.new_run.draft.set("run.seed", 7)
    first.close()
    second = open_plain(qtbot, tmp_path)
    assert second.pages.currentWidget() is second.parts.drift
    assert second.parts.new_run.config().run.seed == 7
    qtbot.waitUntil(lambda: second.viewer.shown is not None)
    assert second.viewer.shown.folder == shown
    assert not second.parts.banner.isVisible()


@pytest.mark.slow
def test_what_was_not_valid_is_not_kept(qtbot, tmp_path):
    first = open_plain(qtbot, tmp_path)
    first.parts.new_run.draft.set("run.seed", 7)
    first._tick()
    first.parts.new_run.draft.set("run.device", "gpu")
    first.close()
    assert open_plain(qtbot, tmp_path).parts.new_run.config().run.seed == 7


@pytest.mark.slow
def test_a_run_that_is_gone_is_not_missed(qtbot, tmp_path):
    first = open_plain(qtbot, tmp_path)
    shutil.rmtree(_after(finish_run(first, qtbot), first.close))
    second = open_plain(qtbot, tmp_path)
    background.wait()
    QApplication.processEvents()
    assert second.viewer.shown is None
    assert not second.parts.banner.isVisible()


def _after(value, act):
    act()
    return value


@pytest.mark.slow
def test_a_form_of_a_plug_in_that_is_gone_is_dropped(qtbot, tmp_path, window):
    window.close()
    window.settings.setValue("restore/draft", '[method]\nname = "no such method"\n')
    window.settings.sync()
    assert open_plain(qtbot, tmp_path).parts.new_run.config() is not None


# Recent.


def entries(window):
    return [action.toolTip() for action in window.comforts.recent.menu.actions() if action.text()]


def test_open_recent_offers_what_lies_elsewhere_newest_first_and_once(window, tmp_path):
    for name in ("a", "b", "a"):
        (tmp_path / "elsewhere" / name).mkdir(parents=True, exist_ok=True)
        window.comforts.keep_recent(tmp_path / "elsewhere" / name)
    window.comforts.keep_recent(tmp_path / "runs" / "mine")
    assert entries(window)[:-1] == [str(tmp_path / "elsewhere" / name) for name in ("a", "b")]


def test_what_is_gone_is_forgotten_and_the_list_can_be_cleared(window, qtbot, tmp_path):
    recent = window.comforts.recent
    for name in ("here", "gone"):
        recent.add(tmp_path / name)
    (tmp_path / "here").mkdir()
    recent.menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: recent.paths == (tmp_path / "here",))
    recent.menu.actions()[-1].trigger()
    assert recent.paths == ()
    assert not recent.menu.isEnabled()


# Shortcuts and What's this.


def test_f1_lists_the_real_shortcuts_and_finds_one_by_its_keys(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (sheet,) = window.findChildren(ShortcutsDialog)
    listed = {item.text(0): item.text(1) for _, items in sheet._groups.values() for item in items}
    assert listed["Start"] == "F5"
    assert listed["Checkpoint…"] == "Ctrl+E"
    qtbot.keyClicks(sheet.field, "shift+f5")
    left = [item.text(0) for _, items in sheet._groups.values() for item in items if not item.isHidden()]
    assert left == ["Stop"]
    qtbot.keyClicks(sheet.field, " nothing")
    assert sheet.none.isVisible()
    sheet.reject()


def test_every_page_has_its_own_ctrl_and_number(window, qtbot):
    for index in reversed(range(window.pages.count())):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_1 + index), Qt.KeyboardModifier.ControlModifier)
        assert window.pages.currentIndex() == index


def test_whats_this_explains_whatever_has_a_tooltip(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert QWhatsThis.inWhatsThisMode()
    QWhatsThis.leaveWhatsThisMode()
    assert window.parts.new_run.start_button.whatsThis() == window.parts.new_run.start_button.toolTip()
    figure = window.parts.runs.details.figures["Forgetting"]
    assert "F = " in figure.whatsThis(), "a metric has its formula"


# Long work, and what is said when it is done.


@pytest.fixture
def told(monkeypatch):
    """What the desktop is told, with a tray that can show messages."""
    said = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda self, title, text, *_: said.append((title, text)))
    return said


def test_nobody_is_told_what_they_are_looking_at(window, qtbot, told):
    finish_run(window, qtbot)
    assert told == []


def test_a_run_that_ends_in_the_background_is_told_and_a_click_shows_it(window, qtbot, told, monkeypatch):
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    alerted = []
    monkeypatch.setattr(QApplication, "alert", staticmethod(alerted.append))
    shown = finish_run(window, qtbot)
    assert told[0][0] == f"{shown.name} has finished"
    assert alerted == [window]
    window.viewer.shown = None
    window.comforts.notices._tray.messageClicked.emit()
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    assert window.viewer.shown.folder == shown


def test_notices_can_be_turned_off(window, qtbot, told, monkeypatch):
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    window.comforts.preferences.set("notify", 0)
    finish_run(window, qtbot)
    assert told == []


def test_the_queue_says_when_it_is_done(window, told, monkeypatch):
    monkeypatch.setattr(QApplication, "activeWindow", staticmethod(lambda: None))
    window.queueing.finished.emit(9, 2)
    assert told == [("The queue is done", "9 runs, of which 2 did not finish")]


def test_an_export_shows_that_it_is_on_and_can_be_cancelled(window, qtbot):
    gate_seen = []

    def work(tell, gate: Gate):
        gate_seen.append(gate)
        tell("Writing")
        while True:
            gate.check()

    bar = window.parts.status.work
    errand = Errand(work, window)
    window.exporter.began.emit(errand, "Exporting Bundle")
    errand.start()
    qtbot.waitUntil(lambda: bar.words.whole.endswith("Exporting Bundle: Writing"))
    assert bar.isVisible()
    with qtbot.waitSignal(errand.cancelled):
        bar.cancel_button.click()
    assert not bar.isVisible()
