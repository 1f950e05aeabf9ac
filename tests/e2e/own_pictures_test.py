"""Somebody has a folder of photographs: chooses it, deals its classes to tasks, trains and exports, in a few clicks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from tests.e2e.hands import choose, export_checkpoint
from tests.worlds import tiny_config

RUN_MS = 90_000
LEFT = Qt.MouseButton.LeftButton


def test_a_folder_of_photographs_is_split_trained_and_exported_in_under_ten_clicks(open_window, qtbot, tmp_path):
    write_photographs(tmp_path / "pets")
    window, clicks = open_window(), 0
    form, page = window.parts.new_run, window.parts.data
    short = tiny_config(split={"classes_per_task": 1}).method.model_dump()
    form.draft.set_together({f"method.{key}": value for key, value in short.items()})  # seconds instead of minutes

    choose(window, "data.name", "Image folder")
    clicks += 2  # the menu, and the entry

    qtbot.waitUntil(lambda: page.isVisible() and page.missing.isVisible())
    assert not page.missing.fetch_button.isVisible()

    with qtbot.waitSignal(page.looked):
        qtbot.mouseClick(page.missing.folder_button, LEFT)
        dialog = page.findChild(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "pets"))
        dialog.reject()
    clicks += 3  # the button, the folder, Choose
    assert page.report.class_names == ("cat", "dog", "guinea pig")

    form.draft.set("split.classes_per_task", 1)
    clicks += 1  # typed, or stepped
    qtbot.waitUntil(lambda: form.config() is not None and len(form.preview.tasks.items) == 3)
    with qtbot.waitSignal(window.control.run_ended, timeout=RUN_MS) as ended:
        qtbot.mouseClick(form.start_button, LEFT)
    clicks += 1
    assert ended.args[0].outcome == "finished", ended.args[0]
    qtbot.waitUntil(lambda: window.viewer.shown.state == "finished")

    assert window.pages.currentWidget() is window.parts.live
    export_checkpoint(window, qtbot, tmp_path / "model")
    clicks += 2  # Export, Save
    assert list((tmp_path / "model").glob("*.safetensors"))
    assert clicks < 10


def write_photographs(folder: Path) -> None:
    """Write three classes of twelve pictures, told apart by their colour."""
    rng = np.random.default_rng(0)
    for colour, name in enumerate(("cat", "dog", "guinea_pig")):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 90, (60, 80, 3), dtype=np.uint8)
            pixels[..., colour] += 120
            Image.fromarray(pixels).save(folder / name / f"{number}.jpg")
