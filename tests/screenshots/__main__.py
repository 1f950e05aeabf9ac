"""`make screenshots`: take every picture of `docs/pictures`, light and at 1x, of the real window.

`--runs FOLDER` takes finished runs that lie there instead of training what is missing (about six minutes, once).
`--all` takes every page in every state, light and dark, at 1x and 2x, into another folder, for looking at.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import qInstallMessageHandler

from gui import demo, theme
from gui.app import make_app
from tests.screenshots.files import save
from tests.screenshots.runs import gather
from tests.screenshots.scene import Scene
from tests.screenshots.scenes import DOCS
from tests.screenshots.states import MORE

PLACE = Path(__file__).parents[2] / "docs" / "pictures"
EVERY = {**DOCS, **MORE}
LOOKS = [(colours, scale) for colours in ("light", "dark") for scale in (1, 2)]


def take(names: Sequence[str], colours: str, made: Path, to: Path) -> int:
    """Take pictures in this process; return how many did not come about."""
    qInstallMessageHandler(demo.tell_qt)
    app, lost = make_app(), 0
    for name in names:
        theme.apply(app, theme.DARK if colours == "dark" else theme.LIGHT)
        # What the window says of places is then short, and the same each time.
        with TemporaryDirectory(prefix="dmc-studio-") as scratch, contextlib.chdir(scratch):
            try:
                picture = save(EVERY[name](Scene(Path(), made)), to / f"{name}.png", small=to == PLACE)
            except (AssertionError, AttributeError, TimeoutError, TypeError, ValueError):
                lost += 1
                sys.stderr.write(f"{name}: {traceback.format_exc()}\n")
                continue
        sys.stdout.write(f"{picture}  {picture.stat().st_size / 1000:.0f} kB\n")
        sys.stdout.flush()
    return lost


def take_all(names: Sequence[str], made: Path, to: Path) -> int:
    """Take pictures in all looks, a process for each; return how many looks are not complete."""
    lost = 0
    for colours, scale in LOOKS:
        command = [sys.executable, "-m", "tests.screenshots", "--made", str(made), "--colours", colours]
        command += ["--to", str(to / f"{colours}-{scale}x"), *names]
        lost += subprocess.run(command, env={**os.environ, "QT_SCALE_FACTOR": str(scale)}, check=False).returncode != 0
    return lost


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(EVERY)}")
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="where finished runs lie")
    parser.add_argument("--all", action="store_true", help="every state, light and dark, 1x and 2x")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the pictures go")
    parser.add_argument("--colours", choices=("light", "dark"), default="light")
    parser.add_argument("--made", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if unknown := {*options.names} - {*EVERY}:
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    with TemporaryDirectory() as place:
        made = options.made or Path(place) / "runs"
        to = (options.to or Path("screenshots" if options.all else PLACE)).absolute()
        if options.made is None:
            gather(options.runs, made)
        if options.all:
            return min(1, take_all(options.names or [*EVERY], made, to))
        return min(1, take(options.names or [*DOCS], options.colours, made, to))


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.exit(main())
