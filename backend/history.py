"""Reading run folders: all runs in a list, or one of them with every event. Never writes."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from platformdirs import user_data_path
from pydantic import ValidationError

from backend.config import RunConfig, load_config
from backend.disk import is_locked
from backend.errors import ConfigError, RunFolderError
from backend.events import Event, RunEnded, RunStarted, TaskScored, from_line

State: TypeAlias = Literal["running", "finished", "stopped", "failed", "interrupted"]
"""interrupted: it did not end, and nobody writes it any more."""

CONFIG: Final = "config.toml"
EVENTS: Final = "events.jsonl"
LOG: Final = "run.log"
RESULT: Final = "result.json"
_MISSING: Final = "Give the folder of a run; `dmc-studio list runs` names them."


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the run list; accuracies in percent, none before the first task was scored."""

    folder: Path
    name: str
    method: str
    dataset: str
    seed: int
    state: State
    tasks_done: int
    tasks: int
    """0 as long as the run has not started."""
    average: float | None
    last: float | None
    forgetting: float | None
    started: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that a run folder tells; folding `events` gives what watching the run gave."""

    folder: Path
    config: RunConfig
    events: tuple[Event, ...]
    result: dict[str, Any] | None
    state: State
    summary: RunSummary


def is_being_written(path: Path) -> bool:
    """Tell whether a run, of this process or another one, writes the folder now."""
    return is_locked(path / LOG)


def runs_folder() -> Path:
    """Return where runs go by default; the environment variable DMC_STUDIO_RUNS overrides it."""
    override = os.environ.get("DMC_STUDIO_RUNS")
    return Path(override) if override else user_data_path("dmc-studio", appauthor=False) / "runs"


def list_runs(root: Path | None = None) -> tuple[RunSummary, ...]:
    """Return the runs of a folder, newest first; what is not a run, or is damaged, is left out."""
    root = root or runs_folder()
    found: list[RunSummary] = []
    for folder in root.iterdir() if root.is_dir() else ():
        with contextlib.suppress(RunFolderError):
            found.append(_summarise(folder, read_config(folder)))
    return tuple(sorted(found, key=lambda run: (-run.started, run.name)))


def open_run(folder: Path) -> RunRecord:
    """Read a run folder, also while it is being written.

    Raises:
        RunFolderError: it is missing or damaged; names the file and the line.
    """
    config = read_config(folder)
    events = tuple(read_events(folder))
    summary = _summarise(folder, config)
    return RunRecord(folder, config, events, _read_result(folder), summary.state, summary)


def read_config(folder: Path) -> RunConfig:
    """Return what a run is.

    Raises:
        RunFolderError: the folder is missing, or its configuration is missing or damaged.
    """
    if not folder.is_dir():
        raise RunFolderError(f"There is no run folder '{folder}'.", _MISSING)
    if not (folder / CONFIG).is_file():
        raise RunFolderError(f"'{folder}' is not a run folder: {CONFIG} is missing.", _MISSING)
    try:
        config = load_config(folder / CONFIG)
    except ConfigError as error:
        raise RunFolderError(f"{CONFIG} of '{folder}' is damaged: {error.sentence}", error.hint) from error
    # We write every setting, so what is missing is not a default: the file was cut short.
    if missing := set(RunConfig.model_fields) - config.model_fields_set:
        sentence = f"{CONFIG} of '{folder}' is cut short: [{min(missing)}] is missing."
        raise RunFolderError(sentence, "Write the section again as it was, or start a new run.")
    return config


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RunFolderError(f"'{path}' cannot be read: {error.strerror}.", "Check its permissions.") from error


def read_events(folder: Path) -> Iterator[Event]:
    """Yield every event of a run.

    Raises:
        RunFolderError: a line is damaged; a last line that is not whole is left out.
    """
    # A line without its newline is being written now, or was cut short by a crash.
    for number, line in enumerate(_read_bytes(folder / EVENTS).splitlines(keepends=True), 1):
        if line.endswith(b"\n"):
            yield _parse(folder, line, f"line {number}")


def _parse(folder: Path, line: bytes, where: str) -> Event:
    try:
        return from_line(line)
    except ValidationError as error:
        sentence = f"{EVENTS} of '{folder}' is damaged at {where}, or a newer version wrote it."
        raise RunFolderError(sentence, "Delete that line to open the rest of the run.") from error


def _read_result(folder: Path) -> dict[str, Any] | None:
    text = _read_bytes(folder / RESULT)
    try:
        return dict(json.loads(text)) if text else None
    except (ValueError, TypeError) as error:
        hint = "Delete that file: a finished run still has its events and checkpoints."
        raise RunFolderError(f"{RESULT} of '{folder}' is damaged: {error}.", hint) from error


@contextlib.contextmanager
def _mapped(path: Path) -> Generator[bytes | mmap.mmap]:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data
    except (OSError, ValueError):  # missing, or empty, which cannot be mapped
        yield b""


def _summarise(folder: Path, config: RunConfig) -> RunSummary:
    """Read the three events that matter, however long the file is."""
    with _mapped(folder / EVENTS) as data:
        end = data.rfind(b"\n") + 1
        first = _line_at(folder, data, data.find(b'"kind":"run_started"', 0, end))
        scored = _line_at(folder, data, data.rfind(b'"kind":"task_scored"', 0, end))
        last = _line_at(folder, data, end - 1)
    score = scored if isinstance(scored, TaskScored) else None
    return RunSummary(
        folder=folder,
        name=folder.name,
        method=config.method.name,
        dataset=config.data.name,
        seed=config.run.seed,
        state=_state(folder, last),
        tasks_done=score.task + 1 if score else 0,
        tasks=len(first.tasks) if isinstance(first, RunStarted) else 0,
        average=score.average if score else None,
        last=score.accuracy if score else None,
        forgetting=score.forgetting if score else None,
        started=first.at if first else (folder / CONFIG).stat().st_mtime,
    )


def _line_at(folder: Path, data: bytes | mmap.mmap, position: int) -> Event | None:
    if position < 0:
        return None
    begin = data.rfind(b"\n", 0, position) + 1
    return _parse(folder, data[begin : data.find(b"\n", position)], f"byte {begin}")


def _state(folder: Path, last: Event | None) -> State:
    if isinstance(last, RunEnded):
        return last.outcome
    return "running" if is_being_written(folder) else "interrupted"
