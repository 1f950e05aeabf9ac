"""What a person does to prepare a run: choose a preset, change settings, see the tasks, press Start."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from backend.api import METHODS, DataError, Problem, RunConfig, TaskPreview, catalogue, parse_config
from gui.theme import DARK, LIGHT
from gui.widgets import task_preview
from gui.widgets.new_run import NewRunPanel

PRESETS = catalogue().presets


def shown_problems(panel: NewRunPanel) -> dict[str, str]:
    return {key: row.problem.text() for key, row in panel.form.rows.items() if not row.problem.isHidden()}


def await_preview(qtbot: QtBot, panel: NewRunPanel) -> None:
    with qtbot.waitSignal(panel.preview.problems_found, timeout=20_000):
        pass


def test_opens_ready_to_start_the_demo(qtbot: QtBot, panel: NewRunPanel) -> None:
    assert panel.config() == RunConfig()
    assert panel.presets.menu.currentText() == PRESETS[0].label
    with qtbot.waitSignal(panel.start_requested) as asked:
        qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    assert asked.args == [RunConfig()]


def test_the_demo_preset_is_first_and_there_are_few() -> None:
    assert PRESETS[0].id == "demo"
    assert PRESETS[0].config == RunConfig()
    assert len(PRESETS) == len({preset.label for preset in PRESETS}) <= 10
    assert all(preset.label and preset.help.endswith(".") for preset in PRESETS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_fills_in_everything(panel: NewRunPanel, preset) -> None:
    panel.draft.set("run.seed", 5)
    panel.presets.menu.activated.emit(PRESETS.index(preset))
    assert panel.config() == preset.config
    assert panel.presets.menu.currentText() == preset.label
    assert panel.presets.reason.text() == preset.help


def test_a_change_says_which_preset_it_came_from(panel: NewRunPanel) -> None:
    panel.draft.set("run.seed", 5)
    assert panel.presets.menu.currentIndex() == -1
    assert PRESETS[0].label in panel.presets.reason.text()
    panel.load(parse_config({"run": {"seed": 6}}))
    assert panel.presets.reason.text() == "Settings of your own."


def test_every_edit_is_told(qtbot: QtBot, panel: NewRunPanel) -> None:
    seed = panel.findChild(QSpinBox, "run.seed")
    with qtbot.waitSignal(panel.draft_changed) as told:
        seed.setValue(4)
    assert told.args == [parse_config({"run": {"seed": 4}})]


def test_another_method_brings_its_fields_and_keeps_the_rest(panel: NewRunPanel) -> None:
    panel.draft.set("run.seed", 4)
    menu = panel.findChild(QComboBox, "method.name")
    for method in METHODS:
        menu.setCurrentIndex(menu.findData(method.id))
        keys = {key for key in panel.form.rows if key.startswith("method.")}
        assert keys == {f"method.{name}" for name in method.Settings.model_fields}
        assert panel.config() == parse_config({"run": {"seed": 4}, "method": {"name": method.id}})
        assert all(row.isVisibleTo(panel) for row in panel.form.rows.values() if not row.field.advanced)


def test_reset_goes_back_to_the_default(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.draft.set("run.seed", 4)
    panel.form.rows["run.seed"].reset.click()
    assert panel.config() == RunConfig()


def test_advanced_settings_are_counted_and_folded(panel: NewRunPanel) -> None:
    count = sum(row.field.advanced for row in panel.form.rows.values())
    assert panel.form.advanced.text() == f"Advanced ({count})"
    assert not panel.form.rows["run.batch_size"].isVisibleTo(panel)
    panel.draft.set("run.batch_size", 16)
    assert panel.form.advanced.text() == f"Advanced ({count}, 1 changed)"
    panel.form.advanced.click()
    assert panel.form.rows["run.batch_size"].isVisibleTo(panel)


def test_start_leads_to_the_wrong_field(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.draft.set("run.device", "gpu")
    assert panel.config() is None
    with qtbot.assertNotEmitted(panel.start_requested):
        panel.start()
    assert list(shown_problems(panel)) == ["run.device"]
    assert panel.focusWidget() is panel.form.rows["run.device"].editor.widget


def test_start_unfolds_and_shows_a_wrong_field_far_below(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.draft.set("method.covariance_rank", -1)
    panel.start()
    row = panel.form.rows["method.covariance_rank"]
    assert panel.focusWidget() is row.editor.widget
    qtbot.waitUntil(lambda: not row.visibleRegion().isEmpty())


def test_problems_wait_until_typing_rests(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.draft.set("run.device", "cud")
    assert shown_problems(panel) == {}
    qtbot.waitUntil(lambda: list(shown_problems(panel)) == ["run.device"])
    panel.draft.set("run.device", "cuda")
    qtbot.waitUntil(lambda: shown_problems(panel) == {})


def test_what_a_run_complained_about_is_marked_until_the_next_change(qtbot: QtBot, panel: NewRunPanel) -> None:
    panel.show_problems([Problem("run.precision", "bf16 is not there."), Problem("weights", "they are missing.")])
    assert shown_problems(panel) == {"run.precision": "Bf16 is not there."}
    assert panel.form.rows["run.precision"].isVisibleTo(panel), "an advanced field with a problem is unfolded"
    assert panel.attention.text() == "weights: they are missing."
    panel.draft.set("run.seed", 1)
    qtbot.waitUntil(lambda: not shown_problems(panel) and panel.attention.isHidden())


def test_the_tasks_are_shown_with_pictures(qtbot: QtBot, panel: NewRunPanel) -> None:
    await_preview(qtbot, panel)
    items = panel.preview.tasks.items
    assert [len(item.names) for item in items] == [8] * 5
    assert panel.preview.summary.text() == "5 tasks, 40 classes"
    assert all(len(item.pictures) == 8 and not picture.isNull() for item in items for picture in item.pictures)
    text = panel.preview.tasks.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith(f"Task 1: {items[0].names[0]}, ")
    assert "480 training and 200 test pictures" in panel.preview.tasks.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert not panel.grab().isNull()


def test_a_split_that_does_not_fit_is_wrong_until_it_does(qtbot: QtBot, panel: NewRunPanel) -> None:
    await_preview(qtbot, panel)
    panel.draft.set("split.initial_classes", 99)
    await_preview(qtbot, panel)
    assert panel.config() is None
    assert "99 classes" in shown_problems(panel)["split.initial_classes"]
    panel.draft.set("split.initial_classes", 20)
    await_preview(qtbot, panel)
    assert panel.config() is not None
    assert [len(item.names) for item in panel.preview.tasks.items] == [20, 8, 8, 4]


def test_a_setting_that_deals_no_classes_works_out_nothing(
    qtbot: QtBot, panel: NewRunPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await_preview(qtbot, panel)
    monkeypatch.setattr(task_preview, "preview", lambda _: pytest.fail("nothing about the tasks has changed"))
    panel.draft.set("method.epochs", 2)
    qtbot.wait(300)
    assert panel.preview.summary.text() == "5 tasks, 40 classes"


def test_only_the_tasks_wanted_last_are_worked_out(
    qtbot: QtBot, panel: NewRunPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def remember(config: RunConfig) -> tuple[TaskPreview, ...]:
        asked.append(config.run.seed)
        wide = np.zeros((40, 60, 3), np.uint8)
        return (TaskPreview(tuple(f"class {i}" for i in range(50)), 10, 5, (wide,)),)

    monkeypatch.setattr(task_preview, "preview", remember)
    for seed in range(1, 9):
        panel.draft.set("run.seed", seed)
    await_preview(qtbot, panel)
    assert asked == [8]
    assert "and 10 more" in panel.preview.tasks.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert not panel.grab().isNull()


def test_a_change_during_the_work_is_worked_out_next(
    qtbot: QtBot, panel: NewRunPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    go, asked = threading.Event(), []

    def slow(config: RunConfig) -> tuple[TaskPreview, ...]:
        asked.append(config.run.seed)
        go.wait(10)
        return ()

    monkeypatch.setattr(task_preview, "preview", slow)
    panel.draft.set("run.seed", 1)
    qtbot.waitUntil(lambda: asked == [1])
    panel.draft.set("run.seed", 2)
    qtbot.wait(300)
    assert asked == [1], "one at a time"
    go.set()
    await_preview(qtbot, panel)
    assert asked == [1, 2]


def test_missing_data_is_said_where_the_tasks_would_be(
    qtbot: QtBot, panel: NewRunPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_: RunConfig) -> tuple[TaskPreview, ...]:
        raise DataError("CIFAR-100 is not here.", "Choose its folder.")

    monkeypatch.setattr(task_preview, "preview", missing)
    panel.draft.set("run.seed", 1)
    await_preview(qtbot, panel)
    assert panel.preview.message.text() == "CIFAR-100 is not here. Choose its folder."
    assert panel.config() is not None, "a run may fetch the data"


def test_a_run_that_is_on_keeps_start_shut_and_the_form_open(panel: NewRunPanel) -> None:
    panel.set_running(True)
    assert not panel.start_button.isEnabled()
    assert panel.form.isEnabled()
    panel.set_running(False)
    assert panel.start_button.isEnabled()
    assert panel.start_button.text() == "Start"


def test_a_new_theme_reaches_everything(panel: NewRunPanel) -> None:
    panel.set_theme(DARK)
    assert DARK.accent in panel.start_button.styleSheet()
    panel.set_theme(LIGHT)
    assert LIGHT.accent in panel.start_button.styleSheet()


def test_no_label_is_cut_off(panel: NewRunPanel) -> None:
    panel.form.advanced.click()
    for row in panel.form.rows.values():
        assert row.label.width() >= row.label.sizeHint().width(), row.field.key
    assert panel.form.width() <= panel.width()


def test_every_control_can_be_reached_and_is_named(panel: NewRunPanel) -> None:
    panel.form.advanced.click()
    controls = [row.editor.widget for row in panel.form.rows.values()]
    for control in (*controls, panel.presets.menu, panel.form.advanced, panel.preview.view, panel.start_button):
        assert control.accessibleName()
        assert control.toolTip()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
