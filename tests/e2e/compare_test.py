"""Somebody compares runs that cannot be compared, learns why, shows them anyway, and takes the table into a paper."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from backend.api import Gate, run
from tests.e2e.user import User
from tests.worlds import tiny_config

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_runs_of_another_split_are_refused_then_shown_with_a_warning_that_goes_into_the_paper(
    open_window, qtbot, runs, tmp_path
):
    other = tiny_config(method={"name": "simple_cil"}, split={"classes_per_task": 4})
    assert run(other, tmp_path / "runs" / "other split", lambda _: None, Gate()).outcome == "finished"
    window = open_window()
    user, panel, page = User(qtbot, window), window.parts.runs, window.parts.compare
    qtbot.waitUntil(lambda: panel.proxy.rowCount() == 4)
    user.click_row(panel.view, panel.proxy.index(0, 0))
    user.press(Qt.Key.Key_A, CONTROL)
    user.click(panel.compare_button)

    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text.text().startswith("Not comparable")
    assert not page.board.view.anyway
    user.click(page.banner.button)
    qtbot.waitUntil(lambda: page.board.view.anyway)
    assert page.banner.text.text().startswith("Shown although not comparable")

    user.pick(lambda: user.click(page.export_button), "Copy table as LaTeX")
    table = QGuiApplication.clipboard().text()
    assert r"\begin{tabular}" in table
    assert "not comparable" in table.lower()
    assert window.parts.status.message.text() == "The table is on the clipboard as LaTeX"
