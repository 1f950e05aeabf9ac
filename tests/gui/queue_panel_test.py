"""The queue's panel: what it shows, and what each button, key and drop asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox

from backend.api import Capacity, Need, RunConfig, Turn
from gui.docks.queue import QueuePanel
from gui.state.queue import QueueState
from gui.theme import DARK, LIGHT
from tests.gui.example_run import START, events

ON, FIRST, SECOND, THIRD, CUT, DONE = (Path("runs") / name for name in ("on", "1", "2", "3", "cut", "done"))


@pytest.fixture
def state():
    made = QueueState()
    made.lineup.add([DONE, CUT, ON, FIRST, SECOND, THIRD])
    for turn in (Turn(DONE, "finished"), Turn(CUT, "killed", "The worker is gone."), Turn(ON, "running")):
        made.lineup.tell(turn)
    for seed, folder in enumerate((ON, FIRST, SECOND, THIRD, CUT, DONE)):
        made.know(folder, RunConfig().replaced(run={"seed": seed}))
    for event in events(3, 2, 6, done=1):
        made.progress(ON).add(event)
    made.held, made.capacity = False, Capacity(2, "memory", Need(10**9, measured=True))
    return made


@pytest.fixture
def panel(qtbot, state):
    made = QueuePanel()
    qtbot.addWidget(made)
    made.resize(304, 600)
    made.show_state(state, busy=False, now=START)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def choose(panel, *folders):
    panel.view.clearSelection()
    for folder in folders:
        index = panel.model.index(panel.model.row_of(folder))
        panel.view.selectionModel().select(index, panel.view.selectionModel().SelectionFlag.Select)
        panel.view.selectionModel().setCurrentIndex(index, panel.view.selectionModel().SelectionFlag.NoUpdate)
    panel.view.setFocus()


def test_it_shows_what_is_on_what_waits_and_what_is_over(panel):
    assert [row.folder for row in panel.model.rows] == [ON, FIRST, SECOND, THIRD, CUT, DONE]
    assert panel.words.whole == "1 on, 3 left"
    assert panel.limits.allowed.whole == "(memory allows 2)"
    text = panel.model.index(4).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "DMC-OT · s4, interrupted, Interrupted: The worker is gone."


@pytest.mark.parametrize(
    ("folders", "key", "modifier", "signal", "asked"),
    [
        ([SECOND], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier, "put_requested", [[SECOND], 0]),
        ([FIRST, SECOND], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier, "put_requested", [[FIRST, SECOND], 3]),
        ([THIRD], Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier, "put_requested", [[THIRD], 0]),
        ([SECOND, DONE], Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "remove_requested", [[SECOND, DONE]]),
        ([DONE], Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "open_requested", [DONE]),
    ],
)
def test_keys_do_what_buttons_do(qtbot, panel, folders, key, modifier, signal, asked):
    choose(panel, *folders)
    with qtbot.waitSignal(getattr(panel, signal)) as told:
        qtbot.keyClick(panel.view, key, modifier)
    assert told.args == asked


def test_only_what_makes_sense_is_allowed(qtbot, panel, state):
    acts = (panel.next, panel.stop, panel.retry, panel.remove)
    for folders, allowed in (
        ([], (False, False, False, False)),
        ([ON], (False, True, False, False)),
        ([SECOND], (True, False, False, True)),
        ([CUT], (False, False, True, True)),
        ([DONE], (False, False, False, True)),
        ([ON, SECOND, CUT], (True, True, True, True)),
    ):
        choose(panel, *folders)
        assert tuple(action.isEnabled() for action in acts) == allowed, folders
    choose(panel, CUT)
    with qtbot.waitSignal(panel.retry_requested) as told:
        panel.retry.trigger()
    assert told.args == [[CUT]]
    state.progress(ON).stopping = True
    panel.show_state(state, busy=False, now=START)
    choose(panel, ON)
    assert panel.stop.text() == "Kill"


def test_a_click_shows_a_run_that_has_begun(qtbot, panel):
    def click(folder):
        rect = panel.view.visualRect(panel.model.index(panel.model.row_of(folder)))
        qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())

    with qtbot.waitSignal(panel.open_requested) as told:
        click(ON)
    assert told.args == [ON]
    with qtbot.assertNotEmitted(panel.open_requested):
        click(SECOND)


def test_a_run_is_dragged_among_those_that_wait(qtbot, panel):
    model = panel.model
    draggable = [bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsDragEnabled) for row in range(6)]
    assert draggable == [False, True, True, True, False, False]
    data = model.mimeData([model.index(3)])
    with qtbot.waitSignal(panel.put_requested) as told:
        assert not model.dropMimeData(data, Qt.DropAction.MoveAction, 1, 0, QModelIndex()), "Qt must remove no row"
    assert told.args == [[THIRD], 0]
    with qtbot.waitSignal(panel.put_requested) as told:
        model.dropMimeData(model.mimeData([model.index(1)]), Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert told.args == [[FIRST], 0], "above what is on means first in line"


def test_the_choice_stays_on_its_run_when_the_order_changes(panel, state):
    choose(panel, THIRD)
    state.lineup.put([THIRD], 0)
    state.lineup.tell(Turn(ON, "finished"))
    panel.show_state(state, busy=False, now=START)
    assert [row.folder for row in panel.selected()] == [THIRD]
    state.lineup.remove([THIRD])
    panel.show_state(state, busy=False, now=START)
    assert panel.selected() == []


def test_one_button_starts_pauses_and_goes_on(qtbot, panel, state):
    for held, running, text, asked in (
        (False, True, "Pause", True),
        (True, True, "Go on", False),
        (True, False, "Start queue", False),
    ):
        state.held = held
        state.lineup.tell(Turn(ON, "running" if running else "finished"))
        panel.show_state(state, busy=False, now=START)
        assert panel.hold.text() == text
        with qtbot.waitSignal(panel.hold_requested) as told:
            panel.hold.click()
        assert told.args == [asked]


def test_limits_are_asked_for_once_and_not_by_what_is_shown(qtbot, panel, state):
    with qtbot.assertNotEmitted(panel.at_once_requested), qtbot.assertNotEmitted(panel.beside_requested):
        state.at_once, state.beside = 3, True
        panel.show_state(state, busy=False, now=START)
    assert panel.limits.at_once.value() == 3
    assert panel.limits.beside.isChecked()
    with qtbot.waitSignal(panel.at_once_requested) as told:
        panel.limits.at_once.stepUp()
    assert told.args == [4]


def test_an_empty_queue_says_what_it_is_for_and_one_that_is_elsewhere_how_to_get_it(panel):
    empty = QueueState()
    panel.show_state(empty, busy=False, now=START)
    assert "Add to queue" in panel._empty.text()
    assert panel._empty.isVisible()
    assert not panel.hold.isEnabled()
    empty.owned = False
    panel.show_state(empty, busy=False, now=START)
    assert "Another window" in panel._empty.text()
    assert panel.hold.text() == "Take over"
    assert panel.hold.isEnabled()


def test_nothing_is_made_before_it_is_looked_at_and_it_catches_up_then(qtbot, state):
    panel = QueuePanel()
    qtbot.addWidget(panel)
    panel.set_theme(DARK)
    panel.show_state(state, busy=False, now=START)
    assert not panel.built
    assert not panel.children()
    panel.show()
    assert len(panel.model.rows) == 6
    panel.set_theme(LIGHT)
    assert not panel.grab().isNull()


def test_every_control_is_named_helped_and_reached_by_keys(panel):
    for control in (*panel.findChildren(QAbstractButton), *panel.findChildren(QAbstractSpinBox), panel.view):
        if control.objectName().startswith("qt_"):
            continue
        assert control.accessibleName(), control
        assert control.toolTip(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control
