"""What a person sees of settings A and B, and of models that bring their weights along."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from backend.api import SETTINGS, RunConfig, SettingId, apply_setting, catalogue, setting_of
from gui.widgets.new_run import NewRunPanel

PUBLISHED = next(entry for entry in catalogue().models if entry.also["model.pretrained"] == "openai")


def pick(qtbot: QtBot, box: QComboBox, row: int) -> None:
    """Choose a row of a menu with the keyboard."""
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(row):
        qtbot.keyClick(box, Qt.Key.Key_Down)


def test_the_demo_shows_that_its_setting_is_custom(panel: NewRunPanel) -> None:
    assert panel.presets.setting.currentIndex() == -1
    assert panel.presets.setting.placeholderText() == "Custom"


def test_choosing_a_setting_fills_in_what_it_fixes_and_shows_it(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.draft.set("run.seed", 5)
    for row, (name, setting) in enumerate(SETTINGS.items()):
        pick(qtbot, panel.presets.setting, row)
        config = panel.draft.config
        assert config is not None
        assert setting_of(config) == name
        assert config.run.seed == 5
        assert panel.presets.setting.currentText() == setting.label
        assert panel.form.rows["model.pretrained"].editor.read() == setting.pretrained


@pytest.mark.parametrize(
    ("key", "value"), [("model.transform", "squash"), ("data.template", ""), ("split.order", "seeded")]
)
def test_changing_what_a_setting_fixes_shows_custom_at_once(panel: NewRunPanel, key: str, value: str) -> None:
    panel.load(apply_setting(RunConfig(), "A"))
    assert panel.presets.setting.currentIndex() == 0
    panel.draft.set(key, value)
    assert panel.presets.setting.currentIndex() == -1
    panel.draft.set("run.seed", 3)
    panel.load(apply_setting(RunConfig(), "A"))
    assert panel.presets.setting.currentIndex() == 0


@pytest.mark.parametrize(("name", "orders"), [("A", ("natural", "published")), ("B", (1993, 1993))])
def test_another_data_set_stays_in_the_setting(
    panel: NewRunPanel, name: SettingId, orders: tuple[str | int, ...]
) -> None:
    panel.load(apply_setting(RunConfig(), name))
    box = panel.form.rows["data.name"].editor.widget
    assert isinstance(box, QComboBox)
    for dataset, order in zip(("drawn", "cifar100"), orders, strict=True):
        box.setCurrentIndex(box.findData(dataset))
        assert panel.draft.value("split.order") == order
        assert panel.presets.setting.currentText() == SETTINGS[name].label


def test_a_setting_cannot_be_chosen_while_something_is_wrong(panel: NewRunPanel) -> None:
    panel.draft.set("data.template", "no place for a name")
    assert not panel.presets.setting.isEnabled()


def test_a_model_of_the_menu_brings_its_weights_and_shows_what_it_is(panel: NewRunPanel) -> None:
    row = panel.form.rows["model.name"]
    box = row.editor.widget
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findText(PUBLISHED.label))
    assert (panel.draft.value("model.name"), panel.draft.value("model.pretrained")) == (PUBLISHED.id, "openai")
    assert box.currentText() == PUBLISHED.id
    box.setCurrentIndex(0)
    assert (panel.draft.value("model.name"), panel.draft.value("model.pretrained")) == ("demo", "")
    assert panel.config() == RunConfig()


def test_a_model_can_be_typed_and_leaves_the_weights_alone(panel: NewRunPanel) -> None:
    panel.draft.set("model.pretrained", "laion2b_s34b_b88k")
    row = panel.form.rows["model.name"]
    box = row.editor.widget
    assert isinstance(box, QComboBox)
    box.setEditText("ViT-B-16")
    assert panel.draft.value("model.name") == "ViT-B-16"
    assert panel.draft.value("model.pretrained") == "laion2b_s34b_b88k"
    assert box.currentText() == "ViT-B-16"
