"""Export the shown run: ask for a place, write in the pool, say where it went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from backend.api import export
from gui.background import submit
from gui.icons import icon
from gui.state.shown import Shown

_PLACE = "export/folder"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that a run can be exported as."""

    id: str
    label: str
    help: str
    suffix: str


KINDS = (
    Kind("checkpoint", "Checkpoint", "The trained model with its class statistics", ""),
    Kind("csv", "Table (CSV)", "The accuracy matrix and A_t, for a spreadsheet", ".csv"),
    Kind("json", "Results (JSON)", "Everything that was measured, for a script", ".json"),
    Kind("latex", "Table (LaTeX)", "A row for a paper", ".tex"),
    Kind("png", "Charts (PNG)", "All charts in one picture", ".png"),
    Kind("svg", "Charts (SVG)", "All charts in one drawing that scales", ".svg"),
)


class Exporter(QObject):
    """Owns the export actions; the first one is the checkpoint, on Ctrl+E."""

    said = Signal(str)
    failed = Signal(object)
    """A StudioError."""

    def __init__(self, window: QWidget, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._shown: Shown | None = None
        self.dialog: QFileDialog | None = None
        self.actions = {kind.id: self._action(kind) for kind in KINDS}
        self.checkpoint = self.actions["checkpoint"]
        self.checkpoint.setShortcut(QKeySequence("Ctrl+E"))
        self.set_run(None)

    def menu(self, title: str = "&Export") -> QMenu:
        """Return a menu of all exports."""
        menu = QMenu(title, self._window)
        menu.setToolTipsVisible(True)
        for kind, action in self.actions.items():
            menu.addAction(action)
            if kind == "checkpoint":
                menu.addSeparator()
        return menu

    def set_run(self, shown: Shown | None) -> None:
        """Export this run from now on."""
        self._shown = shown
        for action in self.actions.values():
            action.setEnabled(shown is not None)

    def refresh_icons(self) -> None:
        """Draw the icon anew after a change of theme."""
        self.checkpoint.setIcon(icon("export"))

    def ask(self, kind: Kind) -> None:
        """Open a file dialog that suggests a name; the export starts when it is accepted."""
        if self._shown is None:
            return
        shown = self._shown
        dialog = QFileDialog(self._window, f"Export {kind.label} of {shown.name}", str(self._place()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        if kind.suffix:
            dialog.setNameFilter(f"{kind.label} (*{kind.suffix})")
            dialog.setDefaultSuffix(kind.suffix)
        dialog.selectFile(f"{shown.name}-{kind.id}{kind.suffix}")
        dialog.fileSelected.connect(lambda path: self.write(shown, kind, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def write(self, shown: Shown, kind: Kind, to: Path) -> None:
        """Export in the pool."""
        self._settings.setValue(_PLACE, str(to.parent))
        self.said.emit(f"Exporting {kind.label} to {to}")
        submit(self, lambda: export(shown.folder, kind.id, to), self._written, self.failed.emit)

    def _written(self, path: Path) -> None:
        self.said.emit(f"Exported to {path}")

    def _place(self) -> Path:
        kept = self._settings.value(_PLACE, "", str)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        for place in (kept, documents):
            if place and Path(str(place)).is_dir():
                return Path(str(place))
        return Path.home()

    def _action(self, kind: Kind) -> QAction:
        action = QAction(f"{kind.label}…", self)
        action.setToolTip(f"Export: {kind.help}")
        action.triggered.connect(lambda: self.ask(kind))
        return action
