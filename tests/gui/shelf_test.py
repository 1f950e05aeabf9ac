"""What is done to runs in the list arrives on the disk, can be taken back, and is refused in words."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton

from backend.api import Labels, RunConfig, prepare_run, read_labels, write_labels
from backend.store import RunFolder
from gui import background
from gui.session import Session
from tests.gui.example_run import events
from tests.gui.fake_runs import Script
from tests.windows import make as make_window
from tests.windows import present


@pytest.fixture
def root(tmp_path):
    for number, name in enumerate(("one", "two", "three")):
        with RunFolder.create(tmp_path / "runs" / name, RunConfig()) as home:
            for event in events(2, 2, 3):
                home.append(event.model_copy(update={"at": event.at + 1000 * number}))
    return tmp_path / "runs"


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def window(qtbot, qapp, root, settings):
    script = Script(write=True)
    made = make_window(settings, root, Session(runner=script.run, resumer=script.resume))
    present(qtbot, made)
    made.errors = []
    made.offers.quiet = True
    made.shelf.failed.connect(made.errors.append)
    qtbot.waitUntil(lambda: made.parts.runs.proxy.rowCount() == 3)
    yield made
    if made.session.running:
        made.control.leave() if made.session.following else made.control.stop()
        qtbot.waitUntil(lambda: not made.session.running)
    background.wait()


def names(window):
    proxy = window.parts.runs.proxy
    return [proxy.index(row, 0).data() for row in range(proxy.rowCount())]


def choose(window, qtbot, *wanted):
    """Click on runs, the second and later ones with Ctrl, until the last one is on show."""
    view, keys = window.parts.runs.view, Qt.KeyboardModifier.NoModifier
    for name in wanted:
        index = window.parts.runs.proxy.index(names(window).index(name), 0)
        view.scrollTo(index)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, view.visualRect(index).center())
        keys = Qt.KeyboardModifier.ControlModifier
    qtbot.waitUntil(lambda: window.viewer.shown is not None and window.viewer.shown.name == wanted[-1])


def do(window, name):
    window.parts.runs.actions_of_run[name].trigger()


def test_a_star_and_tags_are_on_the_disk_in_the_list_and_in_the_details(window, qtbot, root):
    choose(window, qtbot, "one", "two")
    labels = window.parts.runs.details.labels
    qtbot.waitUntil(labels.note.isEnabled)
    for star in (True, False):
        do(window, "star")
        qtbot.waitUntil(lambda star=star: [run.star for run in window.parts.runs.chosen()] == [star] * 2)
        assert [read_labels(root / name).star for name in ("one", "two", "three")] == [star, star, False]
        assert labels.star.isChecked() is star
    qtbot.keyClicks(labels.tags, "good, first try")
    labels.save()
    qtbot.waitUntil(lambda: 'tag:"first try"' in window.parts.runs.filter.terms())
    window.parts.runs.filter.setText("tag:good")
    assert names(window) == ["two"]


def test_what_was_moved_to_the_trash_comes_back_with_one_click(window, qtbot, root):
    write_labels(root / "two", Labels(note="kept"))
    choose(window, qtbot, "one", "two")
    do(window, "trash")
    qtbot.waitUntil(lambda: names(window) == ["three"])
    assert sorted(path.name for path in root.iterdir() if not path.name.startswith(".")) == ["three"]
    toast = window.parts.runs.toast
    assert toast.isVisible()
    assert toast.text.text() == "Moved 2 runs to the trash."
    qtbot.waitUntil(lambda: window.viewer.shown.name == "three", timeout=10_000)
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(names(window)) == 3)
    assert not toast.isVisible()
    assert read_labels(root / "two").note == "kept"
    assert not window.parts.runs.actions_of_run["undo"].isEnabled()
    assert window.errors == []


def restore_entries(panel):
    panel._fill_menu()
    menu = next(action.menu() for action in panel._menu.actions() if action.text() == "Restore from trash")
    return menu.actions()


def answer(window, qtbot, word):
    window.shelf.ask_to_empty()
    qtbot.waitUntil(lambda: window.shelf.question is not None)
    question = window.shelf.question
    said = question.text(), question.informativeText()
    button = next(b for b in question.findChildren(QPushButton) if b.text().replace("&", "") == word)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.shelf.question is None)
    background.wait()
    return said


def test_what_is_in_the_trash_is_restored_from_the_menu_or_deleted_after_a_question(window, qtbot, root):
    panel = window.parts.runs
    choose(window, qtbot, "one")
    qtbot.waitUntil(panel.details.labels.note.isEnabled)
    qtbot.keyClicks(panel.details.labels.note, "just typed")
    do(window, "trash")
    qtbot.waitUntil(lambda: [entry.text() for entry in restore_entries(panel)] == ["one"])
    restore_entries(panel)[0].trigger()
    qtbot.waitUntil(lambda: "one" in names(window))
    assert read_labels(root / "one").note == "just typed"
    choose(window, qtbot, "one")
    do(window, "trash")
    qtbot.waitUntil(lambda: "one" not in names(window))
    for word, left in (("Cancel", 1), ("Delete", 0)):
        text, room = answer(window, qtbot, word)
        assert text == "Delete 1 run for good?"
        assert "This frees" in room
        assert " kB" in room
        assert len(list((root / ".trash").iterdir())) == left
    qtbot.waitUntil(lambda: not restore_entries(panel))


def test_a_run_gets_another_name_and_stays_on_show(window, qtbot, root, settings):
    settings.setValue("freed_run", str(root / "one"))
    choose(window, qtbot, "one")
    window.parts.runs.rename_requested.emit(root / "one", "the best")
    qtbot.waitUntil(lambda: "the best" in names(window))
    qtbot.waitUntil(lambda: window.viewer.shown.name == "the best")
    assert [run.name for run in window.parts.runs.chosen()] == ["the best"]
    assert (root / "the best" / "events.jsonl").exists()
    assert settings.value("freed_run") == str(root / "the best")
    labels = window.parts.runs.details.labels
    qtbot.waitUntil(labels.note.isEnabled)
    qtbot.keyClicks(labels.note, "here")
    labels.save()
    background.wait()
    assert read_labels(root / "the best").note == "here"
    for name in ("two", "a/b"):
        window.shelf.rename(root / "the best", name)
        qtbot.waitUntil(lambda: bool(window.errors))
        assert window.errors.pop().hint
        qtbot.waitUntil(labels.note.isEnabled)
    assert sorted(names(window)) == ["the best", "three", "two"]


def test_a_run_that_is_on_or_in_the_queue_stays_where_it_is(window, qtbot, root, monkeypatch):
    said = []
    window.shelf.said.connect(said.append)
    monkeypatch.setattr(type(window.queueing.state.lineup), "folders", lambda *_: (root / "two",))
    for act in (lambda: window.shelf.trash([root / "two"]), lambda: window.shelf.rename(root / "two", "x")):
        act()
        assert "is in the queue" in said[-1]
    monkeypatch.undo()
    with RunFolder.create(root / "on", RunConfig()) as home:
        home.append(next(events()))
        window.viewer.open(root / "on")
        qtbot.waitUntil(lambda: window.session.following)
        window.shelf.trash([root / "on"])
        assert said[-1] == "on is on now; stop it first"
        window.control.leave()
        window.shelf.trash([root / "on"])
        qtbot.waitUntil(lambda: bool(window.errors))
    assert window.errors[0].sentence == "'on' is on now."
    assert (root / "on").is_dir()


def test_settings_folder_and_start_belong_to_the_chosen_run(window, qtbot, root, monkeypatch):
    config = RunConfig.model_validate({"run": {"seed": 7}})
    prepare_run(config, root / "next")
    window.control.refresh()
    qtbot.waitUntil(lambda: "next" in names(window))
    choose(window, qtbot, "next")
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    do(window, "folder")
    assert opened[0].toLocalFile() == str(root / "next")
    do(window, "settings")
    qtbot.waitUntil(lambda: window.parts.new_run.config() == config)
    assert window.parts.runs.details.resume_button.text() == "Start"
    with qtbot.waitSignals([window.session.began, window.control.run_ended], timeout=30_000):
        do(window, "resume")


def test_runs_of_other_processes_come_and_go_by_themselves_and_are_followed_when_chosen(window, qtbot, root):
    window.shelf._timer.setInterval(20)
    shutil.copytree(root / "one", root / "other")
    qtbot.waitUntil(lambda: "other" in names(window))
    shutil.rmtree(root / "other")
    qtbot.waitUntil(lambda: "other" not in names(window))
    with RunFolder.create(root / "theirs", RunConfig()) as home:
        told = list(events(2, 2, 3))
        for event in told[:5]:
            home.append(event)
        qtbot.waitUntil(lambda: "theirs" in names(window))
        choose(window, qtbot, "theirs")
        qtbot.waitUntil(lambda: window.session.following)
        for event in told[5:]:
            home.append(event)
        qtbot.waitUntil(lambda: len(window.viewer.shown.curves.scores) == 2)
    qtbot.waitUntil(lambda: not window.session.running)


def test_columns_are_remembered_and_what_was_in_the_trash_for_too_long_is_not(window, qtbot, root, settings):
    window.parts.runs.columns.choose(("Avg", "Seed"))
    window.close()
    shutil.copytree(root / "one", root / ".trash" / "20200101-000000-000000" / "old")
    again = make_window(settings, root, Session())
    present(qtbot, again)
    assert again.parts.runs.columns.chosen == ("Avg", "Seed")
    again.parts.runs.columns.choose(None)
    assert settings.value("runs/columns") is None
    qtbot.waitUntil(lambda: not list((root / ".trash").iterdir()))
    background.wait()
