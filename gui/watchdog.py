"""Writes down when the window hangs, and in which line of code: `window.log`, read after somebody complained."""

from __future__ import annotations

import faulthandler
import linecache
import logging
import re
import struct
import tempfile
import threading
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from gui.state.heart import Heart, Stall

LOG = "window.log"
BEAT_MS = 50
LOOK_SECONDS = 0.05
LEAVE_SECONDS = 1.0
"""How long a window waits for a disk that hangs before it leaves the thread to itself."""
_LOG_BYTES = 2**20
_CALL = re.compile(r'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)
_IDENT_DIGITS = 2 * struct.calcsize("L")
_LINE = "%(asctime)s.%(msecs)03d %(message)s"


class Watchdog(QObject):
    """A timer beats in the thread of the window, and a thread of its own looks whether it does.

    Args:
        folder: where the log goes; made when there is something to write.
        parent: its owner.
    """

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self._heart = Heart()
        self._watched = threading.get_ident()
        self._stopped = threading.Event()
        self._log = _Log(folder / LOG)
        # Nothing is judged before the first beat: a window that is being built does not hang yet.
        self._timer = QTimer(self, interval=BEAT_MS)
        self._timer.timeout.connect(self._heart.beat)
        self._timer.start()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()
        # A method of its own would not be called any more.
        self.destroyed.connect(partial(_end, self._stopped, self._thread))

    def stop(self) -> None:
        """Watch no longer; stopping twice is fine."""
        self._timer.stop()
        _end(self._stopped, self._thread)

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            stall = self._heart.look()
            if stall is not None:
                self._log.say(_words(stall, self._watched))
        self._log.close()


class _Log(RotatingFileHandler):
    """At most twice `_LOG_BYTES`; a disk that does not take it is complained about on the terminal, and that is all."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self.setFormatter(logging.Formatter(_LINE, "%Y-%m-%d %H:%M:%S"))

    def say(self, text: str) -> None:
        """Write a line, or several."""
        self.handle(logging.makeLogRecord({"msg": text}))

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def _end(stopped: threading.Event, thread: threading.Thread) -> None:
    stopped.set()
    thread.join(LEAVE_SECONDS)


def _words(stall: Stall, thread: int) -> str:
    if not stall.over:
        return f"The window hangs, for {stall.seconds:.2f} s so far:\n{_stack(thread)}"
    if stall.told:
        return f"The window goes on after {stall.seconds:.2f} s."
    return f"The window hung for {stall.seconds:.2f} s, in code that let no other thread look where."


def _stack(thread: int) -> str:
    """Return what a thread is doing, the innermost call last.

    Frames must not be held here: what they own, such as a painter, would live on in the wrong thread when they return.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        faulthandler.dump_traceback(file)
        file.seek(0)
        _, _, dumped = file.read().partition(f"hread 0x{thread:0{_IDENT_DIGITS}x} ")
    calls = [_call(*found.groups()) for found in _CALL.finditer(dumped.partition("\n\n")[0])]
    return "\n".join(reversed(calls)) or "(it has ended)"


def _call(path: str, line: str, function: str) -> str:
    code = linecache.getline(path, int(line)).strip()
    return f'  File "{path}", line {line}, in {function}' + (f"\n    {code}" if code else "")
