"""Menus are searched as one types."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from gui.state.draft import Draft
from gui.widgets.new_run import NewRunPanel
from gui.widgets.searched import first_match

ENTRIES = [("DMC-OT", "optimal transport"), ("DMC", "two stages"), ("Joint training", "the upper bound")]


@pytest.mark.parametrize(("typed", "row"), [("d", 0), ("joi", 2), ("train", 2), ("bound", 2), ("stages", 1), ("x", -1)])
def test_names_come_before_explanations(typed, row):
    assert first_match(typed, ENTRIES) == row


def test_typing_a_part_of_a_name_chooses_in_a_closed_menu(qtbot, panel: NewRunPanel):
    menu = panel.form.rows["method.name"].editor.widget
    menu.setFocus()
    qtbot.keyClicks(menu, "fine")
    assert menu.currentData() == "fine_tune"
    assert panel.draft.value("method.name") == "fine_tune"


def test_an_open_menu_lists_what_contains_the_letters(qtbot, panel: NewRunPanel):
    box = panel.form.rows["model.name"].editor.widget
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "b/16")
    completer = box.completer()
    found = [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())]
    assert found
    assert all("b/16" in name.casefold() for name in found)
    assert box.currentText() == "b/16"
    completer.popup().hide()


def test_marks_count_from_the_preset_that_was_chosen(panel: NewRunPanel):
    preset = panel.draft.preset.replaced(run={"seed": 5})
    panel.presets.chosen.emit(preset)
    assert not panel.draft.changed("run.seed")
    panel.draft.set("run.seed", 7)
    assert panel.draft.changed("run.seed")
    panel.draft.reset("run.seed")
    assert panel.draft.value("run.seed") == 5


def test_another_methods_settings_count_from_that_methods_defaults():
    draft = Draft()
    draft.set("method.name", "dmc")
    assert draft.changed("method.name")
    assert not draft.changed("method.calibrator")
    draft.set("method.epochs", 9)
    assert draft.changed("method.epochs")
    draft.reset("method.epochs")
    assert draft.value("method.epochs") == 3


def test_the_settings_of_an_old_run_count_from_the_defaults(qtbot, panel: NewRunPanel):
    panel.load(panel.draft.preset.replaced(run={"seed": 5}))
    assert panel.draft.changed("run.seed")
    reset = panel.form.rows["run.seed"].reset
    assert "preset" in reset.toolTip()
    reset.setVisible(True)
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert not panel.draft.changed("run.seed")
