"""What went wrong in the window is written down in `faults.log`; what nobody expected is also told, once.

Its hooks are installed by the application alone; tests and other programs that make a window keep their own.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import traceback
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QWidget

from gui.widgets.errors import ErrorDialog

LOG = "faults.log"
_LOG_BYTES = 2**20
_LINE = "%(asctime)s %(levelname)s %(message)s"
_SENTENCE = "Something went wrong that should not have."
_HINT = "This is a fault of DMC Studio; what was saved is safe. Copy the details for a report."
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Faults(QObject):
    """One for a window. The same fault is told once; each time it happens is written down.

    Args:
        window: over which faults are told.
        folder: where the log goes; made when there is something to write.
    """

    _raised = Signal(str)
    """A traceback; from any thread."""

    def __init__(self, window: QWidget, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self.log = folder / LOG
        self._file = RotatingFileHandler(self.log, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self._file.setFormatter(logging.Formatter(_LINE))
        self._told: set[str] = set()
        self._installed = False
        self.dialog: ErrorDialog | None = None
        self._raised.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self.destroyed.connect(partial(RotatingFileHandler.close, self._file))

    def install(self) -> None:
        """Hear of exceptions that nobody handled, in slots and in threads, and of what Qt complains about."""
        self._installed = True
        sys.excepthook = self.caught
        threading.excepthook = lambda given: self._caught_in_thread(given)
        qInstallMessageHandler(self.hear)

    def close(self) -> None:
        """Close the log; put Python's and Qt's own hooks back, if ours were installed."""
        if self._installed:
            self._installed = False
            sys.excepthook = sys.__excepthook__
            threading.excepthook = threading.__excepthook__
            qInstallMessageHandler(None)
        self._file.close()

    def write(self, text: str, level: int = logging.ERROR) -> None:
        """Write something down."""
        # A disk that does not take it is complained about on the terminal, by the handler itself.
        with contextlib.suppress(OSError):
            self.log.parent.mkdir(parents=True, exist_ok=True)
        record = {"msg": text, "levelno": level, "levelname": logging.getLevelName(level)}
        self._file.handle(logging.makeLogRecord(record))

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Write an exception down, show it on the terminal, and tell it."""
        sys.__excepthook__(kind, error, trace)
        if issubclass(kind, Exception):
            text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
            self.write(text)
            self._raised.emit(text)

    def hear(self, level: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """Write down what Qt says; the terminal has it too."""
        sys.stderr.write(f"{message}\n")
        self.write(message, _LEVELS.get(level, logging.WARNING))

    def _caught_in_thread(self, given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            self.caught(given.exc_type, given.exc_value, given.exc_traceback)

    def _tell(self, text: str) -> None:
        if text in self._told or self.dialog is not None:
            return
        self._told.add(text)
        self.dialog = ErrorDialog(_SENTENCE, _HINT, text, self._window, log=self.log)
        self.dialog.finished.connect(self._forget)
        self.dialog.open()

    def _forget(self) -> None:
        self.dialog = None
