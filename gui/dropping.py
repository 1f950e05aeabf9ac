"""Opens whatever is dropped on the window, chosen from Open recent, or named on the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from backend.api import DataError, FileKind, Recognised, RunConfig, StudioError, load_config, recognise
from gui.background import submit
from gui.widgets.banner import Offer
from gui.widgets.drop_overlay import DropOverlay

if TYPE_CHECKING:
    from gui.window import MainWindow

_WORDS: dict[FileKind, str] = {
    "run": "Open this run",
    "bundle": "Use what this bundle has learned",
    "weights": "Start from these weights: sets Model in the form",
    "settings": "Fill the form with these settings",
    "picture": "Ask the shown run what is on this picture",
    "pictures": "Use this folder of pictures as the data set",
    "unknown": "This cannot be used here",
}
_USABLE = "Drop a run folder, a bundle, a run.toml, a folder of pictures, or a picture."
_PLACED: frozenset[FileKind] = frozenset({"run", "bundle", "settings"})
"""What Open recent remembers."""


class Dropping(QObject):
    """Looks at what is dragged over the window in the pool, says what a drop would do, and does it."""

    failed = Signal(object)
    """A StudioError."""
    said = Signal(str)
    """A sentence for the status bar."""
    opened = Signal(object)
    """The path of something that Open recent should remember."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dragged: tuple[Path, ...] = ()
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def open(self, paths: Sequence[Path]) -> None:
        """Open what lies at a path; several at once are refused."""
        submit(self, lambda: [_recognised(path) for path in paths], self._act, self.failed.emit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dragged over the window and dropped on it."""
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if kind == QEvent.Type.DragLeave:
            self._dragged = ()
            self.overlay.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            event.acceptProposedAction()
            paths, self._dragged = self._dragged, ()
            self.overlay.hide()
            self.open(paths)
            return True
        return False

    def _enter(self, event: QDragEnterEvent) -> bool:
        paths = local_paths(event.mimeData())
        if not paths:
            return False
        event.acceptProposedAction()
        self._dragged = paths
        self.overlay.announce("Looking what this is…", paths)
        submit(self, lambda: [_recognised(path) for path in paths], lambda found: self._announce(paths, found), _nobody)
        return True

    def _announce(self, paths: tuple[Path, ...], found: list[Recognised]) -> None:
        if paths == self._dragged:
            kind = _kind(found)
            words = _WORDS[kind] if kind != "unknown" else f"{_WORDS[kind]}. {_USABLE}"
            self.overlay.announce(words, paths, usable=kind != "unknown")

    def _act(self, found: list[Recognised]) -> None:
        kind = _kind(found)
        path = found[0].path
        if kind in _PLACED:
            self.opened.emit(path)
        acts: dict[FileKind, Callable[[], None]] = {
            "run": lambda: self._window.viewer.open(path),
            "bundle": lambda: self._ask(path),
            "weights": lambda: self._fill({"model.name": f"local-dir:{path}", "model.pretrained": ""}),
            "settings": lambda: self._load(path),
            "picture": lambda: self._try(path),
            "pictures": lambda: self._fill({"data.name": "folder", "data.root": str(path)}),
            "unknown": lambda: self.failed.emit(_refusal(found)),
        }
        acts[kind]()

    # --- what a drop does ---

    def _ask(self, bundle: Path) -> None:
        window = self._window
        add = Offer("Add a task to it", "Go on with new classes", lambda: window.adding.open(bundle))
        try_it = Offer("Try it on pictures", "Ask it what is on pictures", lambda: self._try(bundle))
        self.overlay.ask(f"What shall be done with {bundle.name}?", (add, try_it))

    def _fill(self, values: dict[str, str]) -> None:
        self._show_form()
        self._window.parts.new_run.draft.set_together(values)
        self.said.emit(f"The form has {next(reversed(values.values())) or values['model.name']}")

    def _load(self, path: Path) -> None:
        def show(config: RunConfig) -> None:
            self._show_form()
            self._window.parts.new_run.load(config)
            self.said.emit(f"The form has the settings of {path}")

        submit(self, lambda: load_config(path), show, self.failed.emit)

    def _show_form(self) -> None:
        self._window.docks["New run"].show()
        self._window.docks["New run"].raise_()

    def _try(self, path: Path) -> None:
        """Ask the shown run about a picture, or a bundle about the next one."""
        page = self._window.parts.try_it
        self._window.pages.setCurrentWidget(page)
        page.ensure_built()
        if path.suffix.lower() == ".zip":
            page.use_bundle(path)
        else:
            page.open(path)


def local_paths(data: QMimeData) -> tuple[Path, ...]:
    """Return the files and folders of this machine that are dragged."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def _recognised(path: Path) -> Recognised:
    """Return what a path is; what is not there, or may not be read, is nothing that could be used."""
    try:
        return recognise(path.expanduser().absolute())
    except OSError:
        return Recognised("unknown", path)


def _kind(found: Sequence[Recognised]) -> FileKind:
    """Return what a thing is; several things are nothing together."""
    return found[0].kind if len(found) == 1 else "unknown"


def _refusal(found: Sequence[Recognised]) -> StudioError:
    if len(found) > 1:
        return DataError(f"These {len(found)} things cannot be used together.", "Drop one at a time.")
    path = found[0].path
    what = "is not there, or is nothing" if not path.exists() else "is nothing"
    return DataError(f"'{path.name or path}' {what} that can be used here.", _USABLE)


def _nobody(error: StudioError) -> None:
    """Say nothing: the drop itself tells what is wrong."""
