"""Opens the split editor on a configuration: what it needs is read in the thread pool first."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from backend.api import (
    ConfigError,
    DataError,
    DataReport,
    Pictures,
    RunConfig,
    StudioError,
    describe,
    open_pictures,
    preview,
)
from gui.background import submit
from gui.state.split import SplitDraft, Tasks
from gui.widgets.split_editor import SplitEditor


@dataclass(frozen=True, slots=True)
class _Material:
    """What the editor shows; `note` tells why it does not begin with the tasks that the configuration asks for."""

    report: DataReport
    pictures: Pictures
    tasks: Tasks
    note: str = ""


class Splitting(QObject):
    """One editor at a time."""

    settled = Signal(object)
    """Values by dotted key, such as `split.order`, that make the tasks which the user has put together."""
    failed = Signal(object)
    """StudioError: there is no data set to split."""
    opened = Signal(object)
    """SplitEditor."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._busy = False

    def open(self, config: RunConfig | None) -> None:
        """Open the editor soon; nothing happens while one is open, or where there is no valid configuration."""
        if config is None or self._busy:
            return
        self._busy = True
        submit(self, lambda: _read(config), lambda found: self._open(config, found), self._fail)

    def _open(self, config: RunConfig, found: _Material) -> None:
        draft = SplitDraft(found.tasks, found.report.class_names)
        editor = SplitEditor(draft, found.report, found.pictures, config.split.order, found.note, self._window)
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.settled.connect(self._settle)
        editor.finished.connect(self._close)
        editor.open()
        self.opened.emit(editor)

    def _settle(self, values: dict[str, object]) -> None:
        self.settled.emit({f"split.{name}": value for name, value in values.items()})

    def _close(self) -> None:
        self._busy = False

    def _fail(self, error: StudioError) -> None:
        self._busy = False
        self.failed.emit(error)


def _read(config: RunConfig) -> _Material:
    """Read classes, pictures and tasks.

    Raises:
        DataError: the data set is missing.
    """
    report = describe(config.data)
    if not report.found:
        raise DataError(report.problem, report.hint)
    pictures = open_pictures(config.data, "train")
    index = {name: number for number, name in enumerate(report.class_names)}
    try:
        tasks = tuple(tuple(index[name] for name in task.names) for task in preview(config, thumbnails=0))
    except ConfigError as error:
        note = f"The split of the form does not fit: {error.problems[0].sentence} This begins with one task instead."
        return _Material(report, pictures, (tuple(range(len(index))),), note)
    return _Material(report, pictures, tasks)
