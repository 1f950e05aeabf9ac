"""What a person does in several journeys."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtWidgets import QComboBox

from backend.api import Gate, run
from tests.worlds import tiny_config

EXPORT_MS = 90_000
WORKER = """\
import sys, tests.worlds, backend.worker
backend.worker.NICENESS = 0
from backend.cli import main
sys.exit(main(sys.argv[1:]))"""
"""A worker that knows the tiny world, and does not wait until all other tests are through."""


def worker_command(folder: Path) -> list[str]:
    """Return the argument list of a worker."""
    return [sys.executable, "-c", WORKER, "worker", str(folder)]


def answerer_command() -> list[str]:
    """Return the argument list of the process that answers about pictures."""
    return [sys.executable, "-c", WORKER, "answer"]


def cut_off(folder: Path, tasks: int) -> None:
    """Leave of a finished run what a power cut after so many tasks would have left."""
    (folder / "result.json").unlink()
    head, mark, _ = (folder / "events.jsonl").read_text().partition(f'"kind":"task_started","task":{tasks},')
    assert mark, "the run has no such task"
    (folder / "events.jsonl").write_text(head[: head.rindex("\n") + 1])
    for path in (folder / "checkpoints").iterdir():
        if int(path.name.removeprefix("task-")) > tasks:
            shutil.rmtree(path)


def finished_runs(root: Path, count: int, method: str = "simple_cil") -> list[Path]:
    """Train runs that differ in their seed; return their folders."""
    folders = [root / f"{method}-tiny-s{seed}" for seed in range(count)]
    for seed, folder in enumerate(folders):
        config = tiny_config(method={"name": method}, run={"seed": seed})
        assert run(config, folder, lambda _: None, Gate()).outcome == "finished"
    return folders


def choose(window, key: str, label: str) -> None:
    """Choose from a menu of the form as the keyboard does."""
    menu = window.findChild(QComboBox, key)
    menu.setCurrentText(label)
    menu.activated.emit(menu.currentIndex())


def export_checkpoint(window, qtbot, folder: Path) -> None:
    """Export the shown run's checkpoint as `folder`, and wait until that is said."""
    window.exporter.checkpoint.trigger()
    dialog = window.exporter.dialog
    dialog.setDirectory(str(folder.parent))
    dialog.selectFile(folder.name)
    with qtbot.waitSignal(
        window.exporter.said, timeout=EXPORT_MS, check_params_cb=lambda text: text.startswith("Exported")
    ):
        dialog.accept()
