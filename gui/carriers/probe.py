"""Measuring how fast this machine is, in a process of its own: it loads torch, and takes all cores for some seconds."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QProcess, Signal

from backend.api import RunConfig, to_toml

_GONE_MS = 2000


class Probe(QObject):
    """Runs `dmc-studio estimate` on a configuration; what it measures is remembered for every window.

    Args:
        command: program and arguments; it reads a run.toml from stdin.
        parent: its owner.
    """

    done = Signal(str)
    """It has ended; carries what went wrong, or nothing."""

    def __init__(self, command: list[str] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command or [sys.executable, "-m", "backend.cli", "estimate", "-", "--again"]
        self._process: QProcess | None = None

    @property
    def running(self) -> bool:
        """Whether it measures now."""
        return self._process is not None

    def start(self, config: RunConfig) -> None:
        """Measure; one measurement at a time."""
        self.cancel()
        process = QProcess(self)
        self._process = process
        process.finished.connect(lambda code, _: self._ended(process, code))
        process.errorOccurred.connect(lambda error: self._failed(process, error))
        process.start(self._command[0], self._command[1:])
        process.write(to_toml(config).encode())
        process.closeWriteChannel()

    def cancel(self) -> None:
        """End it without a word."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(_GONE_MS)
            process.deleteLater()

    def _failed(self, process: QProcess, error: QProcess.ProcessError) -> None:
        if process is self._process and error is QProcess.ProcessError.FailedToStart:
            self._process = None
            self.done.emit(process.errorString())

    def _ended(self, process: QProcess, code: int) -> None:
        if process is not self._process:
            return
        self._process = None
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip().splitlines()
        process.deleteLater()
        self.done.emit((said or ["It ended without a word."])[0] if code else "")
