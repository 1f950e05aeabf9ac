"""The split editor: classes dealt to tasks by mouse, keys and buttons; OK writes to the form, Cancel does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, QPointF, QSettings, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from backend.api import DataError, RunConfig, preview
from gui import background
from gui.splitting import Splitting
from gui.state.draft import Draft
from gui.theme import LIGHT, apply
from gui.widgets.split_editor import SplitEditor
from gui.widgets.task_column import TaskColumn
from tests.gui.plain_data import NAMES, plain_config
from tests.windows import make as make_window

WAIT = 10_000
CTRL = Qt.KeyboardModifier.ControlModifier


class Desk:
    """A form's draft and what opens the editor on it, connected as in the window."""

    def __init__(self, config: RunConfig, parent: QWidget) -> None:
        self.draft = Draft(config)
        self.splitting = Splitting(parent)
        self.splitting.settled.connect(self.draft.set_together)

    def tasks(self) -> list[tuple[str, ...]]:
        """Return the tasks that a run of the draft would learn."""
        return [task.names for task in preview(self.draft.config, thumbnails=0)]


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Desk]]:
    apply(qapp, LIGHT)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    yield lambda **sections: Desk(plain_config(**sections), window)
    background.wait()


@pytest.fixture
def edit(qtbot: QtBot) -> Callable[[Desk], SplitEditor]:
    def open_one(at: Desk) -> SplitEditor:
        with qtbot.waitSignal(at.splitting.opened, timeout=WAIT) as opened:
            at.splitting.open(at.draft.config)
        editor: SplitEditor = opened.args[0]
        editor.activateWindow()
        return editor

    return open_one


def choose(column: TaskColumn, *rows: int) -> None:
    column.view.setFocus()
    column.view.clearSelection()
    for row in rows:
        column.view.selectionModel().select(column.model.index(row), QItemSelectionModel.SelectionFlag.Select)


def dealt(editor: SplitEditor) -> list[list[int]]:
    """Return the class indices in each column, as the user sees them."""
    return [
        [NAMES.index(column.model.index(row).data()) for row in range(column.model.rowCount())]
        for column in editor.columns
        if column.isVisible()
    ]


def drag(source: TaskColumn, target: TaskColumn, at: QPointF) -> None:
    """Let go of the selected classes of a column over another one."""
    data = source.model.mimeData(source.view.selectionModel().selectedIndexes())
    where, action = target.view.viewport(), Qt.DropAction.MoveAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(where, QDragEnterEvent(at.toPoint(), action, data, left, none))
    QApplication.sendEvent(where, QDragMoveEvent(at.toPoint(), action, data, left, none))
    drop = QDropEvent(at, action, data, left, none)
    QApplication.sendEvent(where, drop)
    assert drop.isAccepted()
    QApplication.processEvents()


def test_shows_tasks_with_counts_and_pictures(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    editor = edit(desk())
    assert dealt(editor) == [[0, 1], [2, 3], [4, 5]]
    assert editor.columns[2].heading.text() == "Task 3"
    assert editor.columns[2].facts.text() == "2 classes\n20 / 8 pictures"
    assert editor.columns[2].view.accessibleName() == "Task 3: 2 classes, 20 training and 8 test pictures"
    assert editor.summary.text() == "3 tasks, 6 classes"
    picture = editor.columns[2].model
    qtbot.waitUntil(
        lambda: picture.index(0).data(Qt.ItemDataRole.DecorationRole).toImage().pixelColor(9, 9).red() == 40
    )
    assert not editor.grab().isNull()
    editor.reject()


def test_dragged_classes_are_dropped_where_the_pointer_is(desk: Callable[..., Desk], edit) -> None:
    at = desk()
    editor = edit(at)
    one, two, three = editor.columns
    choose(one, 0, 1)
    drag(one, three, QPointF(20, 300))
    assert dealt(editor) == [[], [2, 3], [4, 5, 0, 1]]
    assert three.selected() == (0, 1), "what was moved stays selected"
    choose(two, 1)
    first = three.view.visualRect(three.model.index(0))
    drag(two, three, QPointF(first.left() + 20, first.top() + 1))
    assert dealt(editor) == [[], [2], [3, 4, 5, 0, 1]]
    assert "1 is empty and left out" in editor.summary.text()
    editor.accept()
    assert at.tasks() == [(NAMES[2],), tuple(NAMES[i] for i in (3, 4, 5, 0, 1))]


def test_keys_carry_classes_to_the_neighbour(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    editor = edit(desk())
    choose(editor.columns[0], 1)
    qtbot.keyClick(editor.columns[0].view, Qt.Key.Key_Right, CTRL)
    assert dealt(editor) == [[0], [2, 3, 1], [4, 5]]
    assert editor.focusWidget() is editor.columns[1].view
    qtbot.keyClick(editor.columns[1].view, Qt.Key.Key_Right, CTRL)
    qtbot.keyClick(editor.columns[2].view, Qt.Key.Key_Right, CTRL)
    assert dealt(editor) == [[0], [2, 3], [4, 5, 1]], "there is no task beyond the last"
    qtbot.keyClick(editor.columns[2].view, Qt.Key.Key_Left, CTRL)
    assert dealt(editor) == [[0], [2, 3, 1], [4, 5]]
    qtbot.keyClick(editor.columns[1].view, Qt.Key.Key_Left)
    assert editor.focusWidget() is editor.columns[0].view, "without Ctrl only the focus moves"
    editor.reject()


def test_only_one_task_has_a_selection(desk: Callable[..., Desk], edit) -> None:
    editor = edit(desk())
    choose(editor.columns[0], 0, 1)
    choose(editor.columns[1], 0)
    assert [column.selected() for column in editor.columns] == [(), (2,), ()]
    editor.reject()


def test_undo_and_redo_by_key_and_button(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    editor = edit(desk())
    assert not editor.undo_button.isEnabled()
    choose(editor.columns[0], 0)
    qtbot.keyClick(editor.columns[0].view, Qt.Key.Key_Right, CTRL)
    qtbot.mouseClick(editor.sort_button, Qt.MouseButton.LeftButton)
    after = dealt(editor)
    qtbot.keyClick(editor, Qt.Key.Key_Z, CTRL)
    qtbot.mouseClick(editor.undo_button, Qt.MouseButton.LeftButton)
    assert dealt(editor) == [[0, 1], [2, 3], [4, 5]]
    assert not editor.undo_button.isEnabled()
    qtbot.keyClick(editor, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.mouseClick(editor.redo_button, Qt.MouseButton.LeftButton)
    assert dealt(editor) == after
    qtbot.mouseClick(editor.reset_button, Qt.MouseButton.LeftButton)
    assert dealt(editor) == [[0, 1], [2, 3], [4, 5]]
    editor.reject()


def test_buttons_deal_shuffle_add_and_remove(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    editor = edit(desk())
    left = Qt.MouseButton.LeftButton
    editor.size_box.setValue(4)
    qtbot.mouseClick(editor.even_button, left)
    assert dealt(editor) == [[0, 1, 2, 3], [4, 5]]
    qtbot.mouseClick(editor.add_button, left)
    assert dealt(editor) == [[0, 1, 2, 3], [4, 5], []]
    qtbot.mouseClick(editor.remove_button, left)
    assert dealt(editor) == [[0, 1, 2, 3], [4, 5]]
    editor.seed_box.setValue(5)
    qtbot.mouseClick(editor.shuffle_button, left)
    shuffled = dealt(editor)
    assert [len(task) for task in shuffled] == [4, 2]
    assert sorted(shuffled[0] + shuffled[1]) == [0, 1, 2, 3, 4, 5]
    assert shuffled != [[0, 1, 2, 3], [4, 5]]
    editor.reject()


def test_cancel_leaves_the_form_alone(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk()
    editor = edit(at)
    qtbot.mouseClick(editor.sort_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.cancel_button, Qt.MouseButton.LeftButton)
    assert at.draft.config == plain_config()


def test_ok_without_a_change_leaves_the_form_alone(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk(split={"initial_classes": 2})
    editor = edit(at)
    qtbot.mouseClick(editor.ok_button, Qt.MouseButton.LeftButton)
    assert at.draft.config == plain_config(split={"initial_classes": 2})


def test_ok_writes_an_ordinary_scheme_in_the_ordinary_way(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk()
    editor, heard = edit(at), []
    at.draft.subscribe(lambda: heard.append(at.draft.config))
    editor.size_box.setValue(4)
    qtbot.mouseClick(editor.even_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.ok_button, Qt.MouseButton.LeftButton)
    assert heard == [plain_config(split={"classes_per_task": 4})]


def test_ok_writes_names_and_sizes_where_no_scheme_fits(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk(split={"classes_per_task": 1})
    editor = edit(at)
    choose(editor.columns[5], 0)
    qtbot.keyClick(editor.columns[5].view, Qt.Key.Key_Left, CTRL)
    choose(editor.columns[4], 0)
    qtbot.keyClick(editor.columns[4].view, Qt.Key.Key_Left, CTRL)
    qtbot.mouseClick(editor.ok_button, Qt.MouseButton.LeftButton)
    assert at.draft.config.split.sizes == (1, 1, 1, 2, 1)
    assert at.draft.config.split.order == (*NAMES[:3], NAMES[3], NAMES[4], NAMES[5])
    assert at.tasks()[3] == (NAMES[3], NAMES[4])


def test_a_split_that_does_not_fit_can_be_put_right(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk(split={"classes_per_task": 99})
    editor = edit(at)
    assert editor.note.isVisible()
    assert "99 classes" in editor.note.text()
    assert dealt(editor) == [[0, 1, 2, 3, 4, 5]]
    editor.size_box.setValue(3)
    qtbot.mouseClick(editor.even_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(editor.ok_button, Qt.MouseButton.LeftButton)
    assert at.tasks() == [NAMES[:3], NAMES[3:]]


def test_missing_data_is_an_error_and_the_next_try_works(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk(data={"root": "missing"})
    with qtbot.waitSignal(at.splitting.failed, timeout=WAIT) as failed:
        at.splitting.open(at.draft.config)
    assert isinstance(failed.args[0], DataError)
    at.draft.set("data.root", "")
    edit(at).reject()


def test_there_is_one_editor_at_a_time(qtbot: QtBot, desk: Callable[..., Desk], edit) -> None:
    at = desk()
    editor = edit(at)
    with qtbot.assertNotEmitted(at.splitting.opened, wait=100):
        at.splitting.open(at.draft.config)
    editor.reject()
    edit(at).reject()


def test_the_window_opens_it_from_form_and_page_and_takes_its_answer(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    apply(qapp, LIGHT)
    window = make_window(QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat), tmp_path / "runs")
    qtbot.addWidget(window)
    form, page = window.parts.new_run, window.parts.data
    form.load(plain_config())
    window.pages.setCurrentWidget(page)
    with qtbot.waitSignal(page.looked, timeout=WAIT):
        window.show()
    for button, size in ((form.preview.edit_button, 3), (page.edit_button, 4)):
        with qtbot.waitSignal(window.splitting.opened, timeout=WAIT) as opened:
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        editor: SplitEditor = opened.args[0]
        editor.size_box.setValue(size)
        qtbot.mouseClick(editor.even_button, Qt.MouseButton.LeftButton)
        with qtbot.waitSignal(page.looked, timeout=WAIT):
            qtbot.mouseClick(editor.ok_button, Qt.MouseButton.LeftButton)
        assert form.config() == plain_config(split={"classes_per_task": size})
    assert [row.task for row in page.classes.proxy.rows()] == [0, 0, 0, 0, 1, 1]
    window.close()


@pytest.mark.parametrize("row", [0, 1])
def test_what_is_dropped_from_elsewhere_is_refused(desk: Callable[..., Desk], edit, row: int) -> None:
    editor = edit(desk())
    data = QMimeData()
    data.setText("[1]")
    model = editor.columns[0].model
    assert not model.canDropMimeData(data, Qt.DropAction.MoveAction, row, 0, QModelIndex())
    assert not model.dropMimeData(data, Qt.DropAction.MoveAction, row, 0, QModelIndex())
    editor.reject()
