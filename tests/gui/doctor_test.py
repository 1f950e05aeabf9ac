"""Tools > Check and Self-test: what they show, copy and clear, and how a self-test ends."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from backend import api
from backend.api import CacheInfo, Finding, Gate, SelfTest, StudioError, self_test_configuration
from gui import background, theme
from gui.widgets.doctor import DoctorDialog
from gui.widgets.self_test import SelfTestDialog
from tests import worlds
from tests.windows import make as make_window

FINDINGS = (
    Finding("Machine", "device", "CPU"),
    Finding("Machine", "memory", "1 GB free", "bad", "Close something."),
    Finding("Data sets", "cub200", "not there", "note"),
)
TINY = SelfTest("demo", "tiny", "zero_shot", last=0.0, average=None, classes=len(worlds.THINGS), per_task=8)


@pytest.fixture
def open_doctor(qtbot, qapp, monkeypatch):
    theme.apply(qapp, theme.LIGHT)
    caches = [CacheInfo("pixels", 2_000_000, 3)]
    monkeypatch.setattr("gui.widgets.doctor.cache_sizes", lambda: tuple(caches))
    monkeypatch.setattr("gui.widgets.doctor.clear_caches", caches.clear)

    def open_one(look):
        made = DoctorDialog(None, look)
        with qtbot.waitSignal(made.checked):
            made.show()
        return made

    return open_one


def shown(dialog):
    return [label.text() for label in dialog.findChildren(QLabel) if label.text() and label.isVisible()]


def test_findings_are_shown_in_words_and_copied_as_text(open_doctor, qtbot):
    dialog = open_doctor(lambda: iter(FINDINGS))
    qtbot.waitUntil(lambda: "cub200" in shown(dialog))
    assert dialog.summary.text() == "1 thing stops a run: memory."
    assert {"Machine", "Data sets", "OK", "Problem", "Note", "Close something."} <= set(shown(dialog))
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert "BAD  memory: 1 GB free" in QGuiApplication.clipboard().text()
    dialog.close()


def test_check_again_forgets_what_was_found(open_doctor, qtbot):
    rounds = [FINDINGS, FINDINGS[:1]]
    dialog = open_doctor(lambda: iter(rounds.pop(0)))
    with qtbot.waitSignal(dialog.checked):
        qtbot.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    assert dialog.summary.text() == "Everything that a run needs is there."
    qtbot.waitUntil(lambda: "memory" not in shown(dialog))
    dialog.close()


def test_a_check_that_breaks_off_is_told(open_doctor):
    def look():
        yield FINDINGS[0]
        raise StudioError("The disk went away.", "Put it back.")

    dialog = open_doctor(look)
    assert [finding.value for finding in dialog.findings] == ["CPU", "The disk went away."]
    dialog.close()


def test_caches_are_cleared_with_one_click(open_doctor, qtbot):
    dialog = open_doctor(lambda: iter(FINDINGS))
    qtbot.waitUntil(lambda: dialog.clear_button.text() == "Clear caches (2.0 MB)")
    with qtbot.waitSignal(dialog.checked):
        qtbot.mouseClick(dialog.clear_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.clear_button.text() == "Clear caches (0 B)")
    assert not dialog.clear_button.isEnabled()
    dialog.close()


def test_a_self_test_that_cannot_be_run_says_why(qtbot):
    dialog = SelfTestDialog(None, [TINY, dataclasses.replace(TINY, classes=9)])
    qtbot.addWidget(dialog)
    dialog.open_now(running=False)
    qtbot.waitUntil(lambda: dialog.run_button.isEnabled(), timeout=60_000)
    dialog.choose(list(dialog._items)[1])
    assert not dialog.run_button.isEnabled()
    assert "9 classes" in dialog.reason.text()
    dialog.choose(TINY)
    dialog.set_running(True)
    assert not dialog.run_button.isEnabled()
    assert "A run is on" in dialog.reason.text()
    background.wait()


@pytest.mark.slow
def test_a_self_test_is_a_run_that_ends_with_a_verdict(qtbot, qapp, tmp_path, monkeypatch):
    ended = api.run(self_test_configuration(TINY), tmp_path / "first", lambda _: None, Gate())
    assert ended.outcome == "finished", ended
    last = api.open_run(tmp_path / "first").result["last"]
    test = dataclasses.replace(TINY, last=last)
    monkeypatch.setattr("gui.widgets.self_test.SELF_TESTS", [test])
    window = make_window(QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat), tmp_path / "runs")
    qtbot.addWidget(window)
    window.show()
    window.commands.self_test.trigger()
    dialog = window.tools.self_test_dialog
    qtbot.waitUntil(dialog.run_button.isEnabled)
    with qtbot.waitSignal(window.control.run_ended, timeout=60_000):
        qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.verdict.isVisible)
    assert dialog.verdict.text().startswith("Passed. Zero-shot: last")
    assert window.parts.runs.model.rowCount() == 1
