"""Puts the window back as it was left: the page, the run on show, the form and the widths of columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QSettings
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QTreeView

from backend.api import ConfigError, RunConfig, read_config, to_toml

if TYPE_CHECKING:
    from gui.window import MainWindow

_PAGE, _RUN, _DRAFT, _COLUMNS = "restore/page", "restore/run", "restore/draft", "restore/columns"

_SELDOM = 15
"""Seconds from one search for tables to the next."""


class Restoring(QObject):
    """`restore` once, when the window is made; `remember` every second, so that a window that dies forgets little."""

    def __init__(self, window: MainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self._draft: RunConfig | None = None
        self._times = 0
        window.control.listed.connect(self._listed)

    def restore(self) -> None:
        """Put back page and form; the run follows when the list of runs is read, columns when they are there."""
        window = self._window
        titles = [window.pages.tabText(index) for index in range(window.pages.count())]
        page = self._text(_PAGE)
        if page in titles:
            window.pages.setCurrentIndex(titles.index(page))
        draft = self._kept_draft()
        if draft is not None:
            window.parts.new_run.load(draft)
        for name, header in self._headers().items():
            kept = self._settings.value(f"{_COLUMNS}/{name}")
            if isinstance(kept, QByteArray):
                header.restoreState(kept)

    def remember(self, *, all_of_it: bool) -> None:
        """Keep what has changed; the widths of columns, for which the whole window is searched, not every time.

        Args:
            all_of_it: search now.
        """
        window = self._window
        self._keep(_PAGE, window.pages.tabText(window.pages.currentIndex()))
        if window.viewer.shown is not None:
            self._keep(_RUN, str(window.viewer.shown.folder))
        draft = window.parts.new_run.draft.config
        if draft is not None and draft != self._draft:
            self._draft = draft
            self._keep(_DRAFT, to_toml(draft))
        self._times += 1
        if all_of_it or self._times % _SELDOM == 0:
            for name, header in self._headers().items():
                self._keep(f"{_COLUMNS}/{name}", header.saveState())

    def _listed(self) -> None:
        """Show the run that was on show, unless another one is asked for or trained now."""
        self._window.control.listed.disconnect(self._listed)
        viewer, folder = self._window.viewer, self._text(_RUN)
        known = {str(run.folder) for run in self._window.control.runs.rows()}
        if viewer.asked is None and folder in known:
            viewer.open(Path(folder))

    def _headers(self) -> dict[str, QHeaderView]:
        """Return the headings of the tables that have a name, by that name."""
        found: dict[str, QHeaderView] = {}
        for view in self._window.findChildren(QAbstractItemView):
            if view.accessibleName() and isinstance(view, QTreeView | QTableView):
                found[view.accessibleName()] = view.header() if isinstance(view, QTreeView) else view.horizontalHeader()
        return found

    def _kept_draft(self) -> RunConfig | None:
        """Return the form as it was left; none where it is no longer valid, such as after a plug-in was removed."""
        text = self._text(_DRAFT)
        try:
            return read_config(text) if text else None
        except ConfigError:
            return None

    def _text(self, key: str) -> str:
        return str(self._settings.value(key, ""))

    def _keep(self, key: str, value: object) -> None:
        if self._settings.value(key) != value:
            self._settings.setValue(key, value)
