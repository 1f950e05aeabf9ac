"""Somebody follows docs/tour.md step by step with the keyboard alone: nothing here touches a widget's own methods."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from gui.widgets.confusion import ConfusionWindow
from tests.e2e.hands import answerer_command
from tests.worlds import tiny_config

RUN_MS = 120_000
SETTLE_MS = 300
"""Within which a page that was never shown is laid out; a hand is slower."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Keyboard:
    """Presses keys where the keyboard is, as a hand does."""

    def __init__(self, window) -> None:
        self._window = window

    def press(self, *keys: str) -> None:
        """Press keys, or keys together, such as `Ctrl+K`."""
        for name in keys:
            pressed = QKeySequence(name)[0]
            QTest.keyClick(self._target, pressed.key(), pressed.keyboardModifiers())

    def type(self, text: str) -> None:
        QTest.keyClicks(self._target, text)

    def command(self, words: str) -> None:
        """Do what the palette finds first."""
        self.press("Ctrl+K")
        self.type(words)
        self.press("Return")

    @property
    def _target(self):
        popup = QApplication.activePopupWidget()
        return popup or QApplication.focusWidget() or QApplication.activeWindow() or self._window


def a_picture(place: Path) -> Path:
    """Write a picture that the run was not trained on."""
    path = place / "picture.png"
    Image.new("RGB", (96, 96), (200, 60, 40)).save(path)
    return path


def await_file_dialog(qtbot) -> None:
    """Wait until a file dialog takes a name."""

    def ready() -> bool:
        return isinstance(QApplication.activeModalWidget(), QFileDialog) and isinstance(
            QApplication.focusWidget(), QLineEdit
        )

    qtbot.waitUntil(ready, timeout=30_000)


def come_back(window, qtbot) -> None:
    """Give the window the keyboard, as a desktop does when a window in front of it closes; there is none here."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_the_tour_by_keyboard_alone(open_window, qtbot, tmp_path):
    window = open_window()
    keys, parts, viewer = Keyboard(window), window.parts, window.viewer
    parts.new_run.load(tiny_config(method={"epochs": 2}))  # instead of the demo preset, which takes a minute

    def finished() -> bool:
        shown = viewer.shown
        return not window.session.running and shown is not None and shown.result is not None

    parts.try_it._command = answerer_command  # a process that knows these pictures

    # 1. Start
    keys.press("F5")
    qtbot.waitUntil(lambda: viewer.live is not None and viewer.live.curves.step > 0, timeout=RUN_MS)
    assert window.pages.currentWidget() is parts.live

    # 2. Pause and go on
    keys.press("Space")
    qtbot.waitUntil(lambda: viewer.live.curves.paused, timeout=RUN_MS)
    keys.press("Space")
    qtbot.waitUntil(lambda: not viewer.live.curves.paused, timeout=RUN_MS)

    # 3. Look at the data meanwhile
    keys.press("Ctrl+3")
    assert parts.data.isVisible()
    keys.press("Ctrl+1")
    qtbot.waitUntil(finished, timeout=RUN_MS)
    assert parts.live.headline.text() == "Finished"

    # 4. What was confused
    keys.command("confusion of all")
    looked = window.looking.confusion
    assert isinstance(looked, ConfusionWindow)
    qtbot.waitUntil(lambda: looked.table is not None)
    keys.press("Escape")
    qtbot.waitUntil(lambda: window.looking.confusion is None)
    come_back(window, qtbot)

    # 5. Drift
    keys.press("Ctrl+4")
    assert parts.drift.isVisible()
    qtbot.waitUntil(lambda: parts.drift.state is not None and parts.drift.state.reading is not None, timeout=RUN_MS)
    last = parts.drift.state.event.task
    keys.press("Left")
    assert parts.drift.state.event.task == last - 1

    # 6. Try it
    keys.press("Ctrl+5")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is parts.try_it)
    qtbot.wait(SETTLE_MS)
    keys.press("Alt+O")
    await_file_dialog(qtbot)
    keys.type(str(a_picture(tmp_path)))
    keys.press("Return")
    qtbot.waitUntil(lambda: parts.try_it._tried is not None)
    qtbot.waitUntil(lambda: not parts.try_it.cards.isHidden(), timeout=RUN_MS)
    come_back(window, qtbot)

    # 7. Another method
    keys.command("method simplecil")
    assert parts.new_run.config().method.name == "simple_cil"
    keys.press("F5")
    qtbot.waitUntil(lambda: window.session.running)
    qtbot.waitUntil(finished, timeout=RUN_MS)
    qtbot.waitUntil(lambda: parts.runs.proxy.rowCount() == 2)

    # 8. Compare both
    keys.command("show runs")
    while QApplication.focusWidget() is not parts.runs.view:
        keys.press("Tab")
    keys.press("Home", "Shift+Down", "Ctrl+Shift+C")
    qtbot.waitUntil(lambda: len(parts.compare.board.view.comparison.groups) == 2, timeout=RUN_MS)
    assert parts.compare.isVisible()

    # 9. Export
    keys.press("Ctrl+E")
    await_file_dialog(qtbot)
    keys.type(str(tmp_path / "model"))
    with qtbot.waitSignal(window.exporter.done, timeout=RUN_MS):
        keys.press("Return")
    assert list((tmp_path / "model").glob("*.safetensors"))
