"""A worker process from outside: how it is started, and what it died of.

A worker is `dmc-studio worker RUN_DIR` (see backend.worker). Whoever starts one reads events from its standard output
and writes commands to its standard input.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from backend.disk import open_plain, open_to_append, writing
from backend.errors import RunFolderError
from backend.events import Cause, RunEnded, StepSaved
from backend.history import CONFIG, last_saved

if TYPE_CHECKING:
    import psutil

Argv: TypeAlias = Callable[[Path], list[str]]
"""Makes the argument list of a worker from its run folder."""

LOG: Final = "worker.log"
"""What a worker and its libraries say on stderr, and the stacks of a crash."""
BEGIN: Final = b"=== worker "
"""Begins the line that a worker writes there first."""
_TAIL: Final = 8000
"""At most so many bytes at its end are shown."""
_ROOT: Final = str(Path(__file__).parents[1])
# Not `-m`, which finds an unpacked source tree only from inside it; `-P`, so that no file of the present folder is run.
_PROGRAM: Final = f"""\
import sys
if {_ROOT!r} not in sys.path:
    sys.path.insert(0, {_ROOT!r})
from backend.cli import main
sys.exit(main(sys.argv[1:]))"""


class _Reason(NamedTuple):
    what: str
    hint: str
    cause: Cause = ""


_KILLED: Final = _Reason(
    "it was killed, probably by the system because memory ran out",
    "Lower run.batch_size or close other programs, then resume the run.",
    "memory",
)
_FULL: Final = _KILLED._replace(what="memory ran out")
_CRASHED: Final = _Reason("it crashed in native code", "Resume the run to go on; the details hold the stack.")
_ENDED: Final = _Reason("it was ended from outside", "Resume the run to go on.")
_SIGNALS: Final = {"SIGKILL": _KILLED} | dict.fromkeys(
    ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"), _CRASHED
)
_WINDOWS: Final = {
    0xC0000005: _CRASHED,  # access violation
    0xC000001D: _CRASHED,  # illegal instruction
    0xC00000FD: _CRASHED,  # stack overflow
    0xC0000374: _CRASHED,  # damaged heap
    0xC0000409: _CRASHED,  # abort
    0xC0000017: _FULL,
    0xC000012D: _FULL,  # nothing left to commit
    0xC000013A: _ENDED,  # Ctrl-C, or the console was closed
}


def studio(*words: str) -> list[str]:
    """Return the argument list of the command `dmc-studio` with these words; it works in any current folder."""
    return [sys.executable, "-P", "-c", _PROGRAM, *words]


def command(folder: Path) -> list[str]:
    """Return the argument list of the worker of a run folder."""
    return studio("worker", str(folder.absolute()))


def start(folder: Path, command: Argv = command) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own, so that it outlives this process and its terminal.

    Its standard input and output are pipes: commands go in, events come out, one JSON line each.

    Raises:
        RunFolderError: this is no run folder.
        StorageError: its log may not be written, or no process can be made.
    """
    log = open_log(folder)
    try:
        with writing(folder):
            return subprocess.Popen(
                command(folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
    finally:
        os.close(log)


def open_log(folder: Path) -> int:
    """Open the worker.log of a run folder for appending.

    Raises:
        RunFolderError: this is no run folder, so nothing is written into it.
        StorageError: it may not be written.
    """
    if not (folder / CONFIG).is_file():
        raise RunFolderError(f"'{folder}' is not a run folder.", "`dmc-studio list runs` names your runs.")
    return open_to_append(folder / LOG)


def find(folder: Path) -> psutil.Process | None:
    """Return the worker of a run folder that is on here, whoever started it, or None; looks at every process."""
    import psutil  # slow to load, and seldom needed

    wanted = ["worker", str(folder.absolute())]
    return next((p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[-2:] == wanted), None)


def death(returncode: int, folder: Path) -> RunEnded:
    """Tell what a worker died of that ended without saying `RunEnded`.

    Args:
        returncode: as `Popen.returncode` gives it: the exit code, or minus the signal; on Windows a signed one will do.
        folder: its run folder; what worker.log says since the worker started becomes the details.
    """
    reason = _reason(returncode)
    return RunEnded(
        at=time.time(),
        outcome="failed",
        seconds=0.0,
        cause=reason.cause,
        message=f"The worker is gone: {reason.what}. {_saved(folder)}",
        hint=reason.hint,
        details=_last_words(folder),
    )


def _reason(returncode: int) -> _Reason:
    if (code := returncode & 0xFFFFFFFF) in _WINDOWS:
        return _WINDOWS[code]
    if returncode >= 0:
        hint = "The details may tell why; `dmc-studio doctor` looks at the installation."
        return _Reason(f"it ended with code {returncode} before its run did", hint)
    try:
        name = signal.Signals(-returncode).name
    except ValueError:
        name = f"signal {-returncode}"
    reason = _SIGNALS.get(name, _ENDED)
    return reason._replace(what=f"{reason.what} ({name})")


def _saved(folder: Path) -> str:
    try:
        saved = last_saved(folder)
    except RunFolderError as error:
        return error.sentence
    if saved is None:
        return "Nothing was saved yet; resuming starts again."
    step = f"step {saved.step} of {saved.stage} in " if isinstance(saved, StepSaved) else ""
    return f"Everything up to {step}task {saved.task + 1} is saved."


def _last_words(folder: Path) -> str:
    try:
        with os.fdopen(open_plain(folder / LOG, os.O_RDONLY), "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            text = file.read(_TAIL)
    except OSError:
        return ""
    return text.rpartition(BEGIN)[2].partition(b"\n")[2].decode(errors="replace").strip()
