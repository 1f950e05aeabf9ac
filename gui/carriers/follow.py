"""A run that another process trains: its events are read from disk as they are written."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO

from backend.api import Event, RunEnded, RunFolderError, find_worker, is_being_written, send_command
from gui.carriers.carrier import Over, Put, Rewound, event_of, killed

IDLE_SECONDS = 0.2
"""Between two looks at a file that has not grown."""
BUSY_SECONDS = 0.03
"""Between two portions of a file that has: about as fast as the window takes them."""
LEAVE_SECONDS = 1.0
"""How long a window waits for a disk that hangs before it leaves the reader to itself."""
PORTION = 1 << 16
"""Bytes read at once."""
LONGEST = 64 << 20
"""Bytes of a line; what is longer comes from no run."""


class FollowCarrier:
    """Tells a run from its first event on, then what is added, until nobody writes it any more."""

    outlives = True

    def __init__(self, folder: Path, put: Put) -> None:
        self._folder, self._put = folder, put
        self._path = folder / "events.jsonl"
        self._file: IO[bytes] | None = None
        self._offset = 0
        """Where the first line begins that was not told yet."""
        self._killed = False
        self._last: Event | None = None
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)

    @property
    def killable(self) -> bool:
        """Whether a worker trains the run, and not a window or a terminal."""
        return find_worker(self._folder) is not None

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        send_command(self._folder, "pause")

    def resume(self) -> None:
        """Let a held run go on."""
        send_command(self._folder, "resume")

    def stop(self) -> None:
        """End the run after the step it is in."""
        send_command(self._folder, "stop")

    def kill(self) -> None:
        """End the worker now; what it saved is kept."""
        if (worker := find_worker(self._folder)) is not None:
            self._killed = True
            worker.kill()

    def leave(self) -> None:
        """Stop reading."""
        self._left.set()
        self._thread.join(LEAVE_SECONDS)

    def close(self) -> None:
        """Wait for the thread's last breath."""
        self._thread.join()

    def _run(self) -> None:
        try:
            ended = self._follow()
        except OSError as error:
            ended = _gone(f"'{self._path}' cannot be read: {error.strerror}.")
        except RunFolderError as error:
            ended = _gone(error.sentence)
        finally:
            if self._file is not None:
                self._file.close()
        if ended is not None:
            if ended is not self._last:
                self._put(ended)
            self._put(Over(ended, died=ended is not self._last))

    def _follow(self) -> RunEnded | None:
        """Tell what is written until the writer is gone; return how it ended, or None where this was left before.

        Raises:
            OSError: the file cannot be read.
            RunFolderError: it holds what no run writes.
        """
        while not self._left.is_set():
            written = is_being_written(self._folder)  # asked before reading: what it wrote last is not missed
            grew = self._read()
            if not (grew or written):
                return self._last if isinstance(self._last, RunEnded) else killed() if self._killed else _gone()
            self._left.wait(BUSY_SECONDS if grew else IDLE_SECONDS)
        return None

    def _read(self) -> bool:
        """Tell the next portion; return whether there was one."""
        file = self._current()
        if file is None:
            return False
        file.seek(self._offset)
        data = file.read(PORTION)
        # A line without its end is read again later: it may be cut off when its run is resumed.
        while b"\n" not in data and len(data) < LONGEST and (more := file.read(len(data))):
            data += more
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) >= LONGEST:
            raise RunFolderError(f"'{self._path}' holds a line that no run writes.", "Look at the file.")
        for line in whole.splitlines():
            self._last = event_of(line)
            self._put(self._last)
        self._offset += len(whole)
        return bool(whole)

    def _current(self) -> IO[bytes] | None:
        """Return the file, opened anew where another one took its place or its end was cut off."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return None
        if self._file is not None:
            held = os.fstat(self._file.fileno())
            if (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino) and there.st_size >= self._offset:
                return self._file
            self._file.close()
            self._offset, self._last = 0, None
            self._put(Rewound())
        self._file = self._path.open("rb", buffering=0)
        return self._file


def _gone(why: str = "The process that trained this run is gone.") -> RunEnded:
    return RunEnded(outcome="failed", seconds=0.0, message=why, hint="Resume goes on where it was saved last.")
