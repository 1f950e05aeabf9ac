"""How the window closes: at once, or, while a run is on, after a question."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from gui.control import Control
from gui.preferences import Closing as Habit
from gui.queueing import Queueing
from gui.widgets.close import CloseQuestion


class Closing(QObject):
    """What becomes of the window's run, and of those of its queue, when it is closed."""

    def __init__(self, window: QMainWindow, control: Control, queueing: Queueing) -> None:
        super().__init__(window)
        self._window, self._control, self._queueing = window, control, queueing
        self._wanted = False
        self.habit: Habit = "ask"
        """What becomes of a run that is on without a question."""
        control.run_ended.connect(self._run_ended)
        queueing.idle.connect(self._run_ended)

    @property
    def wanted(self) -> bool:
        """Whether the window closes as soon as the run has stopped."""
        return self._wanted

    def may_close(self) -> bool:
        """Tell whether nothing keeps the window open; ask what becomes of a run that is on."""
        session, on = self._control.session, self._on()
        if not on:
            return True
        if self._wanted:
            return False
        if self.habit == "ask":
            question = CloseQuestion(self._window, outlives=self._outlives, runs=on)
            question.keep.connect(self.leave_and_close)
            question.stop.connect(self.stop_and_close)
            question.open()
        elif self.habit == "keep" and self._outlives:
            session.leave()
            self._queueing.close()
            return True
        else:
            self.stop_and_close()
        return False

    def stop_and_close(self) -> None:
        """Close as soon as every run that is on has stopped after its step."""
        self._wanted = True
        self._control.stop()
        self._queueing.stop_all()
        if not self._on():
            self._window.close()

    def interrupt(self) -> None:
        """Close after Ctrl-C; a run that somebody else started goes on."""
        if self._control.session.following and not self._queueing.running:
            self.leave_and_close()
        else:
            self.stop_and_close()

    def leave_and_close(self) -> None:
        """Close; the run goes on in its own process, and the next window finds it."""
        self._control.session.leave()
        self._queueing.close()
        self._window.close()

    @property
    def _outlives(self) -> bool:
        """Whether all that is on can go on without the window."""
        return self._control.session.outlives or not self._control.session.running

    def _on(self) -> int:
        """Return how many runs are on."""
        session = self._control.session
        return len({*self._queueing.on, *([session.folder] if session.running else [])})

    def _run_ended(self) -> None:
        if self._wanted:
            self._window.close()
