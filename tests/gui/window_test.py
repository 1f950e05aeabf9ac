"""The window: what each command does, what is shown, remembered and asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QLabel,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QTabBar,
    QToolButton,
)

from backend.api import RunFolderError
from gui import theme
from gui.exports import KINDS
from gui.session import Session
from gui.widgets.about import AboutDialog
from gui.widgets.close import CloseQuestion
from gui.widgets.errors import ErrorDialog
from gui.window import _LAYOUT_VERSION, MainWindow
from tests.gui.fake_runs import Script
from tests.windows import make as make_window
from tests.windows import present

ROOT = Path(__file__).parents[2]


@pytest.fixture
def script():
    return Script(write=True)


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def open_window(qtbot, qapp, tmp_path, settings, script):
    def open_one() -> MainWindow:
        window = make_window(settings, tmp_path / "runs", Session(runner=script.run, resumer=script.resume))
        present(qtbot, window)
        return window

    return open_one


@pytest.fixture
def window(open_window, qtbot):
    made = open_window()
    yield made
    if made.session.running:
        made.control.stop()
        qtbot.waitUntil(lambda: not made.session.running)


def finish(window, qtbot):
    """Start and wait until the finished run was read again from disk."""
    live = None
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
        live = window.viewer.live
    qtbot.waitUntil(lambda: window.viewer.shown is not live)
    return window.viewer.shown


def dialogs(window, kind):
    return [dialog for dialog in window.findChildren(kind) if dialog.isVisible()]


def test_a_long_message_does_not_widen_the_window(window):
    window.parts.status.say("Ready")
    before = window.minimumSizeHint().width()
    window.parts.status.say("Exported to /a/very/long" + 40 * "/path/to/somewhere")
    assert window.minimumSizeHint().width() == before


def test_f5_starts_space_pauses_and_one_click_stops(window, script, qtbot):
    script.step_seconds = 0.01
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.session.running
    assert not window.commands.start.isEnabled()
    window.parts.log.view.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.session.paused
    assert window.commands.pause.text() == "Go &on"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.session.paused
    with qtbot.waitSignal(window.control.run_ended):
        window.commands.stop.trigger()
        assert "Stopping after this step" in window.parts.status.message.text()
        assert not window.commands.stop.isEnabled()
    assert window.commands.start.isEnabled()
    assert not dialogs(window, ErrorDialog)


def test_starting_a_form_with_a_mistake_leads_to_it(window, qtbot):
    window.parts.new_run.draft.set("run.device", "gpu")
    window.docks["New run"].close()
    window.commands.start.trigger()
    assert not window.session.running
    assert "mistake" in window.parts.status.message.text()
    wrong = window.parts.new_run.form.rows["run.device"]
    qtbot.waitUntil(lambda: wrong.isVisible() and window.focusWidget() is wrong.editor.widget)


def test_space_on_a_focused_button_presses_the_button(window, script, qtbot):
    script.step_seconds = 0.01
    window.start()
    window.docks["Config"].raise_()
    button = window.parts.config.copy_command
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert not window.session.paused


def test_a_finished_run_is_shown_everywhere_and_can_be_used_again(window, qtbot):
    shown = finish(window, qtbot)
    parts = window.parts
    assert shown.state == "finished"
    assert parts.runs.details.figures["Last"].value.text() == f"{shown.curves.last:.1f}"
    assert parts.runs.model.rowCount() == 1
    assert "Task 3: accuracy" in parts.log.view.toPlainText()
    assert parts.config.command.text().startswith("dmc-studio run --out")
    assert parts.device.text() == "Device: cpu (no GPU was found)"
    assert parts.status.fields["stage"].text().startswith("finished after")
    parts.new_run.load(shown.config.replaced(run={"seed": 5}))
    window.commands.settings.trigger()
    assert parts.new_run.config() == shown.config


def test_an_old_run_can_be_looked_at_while_another_is_on(window, script, qtbot):
    first = finish(window, qtbot)
    script.step_seconds = 0.02
    window.start()
    live = window.viewer.live
    assert window.viewer.shown is live
    with qtbot.waitSignal(window.viewer.switched):
        window.viewer.open(first.folder)
    assert window.viewer.shown.folder == first.folder
    length = len(window.parts.log.view.toPlainText())
    with qtbot.waitSignal(window.viewer.live_grown):
        pass
    assert len(window.parts.log.view.toPlainText()) == length
    window.viewer.open(live.folder)
    assert window.viewer.shown is live


def test_a_stopped_run_is_resumed_and_finishes(window, script, qtbot):
    script.step_seconds = 0.01
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
        window.control.stop()
    qtbot.waitUntil(lambda: window.parts.runs.details.resume_button.isVisible() and not window.session.running)
    script.step_seconds = 0.0
    with qtbot.waitSignal(window.control.run_ended) as ended:
        window.parts.runs.details.resume_button.click()
    assert ended.args[0].outcome == "finished"


def test_an_interrupted_run_is_offered_at_the_start(open_window, script, qtbot, tmp_path):
    leave_interrupted(tmp_path / "runs" / "cut")
    window = open_window()
    qtbot.waitUntil(window.parts.banner.isVisible)
    assert window.parts.banner.text.text() == "Run cut was interrupted in task 2"
    with qtbot.waitSignal(window.control.run_ended):
        window.parts.banner.button.click()
    assert script.told[-1].kind == "run_ended"
    assert not window.parts.banner.isVisible()


def leave_interrupted(folder):
    from backend.api import RunConfig
    from backend.store import RunFolder
    from tests.gui.example_run import events

    folder.parent.mkdir(parents=True, exist_ok=True)
    with RunFolder.create(folder, RunConfig()) as home:
        for event in events(3, 2, 4, done=1):
            home.append(event)


def test_a_failure_is_told_in_a_sentence_with_details_to_copy(window, script, qtbot):
    script.fail = "The loss is not finite."
    with qtbot.waitSignal(window.control.run_ended):
        window.start()
    (dialog,) = dialogs(window, ErrorDialog)
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == "The loss is not finite.\n\nTry again.\n\nTraceback"
    assert window.docks["Problems"].windowTitle() == "Problems (1)"
    dialog.reject()


def test_a_folder_that_is_no_run_is_refused_with_a_hint(window, qtbot, tmp_path):
    with qtbot.waitSignal(window.viewer.failed) as failed:
        window.viewer.open(tmp_path)
    assert isinstance(failed.args[0], RunFolderError)
    (dialog,) = dialogs(window, ErrorDialog)
    dialog.reject()


def test_closing_while_a_run_is_on_asks_and_cancel_keeps_it(window, script, qtbot):
    script.step_seconds = 0.02
    window.start()
    window.close()
    (question,) = dialogs(window, CloseQuestion)
    question.cancel_button.click()
    assert window.isVisible()
    assert window.session.running


def test_stop_and_save_closes_once_the_run_has_ended(window, script, qtbot):
    script.step_seconds = 0.02
    window.start()
    window.close()
    (question,) = dialogs(window, CloseQuestion)
    question.stop_button.click()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert not window.session.running
    assert script.told[-1].kind == "run_ended"


def test_theme_and_layout_are_remembered(open_window, qtbot):
    first = open_window()
    first.commands.dark.trigger()
    assert theme.current() is theme.DARK
    first.docks["Runs"].setFloating(True)
    first.docks["Config"].hide()
    first.close()
    second = open_window()
    assert second.settings.value("theme") == "dark"
    assert second.docks["Runs"].isFloating()
    assert second.docks["Config"].isHidden()
    second.commands.reset.trigger()
    assert not second.docks["Runs"].isFloating()


@pytest.mark.slow
def test_theme_and_layout_are_on_the_disk_before_the_window_closes(window, settings):
    window.commands.dark.trigger()
    window.docks["Config"].hide()
    window._tick()
    on_disk = QSettings(settings.fileName() + ".copy", QSettings.Format.IniFormat)
    Path(on_disk.fileName()).write_bytes(Path(settings.fileName()).read_bytes())
    on_disk.sync()
    assert on_disk.value("theme") == "dark"
    assert on_disk.value("state") == window.saveState(_LAYOUT_VERSION)
    assert on_disk.value("geometry") == window.saveGeometry()


def test_a_panel_with_a_tab_has_no_second_title(window, qtbot):
    dock = window.docks["Log"]
    assert dock.titleBarWidget() is not None
    dock.setFloating(True)
    qtbot.waitUntil(lambda: dock.titleBarWidget() is None)


def test_ctrl_e_asks_where_the_checkpoint_goes(window, qtbot, tmp_path, monkeypatch):
    assert not window.exporter.checkpoint.isEnabled()
    shown = finish(window, qtbot)
    calls = []

    def export(*call):
        calls.append(call[:3])
        call[3]("Looking at it")
        call[2].write_bytes(b"0" * 1500)
        return call[2]

    monkeypatch.setattr("gui.exports.export", export)
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = window.exporter.dialog
    assert dialog.isVisible()
    dialog.reject()
    said = []
    window.exporter.said.connect(said.append)
    with qtbot.waitSignal(window.exporter.said, check_params_cb=lambda text: text.startswith("Exported")):
        window.exporter.write(shown, KINDS[0], tmp_path / "model")
    assert calls == [(shown.folder, "checkpoint", tmp_path / "model")]
    assert said[1:] == [
        "Exporting Checkpoint: Looking at it",
        f"Exported to {tmp_path / 'model'}, 1.5 kB. Looking at it",
    ]


def test_an_onnx_export_without_its_packages_says_what_to_install(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("backend.exports.onnx.find_spec", lambda _: None)
    shown = finish(window, qtbot)
    (kind,) = (kind for kind in KINDS if kind.id == "onnx")
    window.exporter.write(shown, kind, tmp_path / "model.onnx")
    qtbot.waitUntil(lambda: bool(dialogs(window, ErrorDialog)))
    (dialog,) = dialogs(window, ErrorDialog)
    assert any("pip install onnx onnxscript onnxruntime" in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()


def test_export_kinds_are_those_of_the_backend():
    from backend.exports import SUFFIXES

    assert {kind.id: kind.suffix for kind in KINDS} == dict(SUFFIXES)


def test_about_names_the_paper_and_the_other_dmc(window):
    window.commands.about.trigger()
    (dialog,) = dialogs(window, AboutDialog)
    text = dialog.text.text()
    assert "Preserving Cross-Modal Consistency for CLIP-based Class-Incremental Learning" in text
    assert "arXiv 2511.10974" in text
    assert "not Deep Model Consolidation" in text
    dialog.reject()


def test_config_tab_copies_the_command(window):
    window.parts.config.copy_command.click()
    assert QGuiApplication.clipboard().text() == "dmc-studio run --out my-run"
    window.parts.config.copy_toml.click()
    assert "[method]" in QGuiApplication.clipboard().text()


def test_every_widget_can_be_named_and_explained(window):
    silent = []
    for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit):
        for widget in window.findChildren(kind):
            if not widget.isVisible() or _inside_qt(widget):
                continue
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            if not named or not widget.toolTip():
                silent.append(f"{type(widget).__name__} '{widget.objectName()}' {named!r}")
    assert not silent


def _inside_qt(widget):
    """Parts of a spin box, a combo box, a clear button or a dock's title belong to Qt."""
    owners = (QDockWidget, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QMenuBar)
    return widget.objectName().startswith("qt_") or isinstance(widget.parent(), owners)


def test_every_command_has_a_help_text_and_no_shortcut_twice(window):
    actions = [action for action in vars(window.commands).values() if isinstance(action, QAction)]
    actions += window.exporter.actions.values()
    assert all(action.toolTip() for action in actions)
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    assert len(keys) == len(set(keys))
    assert window.findChildren(QToolButton)


def test_the_first_window_comes_without_torch(tmp_path):
    code = (
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom gui.app import make_app\n"
        "from gui.window import MainWindow\nfrom PySide6.QtCore import QSettings\n"
        "app = make_app()\nwindow = MainWindow(QSettings('none.ini', QSettings.Format.IniFormat))\nwindow.show()\n"
        "app.processEvents()\nassert 'torch' not in sys.modules\nwindow.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
