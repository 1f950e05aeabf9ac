"""The Try it page: give it a picture in any way, and see what the run says of it, and said before."""

from __future__ import annotations

import sys
import types

import pytest
from PySide6.QtCore import QMimeData, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLineEdit

from gui import background, theme
from gui.pages.try_it import TryItPage
from gui.state.curves import Curves
from gui.state.shown import Shown
from gui.widgets.camera import has_camera
from tests.gui.example_run import events
from tests.gui.fake_answerer import answerer
from tests.windows import make as make_window
from tests.windows import present

WAIT = 20_000


@pytest.fixture
def make_page(qtbot, qapp):
    made = []

    def make(manner="plain"):
        theme.apply(qapp, theme.LIGHT)
        page = TryItPage(command=answerer(manner))
        qtbot.addWidget(page)
        page.resize(860, 700)
        page.show()
        made.append(page)
        return page

    yield make
    background.wait()


@pytest.fixture
def run(tmp_path):
    """A finished run of three tasks."""
    folder = tmp_path / "dmc_ot-drawn-s0"
    folder.mkdir()
    return Shown(folder, state="finished", curves=Curves(events(tasks=3, size=2)))


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "holiday.png"
    made = QImage(60, 40, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.red)
    made.save(str(path))
    return path


def named(picture, name):
    path = picture.with_name(name)
    path.write_bytes(picture.read_bytes())
    return path


def answered(qtbot, page):
    qtbot.waitUntil(lambda: page.cards.isVisible() and not page._answerer.busy, timeout=WAIT)
    qtbot.waitUntil(lambda: page._tried.answered.done, timeout=WAIT)


def names(page):
    return [guess.name for guess in page.cards.bars.guesses]


def cells(page, column):
    model = page.cards.moments.moments
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_says_what_to_do_before_there_is_a_run_a_task_or_a_picture(make_page, run):
    page = make_page()
    drop = page.pictures.drop
    assert drop.accessibleDescription().startswith("Choose a run first")
    page.show_run(Shown(run.folder, curves=Curves(events(tasks=3, done=0))))
    assert drop.accessibleDescription().startswith("This run has not finished a task yet")
    page.show_run(run)
    assert drop.accessibleDescription().startswith("Drop a picture here")
    assert "No picture leaves this machine." in drop.accessibleDescription()
    assert page.head.source.whole == "Asks dmc_ot-drawn-s0, which has finished all 3 tasks"
    assert page.cards.isHidden()


def test_a_picture_is_answered_with_scores_tasks_and_what_earlier_checkpoints_said(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    cards = page.cards
    assert names(page)[0] == "grey cat"
    assert len(names(page)) == 5
    assert "grey cat: 40.0 %, learned in task 3" in cards.bars.accessibleDescription()
    assert cells(page, 1) == ["–  red car", "?  checkpoint gone", "✓  grey cat"]  # noqa: RUF001
    assert cards.story.text() == "“grey cat” was learned in task 3, and is the answer after task 3."
    assert "The checkpoint after task 2 is not there" in cards.gaps.text()
    assert page.pictures.model_words.text() == "What the model sees: the middle of the picture, 2 x 2 pixels."
    assert page.pictures.name.whole == "holiday.png"


def test_the_true_class_tells_when_the_run_knew_it(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    page.cards.truth.setFocus()
    qtbot.keyClicks(page.cards.truth, "red")
    assert page.cards.story.text() == "Knew it after task 1, forgot it after task 3."
    assert cells(page, 1) == ["✓  red car", "?  checkpoint gone", "✗  grey cat"]
    page.cards.truth.setCurrentIndex(0)
    page.cards.truth.activated.emit(0)
    assert page.cards.story.text().startswith("“grey cat”")


def test_a_row_shows_the_scores_of_that_checkpoint(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    table = page.cards.moments
    assert table.currentIndex().row() == 2
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert names(page) == ["red car", "blue car"]
    assert page.cards.heading.text() == "Answer after task 1"
    qtbot.mouseClick(page.cards.back, Qt.MouseButton.LeftButton)
    assert names(page)[0] == "grey cat"
    assert table.currentIndex().row() == 2


def test_other_names_are_scored_beside_the_learned_classes(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    page.cards.texts.setFocus()
    qtbot.keyClicks(page.cards.texts, " tractor, dog,, tractor ")
    qtbot.keyClick(page.cards.texts, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(page)[0] == "tractor", timeout=WAIT)
    assert "tractor: 40.0 %, zero-shot, not learned" in page.cards.bars.accessibleDescription()
    assert names(page).count("tractor") == 1
    assert page.cards.bars.answer.name == names(page)[1], "a typed name is no answer of the run"
    assert page.cards.texts_state.text() == "Learned already: dog."
    answered(qtbot, page)


def test_similar_pictures_are_offered_where_they_cost_much_and_come_when_asked_for(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    near = page.cards.neighbours
    assert near.words.text() == "Comparing with 5,000 training pictures takes about 10:00 here, once."
    qtbot.mouseClick(near.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: near.pictures.count() == 1, timeout=WAIT)
    assert near.pictures.item(0).toolTip().startswith("red car, similarity 0.91")
    assert "64 training pictures, at most 50 a class" in near.words.text()
    answered(qtbot, page)


def drop(page, mime):
    actions, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(300, 300).toPoint(), actions, mime, button, none)
    page.dragEnterEvent(enter)
    if enter.isAccepted():
        assert page.pictures.drop._over
        page.dropEvent(QDropEvent(QPointF(300, 300), actions, mime, button, none))
        assert not page.pictures.drop._over
    return enter.isAccepted()


def files(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_a_picture_can_be_dropped_as_a_file_or_as_it_is(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    assert drop(page, files(picture))
    answered(qtbot, page)
    mime = QMimeData()
    mime.setImageData(QImage(str(picture)))
    assert drop(page, mime)
    qtbot.waitUntil(lambda: page._tried.name == "pasted picture", timeout=WAIT)
    answered(qtbot, page)


def test_what_is_neither_picture_nor_bundle_is_left_to_the_window(make_page, run, picture):
    page = make_page()
    page.show_run(run)
    assert not drop(page, files(picture.with_name("run.toml")))
    assert not drop(page, QMimeData())


def test_paste_takes_a_picture_or_its_file_and_leaves_text_to_the_text_field(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(files(picture))
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.pictures.drop.setFocus()
    qtbot.keyClick(page.pictures.drop, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    answered(qtbot, page)
    assert page._tried.path == picture
    clipboard.setImage(QImage(str(picture)))
    qtbot.mouseClick(page.head.paste, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._tried.name == "pasted picture", timeout=WAIT)
    answered(qtbot, page)
    clipboard.setText("tractor")
    page.cards.texts.setFocus()
    qtbot.keyClick(page.cards.texts, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.cards.texts.text() == "tractor"
    with qtbot.waitSignal(page.said) as said:
        page.paste()
    assert said.args == ["There is no picture on the clipboard"]


def test_the_process_and_pasted_pictures_go_with_the_page(qtbot, qapp, run, picture):
    theme.apply(qapp, theme.LIGHT)
    page = TryItPage(command=answerer())
    page.show()
    page.show_run(run)
    page.take_image(QImage(str(picture)), "pasted picture")
    answered(qtbot, page)
    kept, process = page._tried.path, page._answerer._process
    assert kept.is_file()
    assert process.poll() is None
    page.deleteLater()
    qtbot.waitUntil(lambda: not kept.exists())
    assert process.poll() is not None


def test_enter_opens_a_file_dialog_and_its_choice_is_asked_about(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.pictures.drop.setFocus()
    qtbot.keyClick(page.pictures.drop, Qt.Key.Key_Return)
    (dialog,) = page.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(picture))
    dialog.reject()
    answered(qtbot, page)
    assert page._tried.path == picture


def test_a_file_that_is_no_picture_is_told_and_what_was_there_stays(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    broken = picture.with_name("broken.png")
    broken.write_bytes(b"no picture")
    page.open(broken)
    qtbot.waitUntil(page.head.problem.isVisible, timeout=WAIT)
    assert "broken.png' cannot be read as a picture" in page.head.problem.text()
    assert page._tried.path == picture
    assert page.cards.isVisible()
    page.open(picture)
    qtbot.waitUntil(lambda: not page.head.problem.isVisible(), timeout=WAIT)
    answered(qtbot, page)


def test_a_bundle_is_asked_instead_of_the_run_until_one_goes_back(qtbot, make_page, run, picture, tmp_path):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    bundle = tmp_path / "run.zip"
    bundle.write_bytes(b"PK")
    assert drop(page, files(bundle))
    assert page.head.source.whole == "Asks the bundle run.zip"
    answered(qtbot, page)
    assert page.cards.gaps.text().startswith("A bundle holds only the last state")
    qtbot.mouseClick(page.head.run, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert page.head.source.whole.startswith("Asks dmc_ot-drawn-s0")
    assert cells(page, 1)[0] == "–  red car"  # noqa: RUF001


def test_a_run_that_finishes_a_task_is_asked_again(qtbot, make_page, run, picture):
    page = make_page()
    going_on = Shown(run.folder, curves=Curves(events(tasks=3, done=0)))
    page.show_run(going_on)
    page.open(picture)
    qtbot.waitUntil(page.waiting.isVisible, timeout=WAIT)
    assert "finished its first task" in page.waiting.words.text()
    page.show_run(run)
    answered(qtbot, page)


def test_pictures_tried_before_come_back_with_the_arrow_keys(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    for name in ("one.png", "two.png", "three.png"):
        page.open(named(picture, name))
        qtbot.waitUntil(lambda name=name: page._tried is not None and page._tried.name == name, timeout=WAIT)
        answered(qtbot, page)
    page.cards.truth.setCurrentText("dog")
    page.cards.truth.activated.emit(page.cards.truth.currentIndex())
    shelf = page.pictures.shelf
    shelf.setFocus()
    qtbot.keyClick(shelf, Qt.Key.Key_Right)
    answered(qtbot, page)
    assert page._tried.name == "two.png"
    assert page.cards.truth.currentText() == "not told"
    qtbot.keyClick(shelf, Qt.Key.Key_Left)
    answered(qtbot, page)
    assert (page._tried.name, page.cards.truth.currentText()) == ("three.png", "dog")
    assert shelf.count() == 3


def test_the_newest_picture_wins(qtbot, make_page, run, picture):
    page = make_page("slow")
    page.show_run(run)
    page.open(named(picture, "slow.png"))
    qtbot.waitUntil(lambda: page._answerer.busy, timeout=WAIT)
    assert page.waiting.isVisible()
    assert page.waiting.words.text().startswith("Loading the model")
    page.open(picture)
    answered(qtbot, page)
    assert page._tried.path == picture


def test_a_process_that_dies_is_told_and_the_next_question_starts_another(qtbot, make_page, run, picture):
    page = make_page("dies")
    page.show_run(run)
    page.open(picture)
    qtbot.waitUntil(page.head.again.isVisible, timeout=WAIT)
    text = page.head.problem.text()
    assert "ended before it had answered (code 3), with the words: no memory left." in text
    assert page.waiting.words.text() == "There is no answer."
    page._answerer._command = answerer()
    qtbot.mouseClick(page.head.again, Qt.MouseButton.LeftButton)
    answered(qtbot, page)
    assert not page.head.problem.isVisible()


def test_a_process_that_left_because_nobody_asked_is_started_again_in_silence(qtbot, make_page, run, picture):
    page = make_page("leaves")
    page.show_run(run)
    for name in ("one.png", "two.png"):
        page.open(named(picture, name))
        qtbot.waitUntil(lambda name=name: page._tried is not None and page._tried.name == name, timeout=WAIT)
        answered(qtbot, page)
        qtbot.waitUntil(lambda: page._answerer._thread is None, timeout=WAIT)
    assert not page.head.problem.isVisible()


def test_a_process_that_cannot_be_started_is_told(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page._answerer._command = lambda: ["/nowhere/at/all"]
    page.open(picture)
    qtbot.waitUntil(page.head.problem.isVisible, timeout=WAIT)
    assert "cannot be started: No such file" in page.head.problem.text()


def test_without_qt_multimedia_or_a_camera_there_is_no_camera_button(qtbot, make_page, monkeypatch):
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    assert not has_camera()
    page = make_page()
    background.wait()
    assert page.head.camera.isHidden()
    devices = types.SimpleNamespace(videoInputs=list)
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", types.SimpleNamespace(QMediaDevices=devices))
    assert not has_camera()
    devices.videoInputs = lambda: ["a camera"]
    page.head.look_for_camera()
    qtbot.waitUntil(page.head.camera.isVisible)


def test_everything_has_a_name_and_a_tooltip(qtbot, make_page, run, picture):
    page = make_page()
    page.show_run(run)
    page.open(picture)
    answered(qtbot, page)
    for kind in (QAbstractButton, QComboBox, QLineEdit):
        for widget in page.findChildren(kind):
            if widget.isVisible() and not widget.objectName().startswith("qt_"):
                assert widget.toolTip() or isinstance(widget.parent(), QLineEdit), widget
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    page.set_theme(theme.DARK)
    assert not page.grab().isNull()


def test_the_page_in_the_window_follows_the_run_on_show_and_leaves_nothing_behind(qtbot, qapp, tmp_path, run, picture):
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = present(qtbot, make_window(settings, tmp_path / "runs"))
    page = window.parts.try_it
    page._command = answerer()
    window.pages.setCurrentWidget(page)
    window.viewer.shown = run
    window.parts.show_run(run, busy=False)
    page.open(picture)
    answered(qtbot, page)
    QGuiApplication.clipboard().clear()
    page.paste()
    assert window.parts.status.message.text() == "There is no picture on the clipboard"
    window.close()
