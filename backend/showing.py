"""Opens the window from the command line."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence


def show_window(arguments: Sequence[str]) -> int:
    """Stay until the window is closed; return its exit code.

    Args:
        arguments: of `python -m gui`.
    """
    # By name, so that neither this file nor its importers depend on the window.
    sys.argv = ["dmc-studio", *arguments]
    try:
        runpy.run_module("gui", run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
