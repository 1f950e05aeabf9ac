"""Starts the probes: programs with a window of their own, which tell what they found in the last line they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def probe(module: str, *arguments: str) -> Any:
    """Run a probe with settings and runs of its own; return what it found. The picture cache stays the user's."""
    with tempfile.TemporaryDirectory() as home:
        folders = {f"XDG_{name}": f"{home}/{name}" for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME")}
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
            cwd=ROOT,
            env=_as_users_have_it() | folders | {"QT_QPA_PLATFORM": "offscreen", "XDG_DOCUMENTS_DIR": home},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"{module} {' '.join(arguments)} failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _as_users_have_it() -> dict[str, str]:
    """Return the environment, but let Python keep compiled modules from one start to the next, as it does by itself."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
