"""Draw the charts of a run into one picture: `python -m gui.chart_export RUN_DIR --kind svg --to PATH`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QWidget

from backend.api import RunFolderError, StudioError, open_run
from gui import theme
from gui.charts.base import all_charts, save_charts
from gui.state.curves import Curves

Kind: TypeAlias = Literal["png", "svg"]

_SIZE = QSize(640, 400)
_COLUMNS = 2
_FAILED = 1


def export_charts(folder: Path, kind: Kind, to: Path) -> Path:
    """Draw every chart of a run that has something to show, on light paper; return the file written.

    Args:
        folder: a run folder.
        kind: `png` or `svg`.
        to: the file; the suffix of the kind is added where it has another.

    Raises:
        RunFolderError: no task of the run was finished, or the folder holds no run.
        OSError: the file cannot be written.
    """
    curves = Curves(open_run(folder).events)
    if not curves.scores:
        raise RunFolderError("this run has no finished task to draw.", "Let it finish a task first.")
    path = to if to.suffix.lower() == f".{kind}" else to.with_name(f"{to.name}.{kind}")
    app = QApplication.instance() or QApplication([])
    desk = QWidget()
    charts = [chart(desk) for chart in all_charts()]
    for chart in charts:
        chart.resize(_SIZE)
        chart.set_theme(theme.LIGHT)
        chart.ensurePolished()
        chart.show_curves(curves)
    app.processEvents()
    try:
        save_charts(charts, path, theme.LIGHT, _COLUMNS)
    finally:
        desk.deleteLater()
        # Now, not at exit: a plot that outlives the application crashes the process.
        app.sendPostedEvents(desk, QEvent.Type.DeferredDelete)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m gui.chart_export", description="Draw the charts of a run.")
    parser.add_argument("folder", type=Path, help="run folder")
    parser.add_argument("--kind", choices=("png", "svg"), required=True)
    parser.add_argument("--to", type=Path, required=True, help="file to write")
    options = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication.instance() or QApplication([])
    if isinstance(app, QApplication):
        theme.apply(app, theme.LIGHT)
    try:
        export_charts(options.folder, options.kind, options.to)
    except (StudioError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's answer
        return _FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
