"""How the window closes: at once, or, while a run is on, after a question."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from gui.control import Control
from gui.widgets.close import CloseQuestion


class Closing(QObject):
    """What becomes of the run when its window is closed."""

    def __init__(self, window: QMainWindow, control: Control) -> None:
        super().__init__(window)
        self._window, self._control = window, control
        self._wanted = False
        control.run_ended.connect(self._run_ended)

    @property
    def wanted(self) -> bool:
        """Whether the window closes as soon as the run has stopped."""
        return self._wanted

    def may_close(self) -> bool:
        """Tell whether nothing keeps the window open; ask what becomes of a run that is on."""
        if not self._control.session.running:
            return True
        if not self._wanted:
            question = CloseQuestion(self._window, outlives=self._control.session.outlives)
            question.keep.connect(self.leave_and_close)
            question.stop.connect(self.stop_and_close)
            question.open()
        return False

    def stop_and_close(self) -> None:
        """Close as soon as the run, if there is one, has stopped after its step."""
        self._wanted = True
        if self._control.session.running:
            self._control.stop()
        else:
            self._window.close()

    def interrupt(self) -> None:
        """Close after Ctrl-C; a run that somebody else started goes on."""
        if self._control.session.following:
            self.leave_and_close()
        else:
            self.stop_and_close()

    def leave_and_close(self) -> None:
        """Close; the run goes on in its own process, and the next window finds it."""
        self._control.session.leave()
        self._window.close()

    def _run_ended(self) -> None:
        if self._wanted:
            self._window.close()
