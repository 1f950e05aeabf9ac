"""Reading a run folder: in a line of the run list, or with every event. Never writes."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

from backend import bounded
from backend.config import SECTIONS, RunConfig, load_config
from backend.errors import ConfigError, RunFolderError
from backend.events import (
    LONGEST_LINE,
    Checkpointed,
    Event,
    RunEnded,
    RunStarted,
    StepSaved,
    TaskScored,
    TaskStarted,
    from_line,
)
from backend.labels import labels_or_none
from backend.locks import is_locked
from backend.long_file import LongFile
from backend.result_file import read_result

State: TypeAlias = Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
"""queued: it has said nothing yet and waits; interrupted: it did not end, and nobody writes it any more."""

CONFIG: Final = "config.toml"
EVENTS: Final = "events.jsonl"
LOG: Final = "run.log"
RESULT: Final = "result.json"
MOST_EVENTS: Final = 10_000_000
"""Lines of events.jsonl: two weeks at ten a second without a break."""
MOST_BYTES: Final = 2**31
"""Size of the largest events.jsonl that is read."""
MOST_RESULT: Final = 2**26
"""Size of the largest result.json."""
_MISSING: Final = "Give the folder of a run; `dmc-studio list runs` names them."


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of the run list; accuracies in percent, none before the first task was scored."""

    folder: Path
    name: str
    method: str
    dataset: str
    seed: int
    state: State | Literal["damaged"]
    """damaged: `problem` tells why it cannot be opened."""
    tasks_done: int
    tasks: int
    """0 as long as the run has not started."""
    average: float | None
    last: float | None
    forgetting: float | None
    started: float
    """Seconds since the epoch."""
    problem: str = ""
    """Empty unless it is damaged."""
    tuning: str = ""
    """Which weights of the image tower it may move."""
    star: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""


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


def is_run(folder: Path) -> bool:
    """Tell whether something is a run folder, damaged or not."""
    return any((folder / name).is_file() for name in (CONFIG, EVENTS))


def summary_at_rest(folder: Path) -> RunSummary | None:
    """Return a line of the run list as if nobody wrote the run now; none where the folder is being deleted."""
    try:
        return _summarise(folder, read_config(folder))
    except RunFolderError as error:
        problem = str(error)
    try:
        changed = _changed(folder)
    except RunFolderError:
        return None
    nothing: dict[str, Any] = {"average": None, "last": None, "forgetting": None}
    return RunSummary(folder, folder.name, "", "", 0, "damaged", 0, 0, **nothing, started=changed, problem=problem)


def as_of_now(run: RunSummary) -> RunSummary:
    """Return the line with the state that the run has now: it may be on."""
    waits = run.state in {"queued", "interrupted"}
    return replace(run, state="running") if waits and is_being_written(run.folder) else run


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError as error:
        raise _unreadable(path, error) from error


def open_run(folder: Path) -> RunRecord:
    """Read a run folder, also while it is being written.

    Raises:
        RunFolderError: it is missing or damaged; names the file and the line.
    """
    config = read_config(folder)
    events = tuple(read_events(folder))
    state = _state_at_rest(events[-1] if events else None)
    summary = as_of_now(replace(_summarise(folder, config), state=state))
    return RunRecord(folder, config, events, _read_result(folder), cast("State", summary.state), summary)


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
    except OSError as error:
        raise _unreadable(folder / CONFIG, error) from error
    # We write every setting, so what is missing is not a default: the file was cut short.
    if missing := set(SECTIONS) - config.model_fields_set:
        sentence = f"{CONFIG} of '{folder}' is cut short: [{min(missing)}] is missing."
        raise RunFolderError(sentence, "Write the section again as it was, or start a new run.")
    return config


def _unreadable(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"'{path}' cannot be read: {error.strerror}.", "Check the file and its permissions.")


def read_events(folder: Path, kinds: Sequence[str] = ()) -> Iterator[Event]:
    """Yield every event of a run, or only those of some kinds, which takes a fraction of the time.

    Raises:
        RunFolderError: a line is damaged; a last line that is not whole is left out.
    """
    marks = tuple(f'"kind":"{kind}"'.encode() for kind in kinds)
    try:
        for number, line in enumerate(bounded.read_lines(folder / EVENTS, MOST_BYTES, LONGEST_LINE), 1):
            if number > MOST_EVENTS:
                raise _damaged(folder, f"line {number}")
            if line.endswith(b"\n") and (not marks or any(mark in line for mark in marks)):
                yield _parse(folder, line, f"line {number}")
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(folder / EVENTS, error) from error


def begin_of_task(folder: Path, task: int) -> int:
    """Return where in events.jsonl a task begins, or a later one; its size where neither has begun, in bytes.

    Raises:
        RunFolderError: a line is damaged, or the file cannot be read.
    """
    with _searched(folder) as file:
        begin = file.find(b'"kind":"task_started"') if file else -1
        while file and begin >= 0:
            event = _event_at(folder, file, begin)
            if isinstance(event, TaskStarted) and event.task >= task:
                return file.begin_of_line(begin)
            begin = file.find(b'"kind":"task_started"', begin + 1)
        return file.size if file else 0


def parse_events(folder: Path, data: bytes, first: int = 1) -> Iterator[Event]:
    """Yield the events in `data`, which begins with line `first` of events.jsonl of `folder`.

    Raises:
        RunFolderError: a line is damaged; a last line that is not whole is left out.
    """
    # A line without its newline is being written now, or was cut short by a crash.
    for number, line in enumerate(data.split(b"\n")[:-1], first):
        yield _parse(folder, line, f"line {number}")


def _parse(folder: Path, line: bytes, where: str) -> Event:
    try:
        return from_line(line)
    except ValueError as error:
        raise _damaged(folder, where) from error


def _damaged(folder: Path, where: str) -> RunFolderError:
    sentence = f"{EVENTS} of '{folder}' is damaged at {where}, or a newer version wrote it."
    return RunFolderError(sentence, "Delete that line to open the rest of the run.")


def _read_result(folder: Path) -> dict[str, Any] | None:
    try:
        return read_result(bounded.read_bytes(folder / RESULT, MOST_RESULT))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(folder / RESULT, error) from error
    except ValueError as error:
        hint = "Delete that file: a finished run still has its events and checkpoints."
        raise RunFolderError(f"{RESULT} of '{folder}' is damaged: {error}.", hint) from error


def last_saved(folder: Path) -> Checkpointed | StepSaved | None:
    """Return what a run said when it saved last, however long its file is; None where it never did.

    Raises:
        RunFolderError: that line is damaged.
    """
    with _searched(folder) as file:
        kinds = (b'"kind":"checkpointed"', b'"kind":"step_saved"')
        saved = _event_at(folder, file, max(file.rfind(kind, file.size) for kind in kinds)) if file else None
    return saved if isinstance(saved, Checkpointed | StepSaved) else None


@contextlib.contextmanager
def _searched(folder: Path) -> Generator[LongFile | None]:
    try:
        with bounded.opened(folder / EVENTS, MOST_BYTES) as file:
            yield LongFile(file)
    except FileNotFoundError:
        yield None
    except OSError as error:
        raise _unreadable(folder / EVENTS, error) from error


def _summarise(folder: Path, config: RunConfig) -> RunSummary:
    """Read the three events that matter, however long the file is."""
    first = scored = last = None
    with _searched(folder) as file:
        if file:
            first = _event_at(folder, file, file.find(b'"kind":"run_started"'))
            scored = _event_at(folder, file, file.rfind(b'"kind":"task_scored"', file.size))
            last = _event_at(folder, file, file.size - 1)
    score = scored if isinstance(scored, TaskScored) else None
    labels = labels_or_none(folder)
    return RunSummary(
        folder=folder,
        name=folder.name,
        method=config.method.name,
        dataset=config.data.name,
        seed=config.run.seed,
        state=_state_at_rest(last),
        tasks_done=score.task + 1 if score else 0,
        tasks=len(first.tasks) if isinstance(first, RunStarted) else 0,
        average=score.average if score else None,
        last=score.accuracy if score else None,
        forgetting=score.forgetting if score else None,
        started=first.at if first else _changed(folder / CONFIG),
        tuning=config.model.tuning,
        star=labels.star,
        tags=labels.tags,
        note=labels.note,
    )


def _event_at(folder: Path, file: LongFile, position: int) -> Event | None:
    if position < 0:
        return None
    return _parse(folder, file.line_at(position), f"byte {file.begin_of_line(position)}")


def _state_at_rest(last: Event | None) -> State:
    if last is None:
        return "queued"
    return last.outcome if isinstance(last, RunEnded) else "interrupted"
