"""Run folders: written here, by the engine alone; read by everyone (see `backend.history`).

```
config.toml     what the run is                 events.jsonl   what it said, one line an event: the truth
run.log         times and tracebacks; it is locked while somebody writes the folder
checkpoints/    see backend.checkpoint          result.json    the metrics, written at the end
data.json       which pictures it began with (see backend.data_record)
labels.json     what the user writes about it, at any time and not through this file (see backend.labels)
insight/        what is kept for looking at (see backend.insight)
```
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from backend import bounded
from backend.config import RunConfig, to_toml
from backend.disk import write_all, write_atomic, writing
from backend.errors import RunFolderError, StorageError
from backend.events import Checkpointed, Event, RunEnded, StepSaved, to_line
from backend.history import (
    CONFIG,
    EVENTS,
    LOG,
    RESULT,
    RunRecord,
    RunSummary,
    State,
    is_being_written,
    open_run,
    parse_events,
    read_config,
    read_events,
)
from backend.index import list_runs
from backend.insight import INSIGHT
from backend.journal import Journal
from backend.locks import Lock, holder, lock
from backend.places import runs_folder

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
CHECKPOINTS: Final = "checkpoints"
_MOST_DATA: Final = 2**28
"""Bytes of data.json: some millions of pictures."""
EVIDENCE: Final = "failed-batch.json"
_MILESTONES: Final = (Checkpointed, StepSaved, RunEnded)
"""Events after which everything must be on the disk."""


class RunFolder:
    """A run folder open for writing, by one writer at a time. Made by `create` and `reopen`.

    A write that raised StorageError can be tried again, also after the disk was unplugged and is back: the files are
    opened again, and nothing is written unless they are those that this run wrote.
    """

    def __init__(self, path: Path, config: RunConfig, log: Lock) -> None:
        self.path = path
        self.config = config
        self._log = log
        self._journal = Journal(path / EVENTS)
        if log.mark:
            self.log(f"This disk knows no locks; '{log.mark}' keeps others from writing here.")

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
            log: Lock | None = None
            try:
                log = _lock(path)
                write_atomic(path / CONFIG, to_toml(config).encode())
                return cls(path, config, log)
            except (OSError, StorageError):
                if log:
                    log.close()
                for name in (CONFIG, EVENTS, LOG):
                    (path / name).unlink(missing_ok=True)
                if not was_there:
                    path.rmdir()
                raise

    @classmethod
    def reopen(cls, path: Path) -> RunFolder:
        """Open an existing run to go on with it; what a crash left half written is dropped.

        Raises:
            RunFolderError: it is missing, half written, or being written by somebody else.
            StorageError: it may not be written.
        """
        config = read_config(path)
        _refuse_links(path)
        with writing(path):
            log = _lock(path)
            try:
                for name in (EVENTS, RESULT, DATA):
                    for left in path.glob(f".{name}.*.tmp"):
                        left.unlink()
                return cls(path, config, log)
            except OSError:
                log.close()
                raise

    def append(self, event: Event) -> None:
        """Write one event; when this returns, a crash of the process cannot lose it.

        Raises:
            StorageError: it could not be written; the file ends with the event before.
            RunFolderError: the folder was replaced by another one.
        """
        with self._writing(EVENTS):
            self._journal.append(to_line(event).encode() + b"\n", sync=isinstance(event, _MILESTONES))

    def sync(self) -> None:
        """Wait until every event is on the disk: neither a power cut nor an unplugged disk can lose it.

        Raises:
            StorageError: the disk does not take them, or is gone.
            RunFolderError: the folder was replaced by another one.
        """
        with self._writing(EVENTS):
            self._journal.sync()

    @property
    def events_size(self) -> int:
        """Bytes of events.jsonl."""
        return self._journal.size

    def rewind(self, to_bytes: int, keep: Callable[[Event], bool]) -> None:
        """Forget events, as a whole or not at all.

        Args:
            to_bytes: events before this offset stay.
            keep: tells which later ones stay as well.

        Raises:
            StorageError: the file cannot be written; it is as it was.
            RunFolderError: one of the later events is damaged.
        """
        with self._writing(EVENTS):
            data = self._journal.read()
            before = data[: data.rfind(b"\n", 0, to_bytes) + 1]  # a power cut may have left less, and a run gone on
            later = data[len(before) :]
            events = parse_events(self.path, later, first=before.count(b"\n") + 1)
            kept = (line + b"\n" for event, line in zip(events, later.split(b"\n"), strict=False) if keep(event))
            self._journal.replace(before + b"".join(kept))

    def log(self, text: str) -> None:
        """Add a line with the time to run.log."""
        # A full disk is reported by `append`; a log line must not hide the error that it is about.
        with contextlib.suppress(OSError):
            write_all(self._log.descriptor, f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n".encode())

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write result.json as a whole; a number that is not finite becomes null.

        Raises:
            StorageError: it cannot be written; an older one is as it was.
            RunFolderError: the folder was replaced by another one.
        """
        with self._writing(RESULT):
            write_atomic(self.path / RESULT, to_json(dict(result), indent=2, inf_nan_mode="null") + b"\n")

    def write_evidence(self, evidence: Mapping[str, Any]) -> None:
        """Write failed-batch.json: what a training step went wrong with.

        Raises:
            StorageError: it cannot be written.
            RunFolderError: the folder was replaced by another one.
        """
        with self._writing(EVIDENCE):
            write_atomic(self.path / EVIDENCE, to_json(dict(evidence), indent=2, inf_nan_mode="constants") + b"\n")

    def write_data(self, record: bytes) -> None:
        """Write data.json as a whole.

        Raises:
            StorageError: it cannot be written.
            RunFolderError: the folder was replaced by another one.
        """
        with self._writing(DATA):
            write_atomic(self.path / DATA, record)

    def write_insight(self, name: str, data: bytes) -> None:
        """Write a file of insight/ as a whole.

        Raises:
            StorageError: it cannot be written.
            RunFolderError: the folder was replaced by another one.
        """
        path = self.path / INSIGHT / name
        with self._writing(f"{INSIGHT}/{name}"):
            path.parent.mkdir(exist_ok=True)
            write_atomic(path, data)

    def read_data(self) -> bytes | None:
        """Return the contents of data.json; None before the first pictures were read.

        Raises:
            RunFolderError: it cannot be read.
        """
        path = self.path / DATA
        try:
            return bounded.read_bytes(path, _MOST_DATA)
        except FileNotFoundError:
            return None
        except OSError as error:
            hint = "Check the file and its permissions, then resume the run."
            raise RunFolderError(f"'{path}' cannot be read: {error.strerror}.", hint) from error

    def events(self) -> list[Event]:
        """Return the events so far."""
        return list(read_events(self.path))

    @contextlib.contextmanager
    def _writing(self, name: str) -> Generator[None]:
        """Turn every OSError into a StorageError about a file; open what is not there any more again."""
        with writing(self.path / name):
            if not self._journal.is_there():
                self._log.close()
                self._log = _lock(self.path)
                self._journal.reopen()
            yield

    def close(self) -> None:
        """Let go of the folder; closing twice is fine."""
        self._journal.close()
        self._log.close()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _refuse_links(path: Path) -> None:
    """A run folder from a stranger may hold links, through which a run would write, or remove, what lies elsewhere."""
    for name in (CONFIG, EVENTS, LOG, RESULT, DATA, CHECKPOINTS, INSIGHT):
        if (path / name).is_symlink():
            sentence = f"'{path / name}' is a link, and a run writes only inside its own folder."
            raise RunFolderError(sentence, "Put what it leads to in its place; the run folder itself may be a link.")


def _refuse_used(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise RunFolderError(f"'{path}' is a file, not a folder.", "Choose a new or an empty folder.")
    if (path / CONFIG).exists() or (path / EVENTS).exists():
        hint = "Choose a new folder, or `dmc-studio resume` to go on with that run."
        raise RunFolderError(f"'{path}' holds another run.", hint)
    if path.exists() and any(path.iterdir()):
        raise RunFolderError(f"'{path}' is not empty.", "Choose a new or an empty folder.")


def _lock(path: Path) -> Lock:
    log = lock(path / LOG)
    if log is None:
        hint = holder(path / LOG) or "Stop that one first, or choose another folder."
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
