"""The exports in the menu of a chart: at once into the folder used last, or to a place that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QObject, QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from backend.api import StudioError
from gui.charts.writing import KINDS


class Saving(QObject):
    """Saves one chart.

    Args:
        chart: its owner.
        name: of the file, without suffix.
        write: writes the chart to a path, by its suffix.
    """

    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(object)
    """A StudioError."""

    folder: ClassVar[Path | None] = None
    """Where the last chart was saved that a place was asked for; none before there was one."""

    def __init__(self, chart: QWidget, name: str, write: Callable[[Path], Path]) -> None:
        super().__init__(chart)
        self._chart, self._name, self._write = chart, name, write
        self.dialog: QFileDialog | None = None

    def fill(self, menu: QMenu) -> None:
        """Add the exports to a menu."""
        for suffix, what in KINDS.items():
            action = menu.addAction(f"Export {what}", lambda suffix=suffix: self.save(suffix))
            action.setToolTip("Save it at once: in the folder used last, or among the downloads")
        menu.addAction("Export as…", self.ask).setToolTip("Choose folder, name and kind")

    def save(self, suffix: str) -> None:
        """Save under a name that is free, without a question."""
        self._put(_free(self.folder or _downloads(), self._name, suffix))

    def ask(self) -> None:
        """Ask for a place, and save there."""
        dialog = QFileDialog(self._chart.window(), f"Export {self._chart.accessibleName()}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{what} (*{suffix})" for suffix, what in KINDS.items()])
        dialog.setDirectory(str(self.folder or _downloads()))
        dialog.setDefaultSuffix(".png")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(words.rpartition("*")[2].rstrip(")")))
        dialog.selectFile(self._name)
        dialog.fileSelected.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def _take(self, path: str) -> None:
        Saving.folder = Path(path).parent
        self._put(Path(path))

    def _put(self, path: Path) -> None:
        try:
            self.said.emit(f"Exported to {self._write(path)}")
        except ValueError as error:
            self.failed.emit(StudioError(str(error), "Choose one of these kinds."))
        except StudioError as error:
            self.failed.emit(error)


def _downloads() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return Path(place) if Path(place).is_dir() else Path.home()


def _free(folder: Path, name: str, suffix: str) -> Path:
    """Return a path that does not exist: `name.png`, `name-2.png`, ..."""
    names = (f"{name}{f'-{number}' if number > 1 else ''}{suffix}" for number in count(1))
    return next(folder / name for name in names if not (folder / name).exists())
