"""Somebody works at a real screen: the application is started as users do, and hears only keys and clicks of X."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import to_toml
from tests.e2e.hands import finished_runs
from tests.worlds import tiny_config

TOOLS = ("Xvfb", "xdotool", "openbox", "import")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
STUDIO = "import sys, tests.worlds; from gui.__main__ import main; sys.exit(main(sys.argv[1:]))"
SECONDS = 120
"""That anything may take on a busy machine."""
SCREEN = "1440x900x24"
OLD_RUNS = (1233, 252), (1233, 296)
"""Where the second and the third run of the list are on this screen."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


class Desktop:
    """A screen of its own with a window manager, a keyboard and a mouse.

    Args:
        home: where everything that the user owns lies.
    """

    def __init__(self, home: Path) -> None:
        reading, writing = os.pipe()
        self._processes = [
            subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
                pass_fds=[writing], stderr=subprocess.DEVNULL,
            )
        ]  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        homes = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CACHE", "CONFIG", "DATA", "STATE")}
        runs = {"DMC_STUDIO_RUNS": str(home / "runs")}
        screen = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "HOME": str(home)}
        self._environment = {**os.environ, **homes, **runs, **screen}
        self.open("openbox")

    def open(self, *command: str) -> subprocess.Popen:
        """Start a program on this screen."""
        started = subprocess.Popen(command, env=self._environment, stderr=subprocess.DEVNULL)
        self._processes.append(started)
        return started

    def xdotool(self, *words: str) -> str:
        return subprocess.run(
            ["xdotool", *words], env=self._environment, capture_output=True, text=True, check=False
        ).stdout.strip()

    def window(self, title: str) -> str:
        """Wait for a window that is on show; bring it to the front and return its number."""
        found = wait(lambda: self.xdotool("search", "--onlyvisible", "--name", title).split(), SECONDS)
        self.xdotool("windowactivate", "--sync", found[-1])
        return found[-1]

    def press(self, *keys: str) -> None:
        self.xdotool("key", "--clearmodifiers", "--delay", "120", *keys)

    def type(self, text: str) -> None:
        self.xdotool("type", "--delay", "40", text)

    def click(self, x: int, y: int, *, held: str = "") -> None:
        """Move the mouse there, and press its left button, with a key held."""
        around = (["keydown", held], ["keyup", held]) if held else ([], [])
        self.xdotool("mousemove", str(x), str(y), *around[0], "click", "1", *around[1])

    def photograph(self, path: Path) -> None:
        """Take a picture of the whole screen."""
        subprocess.run(["import", "-window", "root", str(path)], env=self._environment, check=True)

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait()


def wait(what, seconds):
    """Return what is asked for, as soon as there is something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, f"nothing within {seconds} s"
        time.sleep(0.1)  # of another process, that tells nobody
    return found


@pytest.fixture
def desktop(tmp_path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.close()


def said(folder: Path, kind: str) -> int:
    """Return how often a run said something of a kind."""
    return (folder / "events.jsonl").read_text().count(f'"kind":"{kind}"')


def test_a_run_is_started_paused_compared_and_exported_at_a_real_screen(desktop, tmp_path):
    runs = tmp_path / "runs"
    old = finished_runs(runs, 2)
    (tmp_path / "run.toml").write_text(to_toml(tiny_config(method={"epochs": 300})))
    studio = desktop.open(sys.executable, "-c", STUDIO, str(tmp_path / "run.toml"))
    window = desktop.window("^DMC Studio$")
    settings = tmp_path / "config" / "DMC Studio" / "window.ini"
    wait(lambda: settings.exists() and "epochs = 300" in settings.read_text(), SECONDS)

    desktop.press("F5")
    (new,) = wait(lambda: [folder for folder in runs.iterdir() if folder not in old and folder.is_dir()], SECONDS)
    wait(lambda: (new / "events.jsonl").exists() and said(new, "task_started"), SECONDS)
    desktop.press("space")
    wait(lambda: said(new, "paused") == 1, SECONDS)
    desktop.photograph(tmp_path / "paused.png")
    desktop.press("space")
    wait(lambda: said(new, "resumed") == 1, SECONDS)
    desktop.press("shift+F5")
    wait(lambda: said(new, "run_ended") == 1, SECONDS)

    desktop.press("ctrl+k")
    desktop.type("open tiny s1")
    desktop.photograph(tmp_path / "palette.png")
    desktop.press("Return")
    wait(lambda: f"run={old[1]}" in settings.read_text(), SECONDS)
    desktop.click(*OLD_RUNS[0])
    desktop.click(*OLD_RUNS[1], held="ctrl")
    desktop.press("ctrl+shift+c")
    wait(lambda: "page=Compare" in settings.read_text(), SECONDS)
    desktop.photograph(tmp_path / "compare.png")

    desktop.press("ctrl+e")
    desktop.window("^Export Checkpoint of")
    desktop.press("Return")
    wait(lambda: (tmp_path / f"{old[0].name}-checkpoint" / "open_clip_model.safetensors").exists(), SECONDS)
    desktop.photograph(tmp_path / "exported.png")

    desktop.xdotool("windowactivate", "--sync", window)
    desktop.press("ctrl+q")
    assert studio.wait(SECONDS) == 0
