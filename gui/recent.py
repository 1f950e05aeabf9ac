"""File > Open recent: runs from elsewhere, bundles and run.toml files that were opened; what is gone is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QMenu, QWidget

from gui.background import submit

_KEY = "recent/paths"
_MOST = 10


class Recent(QObject):
    """A menu; choosing an entry opens it as if it had been dropped on the window."""

    open_requested = Signal(object)
    """The path."""

    def __init__(self, window: QWidget, settings: QSettings) -> None:
        super().__init__(window)
        self._settings = settings
        self.menu = QMenu("Open &recent", window)
        self.menu.setToolTipsVisible(True)
        self.menu.menuAction().setToolTip("Runs from elsewhere, bundles and run.toml files that were opened last")
        self.menu.aboutToShow.connect(self.look)
        self._fill()

    @property
    def paths(self) -> tuple[Path, ...]:
        """What was opened, newest first."""
        kept = self._settings.value(_KEY, [])
        texts = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return tuple(Path(str(text)) for text in texts if text)

    def add(self, path: Path) -> None:
        """Put a path on top."""
        self._keep((path, *(other for other in self.paths if other != path)))

    def look(self) -> None:
        """Find out, in the pool, which entries are gone, and leave them out."""
        paths = self.paths
        submit(self, lambda: [path for path in paths if not path.exists()], self._forget, lambda _: None)

    def _forget(self, gone: list[Path]) -> None:
        if gone:
            self._keep(tuple(path for path in self.paths if path not in gone))

    def _keep(self, paths: tuple[Path, ...]) -> None:
        self._settings.setValue(_KEY, [str(path) for path in paths[:_MOST]])
        self._settings.sync()
        self._fill()

    def _fill(self) -> None:
        self.menu.clear()
        for number, path in enumerate(self.paths, start=1):
            name = path.name.replace("&", "&&")
            self._entry(f"&{number % 10}  {name}", str(path), lambda path=path: self.open_requested.emit(path))
        self.menu.setEnabled(bool(self.paths))
        if self.paths:
            self.menu.addSeparator()
            self._entry("&Clear this list", "Forget these paths; nothing is deleted", lambda: self._keep(()))

    def _entry(self, text: str, help_text: str, act: Callable[[], None]) -> None:
        action = self.menu.addAction(text)
        action.setToolTip(help_text)
        action.triggered.connect(lambda _=False: act())
