"""Run > Add a task: opens the dialog on the shown run, and starts what it makes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.control import Control
from gui.widgets.add_task import AddTaskDialog


class Adding(QObject):
    """One dialog, which keeps what was typed."""

    def __init__(self, window: QWidget, control: Control) -> None:
        super().__init__(window)
        self._window, self._control = window, control
        self.dialog: AddTaskDialog | None = None
        control.changed.connect(self._run_state)

    def open(self, source: Path | None = None) -> None:
        """Open the dialog on a run or bundle; it begins with the shown run, if that has learned something."""
        if self.dialog is None:
            self.dialog = AddTaskDialog(self._window)
            self.dialog.start_requested.connect(self._control.extend)
        shown = self._control.viewer.shown
        folder = shown.folder if shown is not None and shown.curves.scores else None
        self.dialog.open_at(source or folder, running=self._control.session.busy)

    def _run_state(self) -> None:
        if self.dialog is not None:
            self.dialog.set_running(self._control.session.busy)
