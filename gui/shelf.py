"""What is done to the runs in the list: starred, renamed, moved to the trash and back; on the disk, in the pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from backend.api import (
    KEPT_DAYS,
    RunConfig,
    StudioError,
    Trashed,
    count,
    empty_trash,
    in_trash,
    load_config,
    read_labels,
    rename_run,
    restore_run,
    room_in_trash,
    runs_folder,
    size,
    trash_run,
    write_labels,
)
from gui.background import submit
from gui.widgets.banner import Offer

if TYPE_CHECKING:
    from gui.window import MainWindow

_COLUMNS = "runs/columns"
_NAMING_A_RUN = ("freed_run", "restore/run")
"""Settings that hold the folder of a run."""
_LOOK_MS = 3000
"""How often the list is read again while the window is looked at: other processes start and end runs too."""


class Shelf(QObject):
    """The hands of the list of runs."""

    said = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(object)
    """A StudioError."""
    renamed = Signal(object, object)
    """A run lies elsewhere now: its folder before and after."""
    trashed = Signal(list)
    """Folders of runs that were moved to the trash."""

    def __init__(self, window: MainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._control, self._panel = window.control, window.parts.runs
        self._root = window.control.root or runs_folder()
        self._last: list[Trashed] = []
        self.question: QMessageBox | None = None
        """Whether the trash is to be emptied, while it is asked."""
        self._connect()
        kept = settings.value(_COLUMNS)
        if isinstance(kept, str):
            self._panel.columns.choose(tuple(kept.split("|")) if kept else None)
        self._panel.columns.chosen_changed.connect(self._keep_columns)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._do(lambda: empty_trash(self._root, KEPT_DAYS), lambda _: self._look_into_trash())

    def star(self, folders: Sequence[Path], star: bool) -> None:
        """Give runs a star, or take it."""
        labels = self._panel.details.labels
        others = [folder for folder in folders if not labels.set_star(folder, star)]
        if others:
            self._do(lambda: _star(others, star), lambda _: self._control.look())

    def rename(self, folder: Path, name: str) -> None:
        """Give a run another name."""
        if self._is_held([folder]):
            return
        labels = self._panel.details.labels
        labels.forget(folder)

        def rename() -> Path:
            labels.flush()
            return rename_run(folder, name)

        submit(self, rename, lambda there: self._renamed(folder, there), self._refused)

    def trash(self, folders: Sequence[Path]) -> None:
        """Move runs to the trash."""
        if self._is_held(folders):
            return
        labels, moved = self._panel.details.labels, list[Trashed]()
        for folder in folders:
            labels.forget(folder)

        def move() -> None:
            labels.flush()
            moved.extend(trash_run(folder) for folder in folders)

        # Where one cannot be moved, those before it have been.
        submit(self, move, lambda _: self._trashed(moved), lambda error: self._trashed(moved, error))

    def undo(self) -> None:
        """Restore what was moved to the trash last."""
        self.restore(self._last)

    def restore(self, runs: Sequence[Trashed]) -> None:
        """Put runs back where they were."""
        self._do(lambda: [restore_run(run) for run in runs], self._restored)

    def ask_to_empty(self) -> None:
        """Delete what is in the trash for good, once the user has agreed."""
        self._do(lambda: (len(in_trash(self._root)), room_in_trash(self._root)), lambda found: self._ask(*found))

    def use_settings(self, folder: Path) -> None:
        """Fill the form with a run's settings."""
        self._do(lambda: load_config(folder / "config.toml"), lambda config: self._fill(config, folder.name))

    def resume(self, folder: Path) -> None:
        """Go on with a run, or begin one that waits."""
        if self._control.session.busy:
            self.said.emit("A run is on in this window; stop it first, or add this one to the queue")
        else:
            self._control.resume(folder)

    # --- what came of it ---

    def _trashed(self, runs: list[Trashed], error: StudioError | None = None) -> None:
        if error is not None:
            self._refused(error)
        if not runs:
            return
        self._last = runs
        folders = [run.home for run in runs]
        self._panel.actions_of_run["undo"].setEnabled(True)
        words = f"Moved '{runs[0].name}'" if len(runs) == 1 else f"Moved {count(len(runs), 'run')}"
        self._panel.toast.tell(f"{words} to the trash.", Offer("Undo", "Put back what was moved", self.undo))
        self.said.emit(f"{words} to the trash")
        self._control.runs.forget(folders)
        self._panel.refresh()
        if not self._control.session.running:
            self._window.parts.banner.hide()  # it may offer to go on with one of them
        if self._window.viewer.asked in folders:
            self._panel.open_current()
        self.trashed.emit(folders)
        self._changed()

    def _refused(self, error: StudioError) -> None:
        """A run could not be moved: it is shown as it was."""
        self.failed.emit(error)
        shown = self._window.viewer.shown
        if shown is not None:
            self._panel.details.labels.show_run(shown.folder)

    def _restored(self, folders: list[Path]) -> None:
        self._last = []
        self._panel.actions_of_run["undo"].setEnabled(False)
        self._panel.toast.hide()
        self.said.emit(f"Restored {folders[0].name}" if len(folders) == 1 else f"Restored {count(len(folders), 'run')}")
        self._changed()
        if folders and self._window.viewer.live is None:
            self._window.viewer.open(folders[0])

    def _renamed(self, folder: Path, there: Path) -> None:
        viewer = self._window.viewer
        self.said.emit(f"{folder.name} is called {there.name} now")
        for key in _NAMING_A_RUN:
            if self._settings.value(key) == str(folder):
                self._settings.setValue(key, str(there))
        self.renamed.emit(folder, there)
        if viewer.asked == folder:
            viewer.open(there)
        self._changed()

    def _ask(self, runs: int, room: int) -> None:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Empty trash")
        box.setText(f"Delete {count(runs, 'run')} for good?")
        box.setInformativeText(f"This frees {size(room)}. It cannot be undone.")
        delete = box.addButton("Delete", QMessageBox.ButtonRole.DestructiveRole)
        delete.setToolTip("Delete the runs in the trash")
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        delete.clicked.connect(lambda: self._do(lambda: empty_trash(self._root), self._emptied))
        box.finished.connect(lambda _: self._answered())
        self.question = box
        box.open()

    def _answered(self) -> None:
        if self.question is not None:
            self.question.deleteLater()
            self.question = None

    def _emptied(self, runs: int) -> None:
        self._last = []
        self._panel.actions_of_run["undo"].setEnabled(False)
        self._panel.toast.hide()
        self.said.emit(f"Deleted {count(runs, 'run')} for good")
        self._look_into_trash()

    def _fill(self, config: RunConfig, name: str) -> None:
        self._window.parts.new_run.load(config)
        self._window.docks["New run"].show()
        self.said.emit(f"The form has the settings of {name}")

    def _changed(self) -> None:
        self._control.look()
        self._look_into_trash()

    # --- looking ---

    def _look(self) -> None:
        if self._window.isVisible():
            self._control.look()

    def _relisted(self) -> None:
        self._panel.refresh()
        asked = self._window.viewer.asked
        if asked is not None and not self._panel.chosen():
            self._panel.select(asked)
        self._look_into_trash()

    def _look_into_trash(self) -> None:
        self._do(lambda: in_trash(self._root), self._panel.show_trash)

    def _is_held(self, folders: Sequence[Path]) -> bool:
        """Tell whether one of them is on in this window or in its queue, and say so."""
        session = self._control.session
        queued = self._window.queueing.state.lineup.folders("waiting", "running")
        for folder in folders:
            if session.running and folder == session.folder:
                self.said.emit(f"{folder.name} is on now; stop it first")
                return True
            if folder in queued:
                self.said.emit(f"{folder.name} is in the queue; take it out there first")
                return True
        return False

    def _keep_columns(self) -> None:
        chosen = self._panel.columns.chosen
        if chosen is None:
            self._settings.remove(_COLUMNS)
        else:
            self._settings.setValue(_COLUMNS, "|".join(chosen))

    def _do(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        submit(self, work, done, self.failed.emit)

    def _connect(self) -> None:
        panel, status = self._panel, self._window.parts.status
        panel.star_requested.connect(self.star)
        panel.rename_requested.connect(self.rename)
        panel.settings_requested.connect(self.use_settings)
        panel.folder_requested.connect(lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))
        panel.resume_requested.connect(self.resume)
        panel.trash_requested.connect(self.trash)
        panel.undo_requested.connect(self.undo)
        panel.restore_requested.connect(lambda run: self.restore([run]))
        panel.empty_requested.connect(self.ask_to_empty)
        panel.details.labels.saved.connect(self._control.look)
        self._control.relisted.connect(self._relisted)
        for source in (panel, self):
            source.said.connect(status.say)
        self.failed.connect(self._window.offers.show_error)


def _star(folders: Sequence[Path], star: bool) -> None:
    for folder in folders:
        write_labels(folder, read_labels(folder).model_copy(update={"star": star}))
