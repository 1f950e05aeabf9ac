"""The process that answers about pictures: started by the first question, ended with the window, never in its way."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import IO, Final, TypeAlias

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from backend.api import Done, Question, Reply, Trouble, read_reply, studio_command

Command: TypeAlias = Callable[[], list[str]]
Process: TypeAlias = "subprocess.Popen[bytes]"

_HINT: Final = "Ask again: that starts it anew."
_TAIL: Final = 4000
"""Bytes of what a process said on stderr that are looked at."""


def answerer_command() -> list[str]:
    """Return the argument list of the process."""
    return studio_command("answer")


class Answerer(QObject):
    """Passes on questions and replies; lives in the GUI thread, where nothing here takes long.

    The process ends by itself after some minutes without a question; the next one starts another.

    Args:
        parent: its owner.
        command: makes the argument list of the process.
    """

    told = Signal(object)
    """A Reply to the newest question."""
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, command: Command = answerer_command) -> None:
        super().__init__(parent)
        self._command = command
        self._lock = threading.Lock()
        self._newest = Question(id=0, source="")
        self._open = self._closed = False
        self._process: Process | None = None
        self._thread: threading.Thread | None = None
        self._arrived.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self._open

    def ask(self, question: Question) -> None:
        """Ask; replies to an earlier question are not told any more."""
        with self._lock:
            self._newest = question.model_copy(update={"id": self._newest.id + 1})
            self._open = bool(question.picture)
            if self._thread is None and self._open and not self._closed:
                # It waits for the words of the process: a window that was killed must not wait with it.
                self._thread = threading.Thread(target=self._talk, name="answerer", daemon=True)
                self._thread.start()
            elif self._process is not None:
                _tell(self._process, self._newest)

    def hush(self) -> None:
        """Take back what was asked last."""
        if self._open:
            self.ask(Question(id=0, source=""))

    def close(self) -> None:
        """End the process for good; waits for nothing that takes long."""
        with self._lock:
            self._closed = True
            thread, process = self._thread, self._process
        if process is not None:
            process.kill()  # it holds nothing that could be lost
        if thread is not None:
            thread.join()

    def _pass_on(self, reply: Reply) -> None:
        if reply.id == self._newest.id:
            self.told.emit(reply)

    # --- in the thread that talks with the process ---

    def _talk(self) -> None:
        """Carry one process after the other, as long as somebody asks."""
        more = True
        while more:
            with tempfile.TemporaryFile() as chatter:
                more = self._carry(chatter)

    def _carry(self, chatter: IO[bytes]) -> bool:
        """Start a process and pass on what it says until it is gone; tell whether another one is needed."""
        first = self._newest.id
        try:
            process = subprocess.Popen(self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=chatter)
        except OSError as error:
            return self._over(f"The model's process cannot be started: {error.strerror}.", again=False)
        with process:
            with self._lock:
                self._process = process
                _tell(process, self._newest)
                if self._closed:
                    process.kill()
            for line in process.stdout or ():
                if line.endswith(b"\n"):  # else it was killed while it spoke
                    self._take(read_reply(line))
            code = process.wait()
        # A process that nobody asked anything leaves with 0, perhaps just when somebody does.
        return self._over(_death(code, chatter), again=code == 0 and self._newest.id != first)

    def _take(self, reply: Reply) -> None:
        with self._lock:
            if reply.id == self._newest.id and (isinstance(reply, Done) or _is_end(reply)):
                self._open = False
        self._say(reply)

    def _over(self, sentence: str, *, again: bool) -> bool:
        """Tell that there is no process any more, if somebody waits for it; return whether to start another."""
        with self._lock:
            self._process = None
            if self._open and again and not self._closed:
                return True
            told, self._open, self._thread = self._open and not self._closed, False, None
            reply = Trouble(id=self._newest.id, part="all", sentence=sentence, hint=_HINT)
        if told:
            self._say(reply)
        return False

    def _say(self, reply: Reply) -> None:
        if shiboken6.isValid(self):
            self._arrived.emit(reply)


def _is_end(reply: Reply) -> bool:
    return isinstance(reply, Trouble) and reply.part == "all"


def _tell(process: Process, question: Question) -> None:
    """Write a question; a process that has just ended hears nothing, and whoever reads its words learns of that."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            os.write(process.stdin.fileno(), question.line())


def _death(code: int, chatter: IO[bytes]) -> str:
    chatter.seek(max(0, chatter.seek(0, 2) - _TAIL))
    lines = chatter.read().decode(errors="replace").strip().splitlines()
    why = f", with the words: {lines[-1].rstrip('.')}" if code and lines else ""
    how = signal.Signals(-code).name if code < 0 else f"code {code}"
    return f"The model's process ended before it had answered ({how}){why}."
