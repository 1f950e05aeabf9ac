"""A run in a process of its own: commands in, events out, and the truth on the disk first.

It goes on when whoever started it is gone, or no longer listens; anybody who may write the run folder can steer it
through `commands.jsonl`. What libraries say, and the stack of a crash in native code, goes to `worker.log`.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Final

from backend.commands import Lines, obey, obeying
from backend.disk import write_all
from backend.errors import CommandError
from backend.events import Event, RunEnded, to_line
from backend.gate import Gate
from backend.supervise import BEGIN, open_log

NICENESS: Final = 10
"""Lets the window, and whatever else the user does, go first."""
LONGEST_LOG: Final = 1 << 20
"""Bytes at which worker.log is cut back to its last quarter."""
_LOOK_SECONDS: Final = 0.2
"""Between two looks at the length of worker.log."""
_MOST_WAITING: Final = 50_000
"""Events that wait for a reader before it counts as gone: more than an hour of them."""
_FAREWELL_SECONDS: Final = 5.0
"""How long the last events wait for a reader that does not read."""


def work(folder: Path) -> RunEnded:
    """Start the run that was prepared in a folder, or go on with it; blocks until it ends.

    Takes this process over: its standard streams, its signals (the first SIGINT or SIGTERM stops after the step, the
    second kills) and its priority.

    Raises:
        RunFolderError: this is no run folder.
        StorageError: worker.log may not be written.
    """
    outlet, gate = Outlet(_divert(open_log(folder))), Gate()
    _stop_on_signals(gate)
    for name, task in (("stdin", partial(_hear_starter, gate)), ("log", _keep_log_short)):
        threading.Thread(target=task, name=name, daemon=True).start()
    if sys.platform != "win32":
        os.nice(NICENESS)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch loads
    with obeying(folder, gate, _refuse):
        from backend import engine  # takes seconds, in which the run can be told something already

        ended = engine.resume(folder, outlet, gate)
    outlet.close()
    return ended


class Outlet:
    """Hands events to the reader of a pipe; never waits for it.

    A reader that is gone, or has slept too long, is let go: the pipe is closed and the rest stands in events.jsonl.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._gone = False
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="events", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        """Send an event."""
        self._gone = self._gone or self._lines.qsize() >= _MOST_WAITING
        if not self._gone:
            self._lines.put(to_line(event).encode() + b"\n")

    def close(self) -> None:
        """Wait a little until everything was read."""
        self._lines.put(None)
        self._thread.join(_FAREWELL_SECONDS)

    def _write(self) -> None:
        with contextlib.suppress(OSError):  # the reader is gone
            while not self._gone and (line := self._lines.get()) is not None:
                write_all(self._descriptor, line)
        self._gone = True
        os.close(self._descriptor)


def _divert(log: int) -> int:
    """Point stdout and stderr at worker.log; return what stdout was, for events alone."""
    out = os.dup(1)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable(2)
    _log(f"{BEGIN.decode()}{os.getpid()}, {time.strftime('%Y-%m-%d %H:%M:%S')}")
    return out


def _log(line: str) -> None:
    with contextlib.suppress(OSError):  # of a full disk the run itself tells
        write_all(2, f"{line}\n".encode())


def _stop_on_signals(gate: Gate) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        gate.stop()

    for number in numbers:
        signal.signal(number, stop)


def _hear_starter(gate: Gate) -> None:
    """Obey what comes on stdin until it ends."""
    if os.isatty(0):
        return  # reading a terminal in the background would suspend this process
    lines = Lines()
    while data := os.read(0, 4096):
        obey(lines.feed(data), gate, _refuse)


def _refuse(error: CommandError) -> None:
    _log(str(error))


def _keep_log_short() -> None:
    while True:
        with contextlib.suppress(OSError):  # of a bad disk the run itself tells
            shorten(2)
        time.sleep(_LOOK_SECONDS)


def shorten(log: int) -> None:
    """Keep only the last quarter of a log that has become too long.

    Args:
        log: a descriptor for reading and appending.
    """
    if os.fstat(log).st_size > LONGEST_LOG:
        os.lseek(log, -(LONGEST_LOG // 4), os.SEEK_END)
        end = os.read(log, LONGEST_LOG // 4)
        os.ftruncate(log, 0)
        write_all(log, end)
