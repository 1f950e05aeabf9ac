"""The command `dmc-studio` as it is typed; the window alone does not wait until other commands are loaded."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from backend.showing import show_window

_OF_THE_WINDOW = {"--demo"}


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    given = sys.argv[1:] if argv is None else argv
    if set(given) <= _OF_THE_WINDOW:
        return show_window(given)
    from backend import cli

    return cli.main(given)
