"""`dmc-studio` without a subcommand: the window; also `python -m gui`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from backend.api import APT, QT_BASE
from gui.display import has_display, missing_packages


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window, or run the demo without one where there is no display; return the exit code."""
    options = _parser().parse_args(arguments)
    visible = has_display(os.environ, sys.platform)
    if not visible:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        if not options.demo:
            return _complain(
                "There is no display here.", "Use `dmc-studio run run.toml --out DIR`, or `dmc-studio --demo`."
            )
    elif missing := missing_packages(os.environ, sys.platform):
        return _complain("Libraries that Qt needs for a window are missing.", f"{APT} {' '.join(missing)}")
    try:
        from gui.app import open_app
    except ImportError as error:
        if ".so" not in str(error):
            raise
        return _complain(f"Qt cannot be loaded: {error}", f"{APT} {' '.join(QT_BASE.values())}")
    return open_app(demo=options.demo, paths=options.paths, visible=visible)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dmc-studio", description="DMC Studio's window.")
    parser.add_argument(
        "--demo", action="store_true", help="start the demo run at once; without a display, run it offscreen"
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="open a run folder, a bundle, a run.toml or pictures"
    )
    return parser


def _complain(sentence: str, hint: str) -> int:
    sys.stderr.write(f"{sentence}\n{hint}\n")
    return 1


if __name__ == "__main__":
    gc.disable()  # until the window is there: nearly all that is made until then stays
    sys.exit(main())
