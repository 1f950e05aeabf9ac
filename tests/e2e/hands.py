"""What a person does in several journeys."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QComboBox

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
