"""What the user writes about a run is saved by itself, for the right run, also when its disk is away for a while."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from backend.api import LONGEST_NOTE, Labels, read_labels, write_labels
from gui import background
from gui.widgets import labels as module
from gui.widgets.labels import RunLabels


@pytest.fixture
def runs(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    write_labels(tmp_path / "one", Labels(star=True, tags=("good", "paper"), note="Mine"))
    return tmp_path


@pytest.fixture
def labels(qtbot, runs, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_MS", 20)
    monkeypatch.setattr(module, "AGAIN_MS", 20)
    made = RunLabels()
    qtbot.addWidget(made)
    made.show()
    show(made, runs / "one", qtbot)
    yield made
    background.wait()


def show(labels, folder, qtbot):
    labels.show_run(folder)
    qtbot.waitUntil(labels.note.isEnabled)


def test_what_was_written_is_shown(labels):
    assert labels.star.isChecked()
    assert labels.tags.text() == "good, paper"
    assert labels.note.toPlainText() == "Mine"
    assert not labels.mark.text()


def test_what_is_typed_is_saved_by_itself_and_said(labels, runs, qtbot):
    qtbot.keyClicks(labels.note, "Not ")
    labels.tags.end(False)
    qtbot.keyClicks(labels.tags, ", new")
    qtbot.waitUntil(lambda: labels.mark.text() == "Saved")
    assert read_labels(runs / "one") == Labels(star=True, tags=("good", "paper", "new"), note="Not Mine")


def test_the_star_is_saved_at_once_and_by_keyboard(labels, runs, qtbot):
    labels.star.setFocus()
    qtbot.keyClick(labels.star, Qt.Key.Key_Space)
    background.wait()
    assert read_labels(runs / "one").star is False


@pytest.mark.parametrize("leave", ["another run", "another field", "closing"])
def test_leaving_saves_what_was_just_typed(leave, labels, runs, qtbot):
    labels._timer.setInterval(60_000)
    labels.activateWindow()
    labels.note.setFocus()
    qtbot.keyClicks(labels.note, "New ")
    if leave == "another run":
        show(labels, runs / "two", qtbot)
        assert labels.note.toPlainText() == ""
        assert not labels.star.isChecked()
    elif leave == "another field":
        qtbot.waitUntil(labels.note.hasFocus)
        labels.tags.setFocus()
    else:
        labels.hide()
    background.wait()
    assert read_labels(runs / "one").note == "New Mine"
    assert read_labels(runs / "two") == Labels()


def test_a_disk_that_is_away_is_named_and_gets_it_when_it_is_back(labels, runs, qtbot):
    (runs / "one").rename(runs / "away")
    qtbot.keyClicks(labels.note, "New ")
    qtbot.waitUntil(lambda: "folder is gone" in labels.mark.text())
    show(labels, runs / "two", qtbot)
    show(labels, runs / "one", qtbot)
    assert labels.note.toPlainText() == "New Mine"
    (runs / "away").rename(runs / "one")
    qtbot.waitUntil(lambda: labels.mark.text() == "Saved")
    assert read_labels(runs / "one").note == "New Mine"


def test_a_damaged_file_is_said_and_kept(labels, runs, qtbot):
    (runs / "two" / "labels.json").write_text("{")
    show(labels, runs / "two", qtbot)
    assert "labels.json of 'two' is damaged." in labels.mark.text()
    qtbot.keyClicks(labels.note, "New")
    qtbot.waitUntil(lambda: labels.mark.text() == "Saved")
    assert read_labels(runs / "two").note == "New"
    assert (runs / "two" / "labels.json.damaged").read_text() == "{"


def test_a_note_that_is_too_long_is_said_and_not_cut(labels, runs, qtbot):
    labels.note.setPlainText("x" * (LONGEST_NOTE + 2))
    assert labels.mark.text() == "Not saved: 2 characters too many"
    labels.save()
    background.wait()
    assert read_labels(runs / "one").note == "Mine"
    labels.note.setPlainText("x" * LONGEST_NOTE)
    qtbot.waitUntil(lambda: labels.mark.text() == "Saved")
    assert len(read_labels(runs / "one").note) == LONGEST_NOTE


def test_every_field_has_a_name_and_says_what_it_is_for(labels):
    for field in (labels.star, labels.tags, labels.note):
        assert field.accessibleName()
        assert field.toolTip()
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus
