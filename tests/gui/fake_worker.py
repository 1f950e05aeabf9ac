"""A worker without torch: `python -c PROGRAM STEP_SECONDS EARS worker FOLDER` plays a script, and obeys if it hears."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from backend.api import Gate
from backend.commands import Lines, obey, obeying
from backend.events import to_line
from tests.gui.fake_runs import Script

PROGRAM = "from tests.gui.fake_worker import main; main()"


def worker(step_seconds: float = 0.0, *, deaf: bool = False) -> Callable[[Path], list[str]]:
    """Return what makes the argument list; a deaf worker does not obey."""
    ears = "deaf" if deaf else "hears"
    return lambda folder: [sys.executable, "-c", PROGRAM, str(step_seconds), ears, "worker", str(folder)]


def main() -> None:
    step_seconds, ears, _, folder = sys.argv[1:]
    gate = Gate()
    if ears == "hears":
        threading.Thread(target=_hear, args=(gate,), daemon=True).start()
    script = Script(write=True)
    script.step_seconds = float(step_seconds)
    with obeying(Path(folder), gate) if ears == "hears" else contextlib.nullcontext():
        script.resume(Path(folder), lambda event: print(to_line(event), flush=True), gate)


def _hear(gate: Gate) -> None:
    lines = Lines()
    while data := sys.stdin.buffer.raw.read(4096):
        obey(lines.feed(data), gate)
