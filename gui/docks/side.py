"""Runs and queue in one panel, with a tab for each.

Not two panels that share their tabs: with a second group of such, Qt 6.11 leaves bars of tabs behind when it puts a
window back as it was.
"""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from gui.docks.queue import QueuePanel
from gui.docks.runs import RunsPanel


class SidePanel(QTabWidget):
    """The tab of the queue counts the runs that are on or wait."""

    def __init__(self, runs: RunsPanel, queue: QueuePanel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self.setDocumentMode(True)
        self.setAccessibleName("Runs and queue")
        for panel, title, what in (
            (runs, "Runs", "All runs: find, compare, export, go on with them"),
            (queue, "Queue", "Runs that wait for their turn, each in a process of its own"),
        ):
            self.setTabToolTip(self.addTab(panel, title), what)

    def count_queue(self, left: int) -> None:
        """Say how many runs are on or wait."""
        self.setTabText(self.indexOf(self._queue), f"Queue ({left})" if left else "Queue")

    def show_queue(self) -> None:
        """Bring the queue to the front."""
        self.setCurrentWidget(self._queue)
