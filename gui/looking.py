"""Opens what lies behind the accuracy matrix of the run on show, in a window beside the main one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from gui.charts.matrix import MatrixChart
from gui.pages.live import LivePage
from gui.state.confusion import Question
from gui.theme import Theme
from gui.viewer import Viewer

if TYPE_CHECKING:
    from gui.widgets.confusion import ConfusionWindow


class Looking(QObject):
    """One window at a time; it stays with its run when another one is shown."""

    def __init__(self, window: QWidget, viewer: Viewer, live: LivePage) -> None:
        super().__init__(window)
        self._window, self._viewer = window, viewer
        self.confusion: ConfusionWindow | None = None
        for chart in live.charts:
            if isinstance(chart, MatrixChart):
                chart.cell_opened.connect(self.open_cell)
                chart.confusion_requested.connect(self.open_all)
        viewer.grown.connect(self._grow)

    def open_cell(self, after: int, of: int) -> None:
        """Show what became of a task's pictures: of those learned in task `of`, after task `after`."""
        self._open(Question(after, of, before=of))

    def open_all(self) -> None:
        """Show all classes after the newest task, compared with the task before it."""
        if self._viewer.shown is not None and (done := len(self._viewer.shown.curves.scores)):
            self._open(Question(done - 1, before=max(0, done - 2)))

    def set_theme(self, theme: Theme) -> None:
        """Dress the window if it is there."""
        if self.confusion is not None:
            self.confusion.set_theme(theme)

    def _open(self, question: Question) -> None:
        if (shown := self._viewer.shown) is None:
            return
        if self.confusion is None:
            from gui.widgets.confusion import ConfusionWindow  # not needed for the first paint

            self.confusion = ConfusionWindow(shown, question, self._window)
            self.confusion.destroyed.connect(self._forget)
        else:
            self.confusion.show_question(shown, question)
        self.confusion.show()
        self.confusion.raise_()
        self.confusion.activateWindow()

    def _grow(self) -> None:
        if self.confusion is not None and self._viewer.shown is not None:
            self.confusion.grow(self._viewer.shown)

    def _forget(self) -> None:
        self.confusion = None
