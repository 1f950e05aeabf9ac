"""The command palette: what it finds, in which order, and that all of it works by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from gui import palette, theme
from gui.palette import Command, search
from tests.gui.plain_window import open_plain


def offer(*names: str) -> list[Command]:
    return [Command(*name.split(": "), act=lambda: None) for name in names]


def titles(commands, query, recent=()):
    return [found.command.title for found in search(commands, query, recent)]


SOME = offer(
    "Chart Drift and transport plan: Export CSV table…", "Data set: Drawn world", "Data set: CIFAR-100", "Page: Data",
    "Method: DMC-OT", "Method: Sequential fine-tuning", "Tools: Get data…",
)  # fmt: skip


def test_letters_side_by_side_at_the_start_of_a_word_come_first():
    found = [f.command.id for f in search(SOME, "data")]
    assert found[0] == "Page: Data"
    assert "Method: DMC-OT" not in found


def test_all_words_must_be_found_in_any_order():
    assert titles(SOME, "100 data") == ["CIFAR-100"]
    assert titles(SOME, "data moon") == []


def test_initials_find_a_command_and_its_letters_are_marked():
    found = search(SOME, "sft")[0]
    assert found.command.title == "Sequential fine-tuning"
    assert {found.command.id[place].lower() for place in found.letters} == {"s", "f", "t"}


def test_without_a_query_recent_commands_come_first_and_the_rest_keeps_its_order():
    found = search(SOME, "", ["Page: Data", "Method: DMC-OT"])
    assert [f.command.id for f in found[:3]] == ["Page: Data", "Method: DMC-OT", SOME[0].id]
    assert [f.recent for f in found[:3]] == [True, True, False]


def test_what_cannot_be_done_now_comes_last():
    paused = Command("Run", "Pause", lambda: None, possible=False)
    assert titles([paused, *offer("Run: Pass on")], "pa") == ["Pass on", "Pause"]


def test_letters_without_small_forms_of_the_same_length_do_no_harm():
    assert titles(offer("Run: İstanbul"), "İstanbul") == ["İstanbul"]


@pytest.fixture
def window(qtbot, tmp_path):
    return open_plain(qtbot, tmp_path)


def press(window, qtbot, keys: str, *then: Qt.Key) -> None:
    """Open the palette by keyboard, type, and press keys."""
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = window.comforts.palette.field
    assert field.hasFocus()
    qtbot.keyClicks(field, keys)
    for key in then:
        qtbot.keyClick(field, key)


def test_ctrl_k_and_a_few_letters_choose_a_method(window, qtbot):
    press(window, qtbot, "method simplecil", Qt.Key.Key_Return)
    assert window.parts.new_run.draft.value("method.name") == "simple_cil"
    assert not window.comforts.palette.isVisible()


def test_a_choice_that_brings_other_settings_brings_them(window, qtbot):
    press(window, qtbot, "model vit-b/16 openai", Qt.Key.Key_Return)
    draft = window.parts.new_run.draft
    assert (draft.value("model.name"), draft.value("model.pretrained")) == ("ViT-B-16-quickgelu", "openai")


def test_escape_closes_and_gives_the_keyboard_back(window, qtbot):
    window.parts.log.view.setFocus()
    press(window, qtbot, "quit", Qt.Key.Key_Escape)
    assert window.parts.log.view.hasFocus()
    assert window.isVisible()


def test_a_click_elsewhere_closes_it(window, qtbot):
    press(window, qtbot, "")
    window.parts.log.view.setFocus()
    assert not window.comforts.palette.isVisible()


def test_down_and_up_choose_and_go_round(window, qtbot):
    press(window, qtbot, "colours", Qt.Key.Key_Down)
    view = window.comforts.palette.view
    assert view.currentIndex().row() == 1
    for _ in range(2):
        qtbot.keyClick(window.comforts.palette.field, Qt.Key.Key_Up)
    assert view.currentIndex().row() == view.model().rowCount() - 1


def test_no_shortcut_acts_behind_an_open_palette(window, qtbot):
    press(window, qtbot, "", Qt.Key.Key_F5, Qt.Key.Key_Space)
    assert not window.session.running


def test_what_was_done_is_offered_first_the_next_time(window, qtbot):
    press(window, qtbot, "colours dark", Qt.Key.Key_Return)
    assert theme.current() is theme.DARK
    press(window, qtbot, "", Qt.Key.Key_Escape)
    assert "Dark" in window.comforts.palette.model.index(0, 0).data()


def test_a_setting_that_is_folded_away_is_found_and_unfolded(window, qtbot):
    row = next(row for row in window.parts.new_run.form.rows.values() if row.field.advanced)
    assert not row.isVisible()
    press(window, qtbot, f"setting {row.field.label}", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: row.isVisible() and row.editor.widget.hasFocus())


def test_every_action_page_panel_and_chart_is_offered_once(window):
    offered = [command.id for command in palette.gather(window)]
    assert len(offered) == len(set(offered))
    for wanted in ("Run: Start", "File > Export: Checkpoint…", "Page: Drift", "Panel: Show Log", "Method: DMC-OT"):
        assert wanted in offered
    assert any(name.startswith("Chart Accuracy matrix: ") for name in offered)
    assert not any("&" in name for name in offered)


def test_other_files_offer_commands_without_a_list_being_edited(window, qtbot, monkeypatch):
    monkeypatch.setattr(palette, "_PROVIDERS", list(palette._PROVIDERS))
    done = []
    palette.provider(lambda shown: [Command("Recipe", "Nine runs", lambda: done.append(shown))])
    press(window, qtbot, "nine", Qt.Key.Key_Return)
    assert done == [window]


def test_the_field_in_the_toolbar_opens_it(window, qtbot):
    from PySide6.QtWidgets import QPushButton

    (button,) = (b for b in window.findChildren(QPushButton) if b.property("role") == "field")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.comforts.palette.isVisible()
