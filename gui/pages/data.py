"""The data set of the form: its classes, how many pictures each has, and the pictures themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backend.api import DataReport, DataSettings, RunConfig, StudioError, TaskPreview, describe, preview
from gui.background import submit
from gui.icons import icon
from gui.theme import Theme
from gui.widgets.class_table import ClassTable
from gui.widgets.data_missing import DataMissing
from gui.widgets.elided import ElidedLabel
from gui.widgets.picture_browser import PARTS, PictureBrowser

_SETTLE_MS: Final = 200
_TABLE_WIDTH: Final = 360
_WORDS: Final = {"train": "training", "validation": "validation", "test": "test"}


class DataPage(QWidget):
    """Follows the form. Looks for the data set only while the page is on show."""

    title = "Data"
    help = "The data set of the form: its classes, how they are dealt into tasks, and the pictures."

    fetch_requested = Signal()
    """The user wants the data set to be fetched."""
    import_requested = Signal()
    """The user has an archive of the data set."""
    folder_chosen = Signal(str)
    """A folder that the user says the data set lies in."""
    edit_tasks_requested = Signal()
    """The user wants to edit the tasks."""
    looked = Signal()
    """What is shown is what the form asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report: DataReport | None = None
        self.name, self.counts = QLabel(), QLabel()
        self.layout_words, self.folder = ElidedLabel(), ElidedLabel(Qt.TextElideMode.ElideMiddle)
        self.edit_button = QPushButton("Edit tasks…")
        self.look_button = QToolButton()
        self.classes = ClassTable()
        self.browser = PictureBrowser()
        self.missing = DataMissing()
        self._wanted: RunConfig | None = None
        self._shown: RunConfig | None = None
        self._busy = False
        self._timer = QTimer(self, interval=_SETTLE_MS, singleShot=True)
        self._timer.timeout.connect(self._look)
        self._lay_out()
        self._connect()

    def show_config(self, config: RunConfig | None) -> None:
        """Show the data set of a configuration soon; none leaves what is on show."""
        if config is not None:
            self._wanted = config
            if self.isVisible():
                self._timer.start()

    def refresh(self) -> None:
        """Look for the data set again, e.g. after it was fetched."""
        self._shown = None
        if self.isVisible():
            self._timer.start()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        self.edit_button.setIcon(icon("tasks"))
        self.look_button.setIcon(icon("reset"))
        for part in (self.classes, self.browser, self.missing):
            part.set_theme(theme)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with the form."""
        super().showEvent(event)
        self._look()

    # --- looking ---

    def _look(self) -> None:
        """Find the data set, or deal its classes anew, if the form asks for something else than what is shown."""
        config = self._wanted
        if self._busy or config is None or _same(config, self._shown):
            return
        known = self.report if self._shown is not None and self._shown.data == config.data else None
        self._busy = True

        def work() -> tuple[DataReport, tuple[TaskPreview, ...]]:
            report = known or describe(config.data)
            return report, _tasks(config) if report.found else ()

        submit(self, work, lambda found: self._show(config, *found), lambda error: self._fail(config, error))

    def _show(self, config: RunConfig, report: DataReport, tasks: tuple[TaskPreview, ...]) -> None:
        if report is not self.report:
            self._show_report(config.data, report)
        self.classes.show_tasks([task.names for task in tasks])
        self._settle(config)

    def _fail(self, config: RunConfig, error: StudioError) -> None:
        name = config.data.name
        report = DataReport(name, name, found=False, problem=error.sentence, hint=error.hint)
        self._show_report(config.data, report)
        self._settle(config)

    def _settle(self, config: RunConfig) -> None:
        self._busy = False
        self._shown = config
        if _same(config, self._wanted):
            self.looked.emit()
        else:
            self._timer.start()

    def _show_report(self, settings: DataSettings, report: DataReport) -> None:
        self.report = report
        self._show_head(report)
        self.classes.show_report(report)
        if report.found:
            self.browser.show_data(settings, report)
            self._stack.setCurrentWidget(self._split)
        else:
            self.missing.show_report(report)
            self._stack.setCurrentWidget(self.missing)

    def _show_head(self, report: DataReport) -> None:
        self.name.setText(report.label)
        self.layout_words.set_text(report.layout)
        self.folder.set_text(report.folder)
        self.counts.setText(_counts(report) if report.found else "not found")
        self.edit_button.setEnabled(report.found)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Choose the folder of the data set", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- construction ---

    def _connect(self) -> None:
        self.classes.chosen.connect(lambda: self.browser.show_classes(self.classes.classes()))
        self.missing.fetch_requested.connect(self.fetch_requested)
        self.missing.import_requested.connect(self.import_requested)
        self.missing.folder_requested.connect(self._ask_folder)
        self.edit_button.clicked.connect(lambda: self.edit_tasks_requested.emit())
        self.look_button.clicked.connect(self.refresh)

    def _lay_out(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(8)
        for part in (self.classes, self.browser):
            self._split.addWidget(part)
        self._split.setStretchFactor(1, 1)
        self._split.setSizes([_TABLE_WIDTH, 2 * _TABLE_WIDTH])
        self._stack = QStackedWidget()
        self._stack.addWidget(_waiting())
        self._stack.addWidget(self._split)
        self._stack.addWidget(self.missing)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(self._head())
        column.addWidget(self._stack, 1)

    def _head(self) -> QHBoxLayout:
        self.name.setProperty("role", "heading")
        for label in (self.layout_words, self.folder):
            label.setProperty("role", "muted")
        self.edit_button.setToolTip("Choose which classes are learned in which task")
        self.edit_button.setAutoDefault(False)
        self.edit_button.setEnabled(False)
        self.look_button.setToolTip("Look for the data set again")
        self.look_button.setAccessibleName("Look again")
        self.look_button.setAutoRaise(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        for first, second in ((self.name, self.layout_words), (self.counts, self.folder)):
            line = QHBoxLayout()
            line.setSpacing(12)
            line.addWidget(first)
            line.addWidget(second, 1)
            words.addLayout(line)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self.look_button)
        head.addWidget(self.edit_button)
        return head


def _waiting() -> QLabel:
    """Return what stands in until the first data set was looked for."""
    label = QLabel("Looking for the data set…")
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _tasks(config: RunConfig) -> tuple[TaskPreview, ...]:
    """Return the tasks without pictures; none where the split does not fit, which the form tells."""
    try:
        return preview(config, thumbnails=0)
    except StudioError:
        return ()


def _counts(report: DataReport) -> str:
    numbers = [f"{sum(report.counts[part]):,} {_WORDS[part]}" for part, _ in PARTS]
    return f"{len(report.class_names)} classes  ·  {', '.join(numbers)} pictures"


def _same(one: RunConfig, other: RunConfig | None) -> bool:
    """Tell whether two configurations have the same pictures in the same tasks."""
    return other is not None and (one.data, one.split, one.run.seed) == (other.data, other.split, other.run.seed)
