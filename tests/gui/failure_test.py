"""A run whose loss went wrong: the dialog begins with the step, its losses and its pictures."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QDesktopServices, QGuiApplication

from backend.api import Evidence, RunEnded
from backend.store import EVIDENCE, RunFolder
from gui.session import Session
from gui.state.evidence import describe
from gui.widgets.errors import ErrorDialog
from gui.window import MainWindow
from tests.windows import make as make_window

PICTURES = [f"train/{number:03}.png" for number in range(64)]
FOUND = {"step": 11, "where": "adapt of task 2", "losses": [2.5, 3.25, math.nan], "batch": {"pictures": PICTURES}}


def test_the_words_name_the_step_its_losses_and_the_first_pictures():
    lines = describe(Evidence.model_validate(FOUND)).splitlines()
    assert lines[0] == "Step 11, adapt of task 2"
    assert lines[1] == "Last losses: 2.5, 3.25, nan"
    assert lines[2] == "Pictures of this step, the first 20 of 64:"
    assert [line.strip() for line in lines[3:]] == PICTURES[:20]


def test_only_the_last_losses_are_listed():
    many = Evidence.model_validate({**FOUND, "losses": list(range(100))})
    assert describe(many).splitlines()[1].startswith("Last losses: 92, 93,")


def test_a_step_over_features_says_so():
    batch = {"features": [[0.0], [1.0]], "classes": [3, 4]}
    assert describe(Evidence.model_validate({**FOUND, "batch": batch})).endswith("over 2 features, not pictures.")


def test_nothing_was_kept_and_nothing_is_said():
    assert describe(None) == ""


@pytest.fixture
def open_window(qtbot, tmp_path):
    def open_one(runner) -> MainWindow:
        settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        window = make_window(settings, tmp_path / "runs", Session(runner=runner))
        qtbot.addWidget(window)
        window.show()
        return window

    return open_one


@pytest.fixture
def failed(open_window, qtbot):
    """Return the report of the dialog about a run that failed for `cause`, and what it leaves in its folder."""

    def fail(cause, leave) -> str:
        def runner(config, folder, emit, gate):
            ended = RunEnded(outcome="failed", seconds=1, cause=cause, message="It failed.", details="Traceback: here")
            with RunFolder.create(folder, config) as home:
                home.append(ended)
                leave(home)
            emit(ended)
            return ended

        window = open_window(runner)
        window.start()
        qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)))
        (dialog,) = window.findChildren(ErrorDialog)
        dialog.copy_button.click()
        dialog.reject()
        return QGuiApplication.clipboard().text()

    return fail


def test_the_dialog_begins_with_the_evidence(failed):
    report = failed("loss", lambda home: home.write_evidence(FOUND))
    assert report.index("Step 11, adapt of task 2") < report.index("train/000.png") < report.index("Traceback: here")


def test_a_failure_without_evidence_is_told_all_the_same(failed):
    assert failed("loss", lambda home: None) == "It failed.\n\nTraceback: here"


def test_damaged_evidence_does_not_hide_the_failure(failed):
    report = failed("loss", lambda home: (home.path / EVIDENCE).write_bytes(b"{"))
    assert f"{EVIDENCE}' is damaged" in report
    assert report.endswith("Traceback: here")


def test_other_failures_do_not_look_for_evidence_of_an_earlier_one(failed):
    assert "Step 11" not in failed("storage", lambda home: home.write_evidence(FOUND))


def test_help_opens_the_folder_of_the_log(open_window, qtbot, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    window = open_window(None)
    window.watching.watchdog.folder = tmp_path / "not there yet"
    window.commands.logs.trigger()
    qtbot.waitUntil(lambda: bool(opened))
    assert opened[0].toLocalFile() == str(tmp_path / "not there yet")
    assert (tmp_path / "not there yet").is_dir()
