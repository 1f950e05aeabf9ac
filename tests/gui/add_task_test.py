"""Run > Add a task: says what would be learned, and puts what is wrong beside its field."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from backend.api import ConfigError, DataError, Extension, RunConfig, RunFolderError, Source
from gui import background
from gui.widgets import add_task
from gui.widgets.add_task import AddTaskDialog

SOURCE = Source(
    "spring",
    RunConfig(),
    SimpleNamespace(task=1, manifest={"tasks": [["cat", "dog"], ["eel"]], "scored": [{"accuracy": 81.25}]}),
)


@pytest.fixture
def answers(monkeypatch):
    """What the disk says; tests change it."""
    said = {"source": SOURCE, "plan": Extension(SOURCE, RunConfig(), ("owl", "ape"), ())}

    def give(key):
        if isinstance(said[key], Exception):
            raise said[key]
        return said[key]

    monkeypatch.setattr(add_task, "open_learned", lambda path: give("source"))
    monkeypatch.setattr(add_task, "plan_extension", lambda source, data: give("plan"))
    return said


@pytest.fixture
def dialog(qtbot, answers):
    made = AddTaskDialog()
    qtbot.addWidget(made)
    yield made
    background.wait()


def fill(dialog, qtbot, ready):
    dialog.open_at(Path("spring"), running=False)
    dialog.pictures.edit.setText("new")
    qtbot.waitUntil(ready)


def test_it_tells_what_would_be_learned_and_starts_it(dialog, answers, qtbot):
    fill(dialog, qtbot, dialog.start_button.isEnabled)
    assert dialog.source.words.text() == "DMC-OT with the model 'demo' knows 3 classes in 2 tasks; accuracy 81.2 %."
    assert "Learns 2 new classes as task 3: owl, ape." in dialog.preview.text()
    assert "Test pictures of all learned classes are here" in dialog.preview.text()
    with qtbot.waitSignal(dialog.start_requested) as started:
        qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    assert started.args == [answers["plan"]]
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("untested", "words"),
    [
        (("cat", "dog", "eel"), "No test pictures of learned classes are here"),
        (("eel",), "Of 1 of 3 learned classes no test pictures are here: eel."),
    ],
)
def test_it_tells_which_classes_cannot_be_tested(dialog, answers, qtbot, untested, words):
    answers["plan"] = Extension(SOURCE, RunConfig(), tuple(f"bird {i}" for i in range(20)), untested)
    fill(dialog, qtbot, dialog.start_button.isEnabled)
    assert words in dialog.preview.text()
    assert "bird 11 and 8 more" in dialog.preview.text()


@pytest.mark.parametrize(
    ("error", "field", "words"),
    [
        (ConfigError.at("data.root", "nothing to learn.", "Choose others."), "pictures", "Nothing to learn. Choose"),
        (DataError("The folder is not there.", "Check it."), "pictures", "The folder is not there. Check it."),
        (ConfigError.at("method.name", "joint needs old pictures."), "source", "Joint needs old pictures."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(dialog, answers, qtbot, error, field, words):
    answers["plan"] = error
    wrong = getattr(dialog, field)
    fill(dialog, qtbot, lambda: wrong.words.property("role") == "error")
    assert wrong.words.text().startswith(words)
    assert wrong.edit.accessibleDescription() == wrong.words.text()
    assert not dialog.start_button.isEnabled()


def test_a_run_that_cannot_be_read_is_told_and_another_can_be_chosen(dialog, answers, qtbot):
    answers["source"] = RunFolderError("There is no 'spring'.")
    fill(dialog, qtbot, lambda: dialog.source.words.text() == "There is no 'spring'.")
    answers["source"] = SOURCE
    dialog.source.edit.setText("summer")
    qtbot.waitUntil(dialog.start_button.isEnabled)


def test_nothing_is_started_while_a_run_is_on(dialog, qtbot):
    fill(dialog, qtbot, dialog.start_button.isEnabled)
    dialog.set_running(True)
    assert not dialog.start_button.isEnabled()
    assert "A run is on" in dialog.start_button.toolTip()
    dialog.set_running(False)
    assert dialog.start_button.isEnabled()


def test_everything_in_it_has_a_name_and_a_hint(dialog):
    for widget in (*dialog.findChildren(QLineEdit), *dialog.findChildren(QPushButton)):
        assert widget.toolTip(), widget
        assert widget.accessibleName() or widget.text(), widget
