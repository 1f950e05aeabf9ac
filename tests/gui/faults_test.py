"""What nobody expected is told once, written down each time, and never dies in silence; errors lead to their log."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtCore import QtMsgType
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from backend.api import ConfigError, Problem, RunConfig, RunEnded, StudioError
from gui.faults import Faults
from gui.state.smaller import differences, smaller
from gui.widgets.errors import ErrorDialog, show_error
from tests.gui.fake_runs import Script
from tests.gui.plain_window import open_plain


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def faults(parent, tmp_path):
    made = Faults(parent, tmp_path / "log")
    yield made
    made.close()


def fall(words="a slot failed", kind=ValueError):
    """Return what `sys.excepthook` is called with."""
    error = kind(words)
    return kind, error, error.__traceback__


def test_a_fault_is_written_down_and_told_with_details_to_copy(faults, parent, qtbot, capsys):
    faults.caught(*fall())
    qtbot.waitUntil(lambda: faults.dialog is not None)
    assert "ValueError: a slot failed" in faults.log.read_text()
    assert "ValueError: a slot failed" in capsys.readouterr().err, "the terminal has it too"
    faults.dialog.copy_button.click()
    assert "ValueError: a slot failed" in QGuiApplication.clipboard().text()
    faults.dialog.reject()


def test_the_same_fault_is_told_once_and_another_one_again(faults, parent, qtbot):
    fault = fall()
    for _ in range(3):
        faults.caught(*fault)
    qtbot.waitUntil(lambda: faults.dialog is not None)
    faults.dialog.reject()
    faults.caught(*fault)
    faults.caught(*fall("another one"))
    qtbot.waitUntil(lambda: faults.dialog is not None)
    assert "another one" in faults.dialog.details.toPlainText()
    assert faults.log.read_text().count("a slot failed") >= 4
    faults.dialog.reject()


def test_a_fault_in_a_thread_is_told_in_the_window(faults, qtbot):
    thread = threading.Thread(target=lambda: faults.caught(*fall("in a thread")))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: faults.dialog is not None)
    faults.dialog.reject()


def test_leaving_the_program_is_no_fault(faults, capsys):
    faults.caught(*fall("", KeyboardInterrupt))
    assert not faults.log.exists()


def test_what_qt_complains_about_is_written_down(faults, capsys):
    faults.hear(QtMsgType.QtWarningMsg, None, "a timer cannot be started")
    assert "WARNING a timer cannot be started" in faults.log.read_text()


def test_hooks_are_put_back_when_the_window_closes(faults):
    before = (sys.excepthook, threading.excepthook)
    faults.install()
    assert sys.excepthook == faults.caught
    faults.close()
    assert threading.excepthook is threading.__excepthook__
    sys.excepthook, threading.excepthook = before


def test_an_error_leads_to_the_log_and_folds_its_details(parent, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog = show_error(parent, StudioError("It failed.", "Try again."), log=tmp_path / "faults.log")
    assert not dialog.details.isVisible()
    dialog.fold_button.click()
    assert "StudioError: It failed." in dialog.details.toPlainText()
    dialog.log_button.click()
    assert opened[-1].toLocalFile() == str(tmp_path), "the folder, as long as nothing was written"
    (tmp_path / "faults.log").write_text("x")
    dialog.log_button.click()
    assert opened[-1].toLocalFile() == str(tmp_path / "faults.log")
    dialog.reject()


def test_wrong_settings_are_listed_without_asking(parent):
    dialog = show_error(parent, ConfigError([Problem("run.seed", "no number", "Take 1."), Problem("a.b", "unknown")]))
    assert dialog.details.isVisible()
    assert dialog.details.toPlainText() == "run.seed: no number Take 1.\na.b: unknown"
    dialog.reject()


def test_an_error_of_the_window_is_in_its_log(qtbot, tmp_path):
    window = open_plain(qtbot, tmp_path)
    window.offers.quiet = True
    window.offers.show_error(StudioError("The disk has vanished.", "Plug it in."))
    assert "The disk has vanished. Plug it in." in window.offers.faults.log.read_text()


def test_smaller_settings_are_said_before_they_are_taken():
    config = RunConfig()
    words = differences(config, smaller(config))
    assert f"{config.run.batch_size // 2} instead of {config.run.batch_size}" in words
    assert f"{config.method.prompt_batch // 2} instead of {config.method.prompt_batch}" in words


def test_out_of_memory_shows_what_would_change_and_opens_the_runs_log(qtbot, tmp_path, monkeypatch):
    script = Script(write=True)

    def fail(config, folder, emit, gate):
        from backend.store import RunFolder

        ended = RunEnded(outcome="failed", seconds=1, cause="memory", message="No memory is left.", hint="Free some.")
        with RunFolder.create(folder, config) as home:
            home.append(ended)
        emit(ended)
        return ended

    monkeypatch.setattr(script, "run", fail)
    window = open_plain(qtbot, tmp_path, script)
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
    (dialog,) = (shown for shown in window.findChildren(ErrorDialog) if shown.isVisible())
    batch = window.control.last.config.run.batch_size
    assert f"{batch // 2} instead of {batch}" in dialog._report
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog.log_button.click()
    assert opened[0].toLocalFile() == str(window.control.last.folder / "run.log")
    dialog.reject()
