"""The charts of a run as one picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from backend.errors import StorageError
from backend.history import open_run


def draw(folder: Path, kind: str, to: Path) -> None:
    """Draw charts in a process of its own: the backend never imports the window's code.

    Raises:
        RunFolderError: there is no such run.
        StorageError: nothing was drawn.
    """
    open_run(folder)
    command = [sys.executable, "-m", "gui.chart_export", str(folder), "--kind", kind, "--to", str(to)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not to.is_file():
        said = done.stderr.strip().splitlines()
        sentence = f"The charts could not be drawn: {said[-1] if said else 'nothing was written'}"
        raise StorageError(sentence, "`dmc-studio doctor` tells whether the window's libraries are there.")
