"""Workers whose engine follows a script instead of training: they start in a second, and fail when they are told to.

All else about them is real: the process, its streams and signals, its run folder. The name of the folder is the script.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType

from backend.api import Gate, prepare_run, start_worker
from backend.errors import StudioError
from backend.events import Paused, Resumed, RunEnded, StepEnded
from backend.gate import Stopped
from backend.store import RunFolder
from tests.worlds import tiny_config

STEPS = 12
ENDLESS = 6000
"""Steps; about a minute."""


def prepared(folder: Path) -> Path:
    """Make a run folder."""
    prepare_run(tiny_config(method={"name": "simple_cil"}), folder)
    return folder


def command(folder: Path) -> list[str]:
    """Return the argument list of a worker that follows a script."""
    return _command(folder, "from tests import scripted; scripted.install()")


def tiny_command(folder: Path) -> list[str]:
    """Return the argument list of a real worker that knows the tiny data set."""
    return _command(folder, "import tests.worlds")


def start(folder: Path, command=command):
    return start_worker(folder, command)


def _command(folder: Path, first: str) -> list[str]:
    root = str(Path(__file__).parents[1])
    program = f"import sys; sys.path.insert(0, {root!r}); {first}; from backend.cli import main; sys.exit(main())"
    return [sys.executable, "-c", program, "worker", str(folder)]


def install() -> None:
    """Put the script in the place of the engine."""
    sys.modules["backend.engine"] = engine = ModuleType("backend.engine")
    engine.resume = resume  # type: ignore[attr-defined]


def resume(folder: Path, emit, gate: Gate) -> RunEnded:
    """Follow the script: `endless`, `crash`, `killed` and `fail` do what they say, any other name finishes."""
    with RunFolder.reopen(folder) as home:

        def tell(event):
            event = event.model_copy(update={"at": time.time()})
            home.append(event)
            emit(event)
            return event

        steps = ENDLESS if folder.name == "endless" else STEPS
        begun = bool(home.events())
        try:
            for step in range(1, steps + 1):
                gate.check(lambda held: tell(Paused() if held else Resumed()))
                tell(StepEnded(task=0, stage="adapt", step=step, steps=steps))
                _misbehave(folder.name, first_time=not begun)
                time.sleep(0.01)
        except Stopped:
            return tell(RunEnded(outcome="stopped", seconds=1.0, message="Stopped."))
        except StudioError as error:
            return tell(RunEnded(outcome="failed", seconds=1.0, message=error.sentence, hint=error.hint))
        return tell(RunEnded(outcome="finished", seconds=1.0))


def _misbehave(script: str, *, first_time: bool) -> None:
    match script:
        case "crash" if first_time:
            print("a library chatters", flush=True)
            os.write(1, b"and so does C\n")
            faulthandler._sigsegv()
        case "killed" if first_time:
            os.kill(os.getpid(), signal.SIGKILL)
        case "fail":
            raise StudioError("The script fails.", "Write a better one.")
        case _:
            pass
