"""Getting data sets: what is there, what can be fetched, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from backend.api import (
    DATASETS,
    DataReport,
    DataSettings,
    Entry,
    Gate,
    StudioError,
    Tick,
    catalogue,
    describe,
    fetch_data,
    import_archive,
)
from gui.background import submit
from gui.errands import Errand
from gui.icons import icon
from gui.theme import Theme
from gui.widgets.data_source import DataSourcePage

ARCHIVES = "Archives (*.tar *.tar.gz *.tgz *.tar.bz2 *.tar.xz *.zip);;All files (*)"


@dataclass(frozen=True, slots=True)
class Getter:
    """How data sets are fetched and unpacked; tests bring their own."""

    fetch: Callable[..., Path] = fetch_data
    unpack: Callable[..., Path] = import_archive


_Job: TypeAlias = Callable[[Tick, Gate], Path]


class GetDataDialog(QDialog):
    """A list of data sets, and a page about the chosen one. One transfer at a time; it outlives a closed dialog."""

    data_changed = Signal(str, str)
    """A data set was put on the disk: its id, and its folder or nothing for the usual one."""
    use_requested = Signal(str, str)
    """Take this data set for the next run: its id, and its folder or nothing for the usual one."""
    self_test_requested = Signal()
    said = Signal(str)
    """A sentence for the status bar."""
    ended = Signal(str)
    """How a transfer ended that was not cancelled, in a sentence."""

    def __init__(self, parent: QWidget | None = None, getter: Getter | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Get data")
        self.resize(880, 520)
        self._getter = getter or Getter()
        self._entries = {entry.id: entry for entry in catalogue().datasets}
        self._roots: dict[str, str] = {}
        self._reports: dict[str, DataReport] = {}
        self._errors: dict[str, tuple[StudioError, _Job]] = {}
        self._errand: Errand | None = None
        self._busy = ""
        self.list = QListWidget()
        self.list.setAccessibleName("Data sets")
        self.list.setToolTip("Data sets that DMC Studio knows")
        self.page = DataSourcePage()
        self._lay_out()
        self._connect()
        for entry in self._entries.values():
            self._add(entry)
        self.list.setCurrentRow(0)

    def open_at(self, settings: DataSettings) -> None:
        """Show the page of a data set, looking in the folder that the settings name."""
        self._roots[settings.name] = settings.root
        self.list.setCurrentItem(self._item(settings.name))
        self.check_all()
        self.show()
        self.raise_()
        self.activateWindow()

    def check_all(self) -> None:
        """Look for every data set again."""
        for name in self._entries:
            self.check(name)

    def check(self, name: str) -> None:
        """Look for one data set again, in the pool."""
        settings = self.settings_of(name)
        submit(self, lambda: describe(settings), self._described, partial(self._not_described, name))

    def settings_of(self, name: str) -> DataSettings:
        """Return where a data set is, or would be put."""
        return DataSettings(name=name, root=self._roots.get(name, ""))

    def fetch(self) -> None:
        """Download the chosen data set."""
        settings = self.settings_of(self.chosen)
        self._begin(self.chosen, lambda tick, gate: self._getter.fetch(settings, tick=tick, gate=gate))

    def unpack(self, archive: Path, name: str = "") -> None:
        """Import an archive of a data set: the chosen one, unless named."""
        name = name or self.chosen
        settings = self.settings_of(name)
        self._begin(name, lambda tick, gate: self._getter.unpack(settings, archive, tick=tick, gate=gate))

    def cancel(self) -> None:
        """End the transfer that is on; what was downloaded is kept."""
        if self._errand is not None:
            self._errand.cancel()

    @property
    def chosen(self) -> str:
        """The id of the data set on show."""
        return str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))

    @property
    def busy(self) -> bool:
        """Whether a transfer is on."""
        return self._errand is not None

    def ask_archive(self) -> None:
        """Ask for an archive of the chosen data set, then import it."""
        name = self.chosen
        dialog = QFileDialog(self, f"Import an archive of {self._entries[name].label}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(ARCHIVES)
        dialog.fileSelected.connect(lambda path: self.unpack(Path(path), name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_folder(self) -> None:
        """Ask where the chosen data set lies."""
        name = self.chosen
        dialog = QFileDialog(self, f"Where is {self._entries[name].label}?")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.look_in(name, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def look_in(self, name: str, folder: str) -> None:
        """Look for a data set in a folder of the user's."""
        self._roots[name] = folder
        self.check(name)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons anew."""
        self.page.set_theme(theme)
        for name in self._entries:
            self._mark(name)
        self._show()

    # --- a transfer ---

    def _begin(self, name: str, job: _Job) -> None:
        if self.busy:
            return
        self._errors.pop(name, None)
        self._busy = name
        self._errand = Errand(job, self)
        self._errand.told.connect(self.page.transfer.show_transfer)
        self._errand.done.connect(self._got)
        self._errand.failed.connect(lambda error: self._failed(name, error, job))
        self._errand.cancelled.connect(self._cancelled)
        self.page.transfer.begin()
        self._errand.start()
        self.said.emit(f"Getting {self._entries[name].label}")
        self._show()

    def _over(self) -> str:
        name, self._busy, self._errand = self._busy, "", None
        self.check(name)
        self._show()
        return name

    def _got(self, folder: Path) -> None:
        if DATASETS[self._busy].several:
            self._roots[self._busy] = str(folder)
        name = self._over()
        self._tell_end(f"{self._entries[name].label} is there")
        self.data_changed.emit(name, self._roots.get(name, ""))

    def _failed(self, name: str, error: StudioError, job: _Job) -> None:
        self._errors[name] = (error, job)
        self._over()
        self._tell_end(error.sentence)

    def _tell_end(self, words: str) -> None:
        self.said.emit(words)
        self.ended.emit(words)

    def _cancelled(self) -> None:
        self.said.emit(f"{self._entries[self._over()].label}: cancelled")

    def _retry(self) -> None:
        if self.chosen in self._errors:
            self._begin(self.chosen, self._errors[self.chosen][1])

    # --- what is shown ---

    def _described(self, report: DataReport) -> None:
        self._reports[report.id] = report
        self._mark(report.id)
        if report.id == self.chosen:
            self._show()

    def _not_described(self, name: str, error: StudioError) -> None:
        label = self._entries[name].label
        self._described(DataReport(name, label, found=False, problem=error.sentence, hint=error.hint))

    def _show(self) -> None:
        name = self.chosen
        error = self._errors[name][0] if name in self._errors else None
        self.page.show_source(
            self._entries[name], self._reports.get(name), error, self._busy, self._roots.get(name, "")
        )

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem(entry.label)
        item.setData(Qt.ItemDataRole.UserRole, entry.id)
        self.list.addItem(item)

    def _item(self, name: str) -> QListWidgetItem:
        items = (self.list.item(row) for row in range(self.list.count()))
        return next(item for item in items if item.data(Qt.ItemDataRole.UserRole) == name)

    def _mark(self, name: str) -> None:
        report = self._reports.get(name)
        if report is None:
            return
        item, words = self._item(name), "there" if report.found else "not there"
        item.setIcon(icon("run-done" if report.found else "download"))
        item.setText(f"{self._entries[name].label}\n{words}")
        item.setToolTip(f"{self._entries[name].label}: {words}")

    # --- construction ---

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close (Esc); a download goes on")
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self.list.setFixedWidth(208)
        self.list.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.list)
        row.addWidget(self.page, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addLayout(row, 1)
        column.addWidget(buttons)

    def _connect(self) -> None:
        page = self.page
        self.list.currentRowChanged.connect(lambda _: self._show())
        page.fetch_requested.connect(self.fetch)
        page.import_requested.connect(self.ask_archive)
        page.folder_requested.connect(self.ask_folder)
        page.check_requested.connect(lambda: self.check(self.chosen))
        page.retry_requested.connect(self._retry)
        page.use_requested.connect(lambda: self.use_requested.emit(self.chosen, self._roots.get(self.chosen, "")))
        page.self_test_requested.connect(self.self_test_requested)
        page.transfer.cancel_requested.connect(self.cancel)
