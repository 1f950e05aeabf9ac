"""Several runs from one form: what a person types and checks at its foot."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox

from backend.api import RunConfig


@pytest.fixture
def many(panel):
    return panel.many


def write(qtbot, many, text):
    many.seeds.setFocus()
    many.seeds.selectAll()
    qtbot.keyClicks(many.seeds, text)


def check(qtbot, many, *labels):
    """Open the menu and click entries; it stays open."""
    many.menu.popup(many.mapToGlobal(many.rect().bottomLeft()))
    for label in labels:
        (entry,) = [entry for entry in many.menu.actions() if entry.text() == label]
        qtbot.mouseClick(many.menu, Qt.MouseButton.LeftButton, pos=many.menu.actionGeometry(entry).center())
        assert many.menu.isVisible(), "it stays open while methods are checked"
    many.menu.close()


def test_three_methods_times_three_seeds_are_nine_runs(qtbot, panel, many):
    write(qtbot, many, "0,1,2")
    check(qtbot, many, "DMC", "SimpleCIL")
    assert (panel.add_button.text(), panel.start_button.text()) == ("Add 9 to queue", "Start 9")
    assert many.methods.text() == "Methods: DMC-OT + 2"
    with qtbot.waitSignal(panel.queue_requested) as asked:
        qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    runs, begin = asked.args
    assert begin
    assert {(run.method.name, run.run.seed) for run in runs} == {
        (method, seed) for method in ("dmc_ot", "dmc", "simple_cil") for seed in (0, 1, 2)
    }


def test_one_run_starts_as_ever_or_waits(qtbot, panel):
    with qtbot.assertNotEmitted(panel.queue_requested), qtbot.waitSignal(panel.start_requested) as asked:
        panel.start()
    assert asked.args == [RunConfig()]
    with qtbot.assertNotEmitted(panel.start_requested), qtbot.waitSignal(panel.queue_requested) as asked:
        qtbot.mouseClick(panel.add_button, Qt.MouseButton.LeftButton)
    assert asked.args == [[RunConfig()], False]


def test_one_seed_and_one_method_mirror_the_form(qtbot, panel, many):
    panel.findChild(QSpinBox, "run.seed").setValue(6)
    assert many.seeds.text() == "6"
    write(qtbot, many, "41")
    assert panel.draft.value("run.seed") == 41
    panel.draft.set("method.name", "simple_cil")
    assert many.methods.text() == "Methods: SimpleCIL"
    assert panel.add_button.text() == "Add to queue"


def test_several_seeds_stay_while_the_form_is_edited_and_go_with_other_settings(qtbot, panel, many):
    write(qtbot, many, "1-3")
    panel.draft.set("run.seed", 9)
    assert many.seeds.text() == "1-3"
    check(qtbot, many, "DMC")
    panel.draft.set("method.name", "dmc")
    assert many.count == 3, "the form's own method is not counted twice"
    panel.load(RunConfig().replaced(run={"seed": 5}))
    assert many.seeds.text() == "5"
    assert many.count == 1


def test_wrong_seeds_are_said_beside_them_and_start_leads_there(qtbot, panel, many):
    write(qtbot, many, "0,x")
    assert "0,1,2" in many.problem.text()
    assert many.problem.isVisible()
    panel.presets.menu.setFocus()
    with qtbot.assertNotEmitted(panel.start_requested), qtbot.assertNotEmitted(panel.queue_requested):
        panel.start()
    assert panel.focusWidget() is many.seeds
    write(qtbot, many, "0")
    assert not many.problem.isVisible()


def test_while_the_window_trains_only_adding_is_possible(panel):
    panel.set_running(True)
    assert not panel.start_button.isEnabled()
    assert panel.add_button.isEnabled()


def test_the_menu_is_checked_by_keys_too(qtbot, many):
    many.menu.popup(many.mapToGlobal(many.rect().bottomLeft()))
    own, other = (next(e for e in many.menu.actions() if e.text() == label) for label in ("DMC-OT", "DMC"))
    assert own.isChecked()
    assert not own.isEnabled(), "the form's own method cannot be left out"
    many.menu.setActiveAction(other)
    qtbot.keyClick(many.menu, Qt.Key.Key_Space)
    assert other.isChecked()
    assert many.menu.isVisible()
    many.menu.close()


def test_everything_at_the_foot_is_named_and_reached_by_keys(panel, many):
    for control in (many.seeds, many.methods, panel.add_button, panel.start_button):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert panel.add_button.width() >= panel.add_button.minimumSizeHint().width()
