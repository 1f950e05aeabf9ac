"""Export the shown run: ask for a place, write in the pool, say where it went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from backend.api import Gate, export, size
from gui.errands import Errand, Tell
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
    Kind("checkpoint", "Checkpoint", "The trained model and its classes, as a folder that open_clip loads", ""),
    Kind("bundle", "Bundle", "All that was learned in one file: to predict, or to go on with new classes", ".zip"),
    Kind("onnx", "ONNX model", "Image tower and classifier for other programs, compared with PyTorch", ".onnx"),
    Kind("csv", "Table (CSV)", "The accuracy matrix and A_t, for a spreadsheet", ".csv"),
    Kind("json", "Results (JSON)", "Everything that was measured, for a script", ".json"),
    Kind("latex", "Table (LaTeX)", "A row for a paper", ".tex"),
    Kind("png", "Charts (PNG)", "All charts in one picture", ".png"),
    Kind("svg", "Charts (SVG)", "All charts in one drawing that scales", ".svg"),
)
_LAST_OF_GROUP = {"onnx", "latex"}


class Exporter(QObject):
    """Owns the export actions; the first one is the checkpoint, on Ctrl+E."""

    said = Signal(str)
    failed = Signal(object)
    """A StudioError."""
    began = Signal(object, str)
    """The Errand of an export, and what it does in words."""
    done = Signal(str)
    """Where an export went, in words."""

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
            if kind in _LAST_OF_GROUP:
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
        """Export in the pool; say each step, and at the end the size."""
        self._settings.setValue(_PLACE, str(to.parent))
        self.said.emit(f"Exporting {kind.label} to {to}")
        errand = Errand(lambda tell, gate: _exported(shown.folder, kind.id, to, tell, gate), self)
        errand.told.connect(lambda words: self.said.emit(f"Exporting {kind.label}: {words}"))
        errand.done.connect(self.said.emit)
        errand.done.connect(self.done.emit)
        errand.failed.connect(self.failed.emit)
        errand.cancelled.connect(lambda: self.said.emit(f"Exporting {kind.label}: cancelled"))
        self.began.emit(errand, f"Exporting {kind.label}")
        errand.start()

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


def _exported(folder: Path, kind: str, to: Path, tell: Tell, gate: Gate) -> str:
    """Export, and return in words what came of it."""
    words = ""

    def step(said: str) -> None:
        nonlocal words
        gate.check()
        words = said
        tell(said)

    path = export(folder, kind, to, step)
    files = path.rglob("*") if path.is_dir() else (path,)
    return f"Exported to {path}, {size(sum(file.stat().st_size for file in files))}. {words}".rstrip()
