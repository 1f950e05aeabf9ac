"""The model of a run as an ONNX file, made and compared with PyTorch in a process of its own.

In that process, because tracing a model holds up the window, and would meddle with a run that trains in a thread.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final

from backend import errors
from backend.errors import ExportError
from backend.exports.results import newest

PACKAGES: Final = ("onnx", "onnxscript", "onnxruntime")
_MEMORY: Final = "Close other programs, should memory have run out."


def write(folder: Path, to: Path, tell: Callable[[str], None]) -> None:
    """Write image tower and classifier of a run's newest checkpoint (see `backend.exports.onnx_graph`).

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        ExportError: packages are missing, the model cannot be exported, or the file would not do as the run does.
        StudioError: weights cannot be loaded or `to` cannot be written.
    """
    if missing := [name for name in PACKAGES if find_spec(name) is None]:
        raise ExportError("ONNX export needs packages that are not installed.", f"Run: pip install {' '.join(missing)}")
    newest(folder)
    command = [sys.executable, "-m", "backend.exports.onnx_graph", str(folder), str(to)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as chatter,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=chatter, encoding="utf-8") as process,
    ):
        try:
            for line in process.stdout or ():
                _hear(line, tell)
            code = process.wait()
        finally:
            process.kill()
        if code:
            raise ExportError(f"The ONNX export ended with code {code}{_last(chatter)}.", _MEMORY)


def _hear(line: str, tell: Callable[[str], None]) -> None:
    """Pass on what the other process tells, or raise what went wrong there."""
    kind, *words = json.loads(line)
    if kind == "tell":
        tell(*words)
    else:
        raise getattr(errors, kind)(*words)


def _last(chatter: IO[str]) -> str:
    chatter.seek(0)
    lines = chatter.read().strip().splitlines()
    return f": {lines[-1].rstrip('.')}" if lines else ""
