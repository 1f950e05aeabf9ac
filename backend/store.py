"""Run folders: written here, by the engine alone; read by everyone (see `backend.history`).

```
config.toml     what the run is                 events.jsonl   what it said, one line an event: the truth
run.log         times and tracebacks; it is locked while somebody writes the folder
checkpoints/    see backend.checkpoint          result.json    the metrics, written at the end
data.json       which pictures it began with (see backend.data_record)
```
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from backend.config import RunConfig, to_toml
from backend.disk import lock, write_all, write_atomic, writing
from backend.errors import RunFolderError, StorageError
from backend.events import Checkpointed, Event, RunEnded, to_line
from backend.history import (
    CONFIG,
    EVENTS,
    LOG,
    RESULT,
    RunRecord,
    RunSummary,
    State,
    is_being_written,
    list_runs,
    open_run,
    read_config,
    read_events,
    runs_folder,
)

__all__ = [
    "RunFolder",
    "RunRecord",
    "RunSummary",
    "State",
    "is_being_written",
    "list_runs",
    "new_run_folder",
    "open_run",
    "runs_folder",
]

DATA: Final = "data.json"


class RunFolder:
    """A run folder open for writing, by one writer at a time. Made by `create` and `reopen`."""

    def __init__(self, path: Path, config: RunConfig, log: int) -> None:
        self.path = path
        self.config = config
        self._log = log
        self._events = os.open(path / EVENTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    @classmethod
    def create(cls, path: Path, config: RunConfig) -> RunFolder:
        """Start a run in a new or empty folder.

        Raises:
            RunFolderError: something lies there already; it is left as it was.
            StorageError: it cannot be written; nothing is left behind.
        """
        with writing(path):
            was_there = path.is_dir()
            _refuse_used(path)
            path.mkdir(parents=True, exist_ok=True)
            log = -1
            try:
                log = _lock(path)
                write_atomic(path / CONFIG, to_toml(config).encode())
                return cls(path, config, log)
            except (OSError, StorageError):
                _close(log)
                for name in (CONFIG, EVENTS, LOG):
                    (path / name).unlink(missing_ok=True)
                if not was_there:
                    path.rmdir()
                raise

    @classmethod
    def reopen(cls, path: Path) -> RunFolder:
        """Open an existing run to go on with it; a last line that a crash cut short is dropped.

        Raises:
            RunFolderError: it is missing, half written, or being written by somebody else.
            StorageError: it may not be written.
        """
        config = read_config(path)
        with writing(path):
            log = _lock(path)
            try:
                if (path / EVENTS).exists():
                    data = (path / EVENTS).read_bytes()
                    os.truncate(path / EVENTS, data.rfind(b"\n") + 1)
                return cls(path, config, log)
            except OSError:
                _close(log)
                raise

    def append(self, event: Event) -> None:
        """Write one event; when this returns, a crash of the process cannot lose it.

        Raises:
            StorageError: it could not be written; the file ends with the event before.
        """
        with writing(self.path / EVENTS):
            size = os.fstat(self._events).st_size
            try:
                write_all(self._events, to_line(event).encode() + b"\n")
            except OSError:
                os.ftruncate(self._events, size)
                raise
            if isinstance(event, Checkpointed | RunEnded):
                os.fsync(self._events)

    def log(self, text: str) -> None:
        """Add a line with the time to run.log."""
        # A full disk is reported by `append`; a log line must not hide the error that it is about.
        with contextlib.suppress(OSError):
            write_all(self._log, f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n".encode())

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write result.json as a whole; a number that is not finite becomes null.

        Raises:
            StorageError: it cannot be written; an older one is as it was.
        """
        write_atomic(self.path / RESULT, to_json(dict(result), indent=2, inf_nan_mode="null") + b"\n")

    def write_data(self, record: bytes) -> None:
        """Write data.json as a whole.

        Raises:
            StorageError: it cannot be written.
        """
        write_atomic(self.path / DATA, record)

    def read_data(self) -> bytes | None:
        """Return the contents of data.json; None before the first pictures were read."""
        try:
            return (self.path / DATA).read_bytes()
        except FileNotFoundError:
            return None

    def events(self) -> list[Event]:
        """Return the events so far."""
        return list(read_events(self.path))

    def truncate_events(self, keep: int) -> None:
        """Keep the first `keep` events.

        Raises:
            StorageError: the file cannot be written; it is as it was.
        """
        lines = (self.path / EVENTS).read_bytes().splitlines(keepends=True)
        write_atomic(self.path / EVENTS, b"".join(lines[:keep]))
        os.close(self._events)
        self._events = os.open(self.path / EVENTS, os.O_WRONLY | os.O_APPEND)

    def close(self) -> None:
        """Let go of the folder; closing twice is fine."""
        _close(self._events)
        _close(self._log)
        self._events = self._log = -1

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        os.close(descriptor)


def _refuse_used(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise RunFolderError(f"'{path}' is a file, not a folder.", "Choose a new or an empty folder.")
    if (path / CONFIG).exists() or (path / EVENTS).exists():
        hint = "Choose a new folder, or `dmc-studio resume` to go on with that run."
        raise RunFolderError(f"'{path}' holds another run.", hint)
    if path.exists() and any(path.iterdir()):
        raise RunFolderError(f"'{path}' is not empty.", "Choose a new or an empty folder.")


def _lock(path: Path) -> int:
    log = lock(path / LOG)
    if log is None:
        hint = "Stop that one first, or choose another folder."
        raise RunFolderError(f"'{path}' is being written by another run.", hint)
    return log


def new_run_folder(config: RunConfig, root: Path | None = None) -> Path:
    """Make an empty folder with a readable name of its own.

    Raises:
        StorageError: it cannot be made.
    """
    root = root or runs_folder()
    name = f"{config.method.name}-{config.data.name}-s{config.run.seed}-{time.strftime('%Y%m%d-%H%M')}"
    number = 1
    while True:
        folder = root / (name if number == 1 else f"{name}-{number}")
        with writing(folder):
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                number += 1
                continue
            return folder
