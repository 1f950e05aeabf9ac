"""What is dropped on the window, named on the command line or chosen from Open recent opens as what it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from backend.api import RunConfig, to_toml
from backend.bundle import MOST_BYTES, pack
from backend.store import RunFolder
from gui.widgets.errors import ErrorDialog
from tests.gui.example_run import events
from tests.gui.plain_window import open_plain

COPY, LEFT, NO_KEYS = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot, tmp_path):
    return open_plain(qtbot, tmp_path)


@pytest.fixture
def overlay(window):
    return window.comforts.dropping.overlay


def mime(*paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drag(window, data) -> bool:
    """Hold something over the window; tell whether it would take it."""
    event = QDragEnterEvent(QPoint(300, 300), COPY, data, LEFT, NO_KEYS)
    event.ignore()
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window, *paths) -> None:
    data = mime(*paths)
    assert drag(window, data)
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), COPY, data, LEFT, NO_KEYS))


@pytest.fixture
def run(tmp_path):
    with RunFolder.create(tmp_path / "elsewhere" / "old run", RunConfig()) as home:
        for event in events(2, 2, 2):
            home.append(event)
    return home.path


def test_a_run_folder_says_what_it_is_before_it_is_dropped_and_opens_then(window, overlay, run, qtbot):
    assert drag(window, mime(run))
    qtbot.waitUntil(lambda: overlay.sentence.text() == "Open this run")
    assert overlay.names.whole == "old run"
    drop(window, run)
    assert not overlay.isVisible()
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    assert window.viewer.shown.folder == run
    assert window.comforts.recent.paths == (run,)


def test_what_is_dragged_away_again_leaves_no_trace(window, overlay, run, qtbot):
    drag(window, mime(run))
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not overlay.isVisible()
    assert window.viewer.asked is None


def test_words_that_are_dragged_are_none_of_our_business(window, overlay):
    data = QMimeData()
    data.setText("some words")
    assert not drag(window, data)
    assert not overlay.isVisible()


def test_a_run_toml_fills_the_form(window, tmp_path, qtbot):
    (tmp_path / "run.toml").write_text(to_toml(RunConfig().replaced(run={"seed": 11})))
    window.docks["New run"].hide()
    drop(window, tmp_path / "run.toml")
    qtbot.waitUntil(lambda: window.parts.new_run.config().run.seed == 11)
    assert window.docks["New run"].isVisible()


def test_a_folder_of_pictures_becomes_the_data_set(window, tmp_path, qtbot):
    (tmp_path / "birds" / "heron").mkdir(parents=True)
    (tmp_path / "birds" / "heron" / "1.png").write_bytes(b"")
    drop(window, tmp_path / "birds")
    draft = window.parts.new_run.draft
    qtbot.waitUntil(lambda: draft.value("data.root") == str(tmp_path / "birds"))
    assert draft.value("data.name") == "folder"


def test_an_exported_checkpoint_becomes_the_model(window, tmp_path, qtbot):
    (tmp_path / "exported").mkdir()
    (tmp_path / "exported" / "open_clip_config.json").write_text("{}")
    drop(window, tmp_path / "exported")
    draft = window.parts.new_run.draft
    qtbot.waitUntil(lambda: draft.value("model.name") == f"local-dir:{tmp_path / 'exported'}")


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "learned.zip"
    path.write_bytes(pack("a run", {name: b"{}" for name in MOST_BYTES}))
    return path


def test_a_bundle_asks_what_shall_be_done_with_it_and_escape_does_nothing(window, overlay, bundle, qtbot):
    drop(window, bundle)
    qtbot.waitUntil(lambda: len(overlay.buttons) == 3)
    assert [button.text() for button in overlay.buttons] == ["Add a task to it", "Try it on pictures", "Cancel"]
    assert overlay.buttons[0].hasFocus()
    qtbot.keyClick(overlay.buttons[0], Qt.Key.Key_Escape)
    assert not overlay.isVisible()
    assert window.adding.dialog is None


def test_a_bundle_can_be_given_a_task(window, overlay, bundle, qtbot):
    drop(window, bundle)
    qtbot.waitUntil(lambda: len(overlay.buttons) == 3)
    overlay.buttons[0].click()
    assert window.adding.dialog.source.text == str(bundle)
    window.adding.dialog.reject()


@pytest.mark.parametrize("several", [False, True])
def test_what_cannot_be_used_is_refused_in_a_sentence(window, overlay, tmp_path, qtbot, several):
    for name in ("paper.pdf", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    paths = [tmp_path / "paper.pdf", *([tmp_path / "notes.txt"] if several else [])]
    drag(window, mime(*paths))
    qtbot.waitUntil(lambda: overlay.sentence.text().startswith("This cannot be used here."))
    drop(window, *paths)
    qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)))
    (dialog,) = window.findChildren(ErrorDialog)
    words = "These 2 things cannot be used together." if several else "'paper.pdf' is nothing that can be used here."
    assert window.parts.status.message.text() == words
    dialog.reject()


def test_paths_of_the_command_line_open_like_drops(window, run, qtbot):
    window.comforts.open([run])
    qtbot.waitUntil(lambda: window.viewer.shown is not None)
    assert window.viewer.shown.folder == run


def test_a_path_that_is_not_there_is_said(window, tmp_path, qtbot):
    window.comforts.open([tmp_path / "gone"])
    qtbot.waitUntil(lambda: bool(window.findChildren(ErrorDialog)))
    assert window.parts.status.message.text() == "'gone' is not there, or is nothing that can be used here."
    window.findChildren(ErrorDialog)[0].reject()
