"""What makes the window a good place: palette, shortcuts, settings, drops, recent files, notices, and how it was left.

Each of them is in a file of its own; here they are made, tied to one another and to the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from backend.api import RunEnded, StudioError, count, runs_folder
from gui import theme
from gui.commands import offered
from gui.dropping import Dropping
from gui.layout import fit_sides
from gui.notices import Notices
from gui.palette import Command
from gui.preferences import Preferences
from gui.recent import Recent
from gui.restoring import Restoring
from gui.state.log import duration
from gui.whats_this import explain_everything, explain_metrics
from gui.widgets.palette import CommandPalette
from gui.widgets.preferences import PreferencesDialog
from gui.widgets.shortcuts import ShortcutsDialog

if TYPE_CHECKING:
    from gui.window import MainWindow

_RECENT_COMMANDS = "palette/recent"
_MOST_RECENT = 8


class Comforts(QObject):
    """One for a window. `tie` is called once everything else of the window is there."""

    def __init__(self, window: MainWindow, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._settings = window, settings
        self.preferences = Preferences(settings, self)
        self.recent = Recent(window, settings)
        self.notices = Notices(window, self.preferences)
        self.palette: CommandPalette | None = None
        self.restoring: Restoring | None = None
        self.dropping: Dropping | None = None

    def tie(self) -> None:
        """Connect everything, and put the window back as it was left."""
        window = self._window
        self.dropping = dropping = Dropping(window)
        dropping.failed.connect(self._refused)
        dropping.said.connect(window.parts.status.say)
        dropping.opened.connect(self.keep_recent)
        self.recent.open_requested.connect(lambda path: dropping.open([path]))
        self.preferences.changed.connect(self._prefer)
        hints = QApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow_desktop)
        window.control.run_ended.connect(self._run_ended)
        window.exporter.done.connect(lambda words: self.notices.tell("Exported", words))
        window.exporter.began.connect(window.parts.status.work.watch)
        window.tools.done.connect(self.notices.tell)
        window.queueing.finished.connect(self._queue_done)
        explain_metrics(window.parts.runs.details)
        for name in ("train_in", "closing"):
            self._prefer(name)
        self.restoring = Restoring(window, self._settings)
        self.restoring.restore()

    def open(self, paths: Sequence[Path]) -> None:
        """Open paths as if they had been dropped on the window."""
        if self.dropping is not None:
            self.dropping.open(paths)

    def page_menu(self) -> QMenu:
        """Return a menu that leads to each page, with Ctrl+1, Ctrl+2, ..."""
        pages = self._window.pages
        menu = QMenu("Go to &page", self._window)
        for index in range(pages.count()):
            action = QAction(pages.tabText(index), self._window)
            action.setShortcut(QKeySequence(f"Ctrl+{index + 1}"))
            action.setToolTip(pages.tabToolTip(index))
            action.triggered.connect(lambda _=False, index=index: self.go_to_page(index))
            menu.addAction(action)
        return menu

    def go_to_page(self, index: int) -> None:
        """Show a page, and give it the keyboard: what one asked for by key is to be used by key."""
        pages = self._window.pages
        pages.setCurrentIndex(index)
        pages.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_recent(self, path: Path) -> None:
        """Let Open recent offer a path, unless it is among the runs anyway."""
        if path.parent != self._runs:
            self.recent.add(path)

    # --- commands ---

    def open_palette(self) -> None:
        """Open the command palette."""
        if self.palette is None:
            self.palette = CommandPalette(self._window)
            self.palette.set_theme(theme.current())
            self.palette.chosen.connect(self._do)
        self.palette.open_with(offered(self._window), self._recent_commands())

    def show_shortcuts(self) -> None:
        """Open the sheet of all shortcuts."""
        ShortcutsDialog(offered(self._window), self._window).open()

    def show_preferences(self) -> None:
        """Open the settings."""
        PreferencesDialog(self.preferences, self._runs, self._window).open()

    def whats_this(self) -> None:
        """Let the next click say what it is on."""
        explain_everything(self._window)

    def remember(self, *, all_of_it: bool = False) -> None:
        """Keep what has changed; called every second, and with `all_of_it` when the window closes."""
        if self.restoring is not None:
            self.restoring.remember(all_of_it=all_of_it)

    def set_theme(self, chosen: theme.Theme) -> None:
        """Take the theme's colours."""
        if self.palette is not None:
            self.palette.set_theme(chosen)

    def close(self) -> None:
        """The window closes: keep how it was left, and take the tray icon away."""
        self.remember(all_of_it=True)
        self._settings.sync()
        self.notices.close()
        self._window.offers.faults.close()

    @property
    def _runs(self) -> Path:
        return self._window.control.root or runs_folder()

    def _do(self, command: Command) -> None:
        kept = [command.id, *(name for name in self._recent_commands() if name != command.id)]
        self._settings.setValue(_RECENT_COMMANDS, kept[:_MOST_RECENT])
        command.act()

    def _recent_commands(self) -> list[str]:
        kept = self._settings.value(_RECENT_COMMANDS, [])
        return [kept] if isinstance(kept, str) else [str(name) for name in kept] if isinstance(kept, list) else []

    # --- preferences ---

    def _prefer(self, name: str) -> None:
        window, chosen = self._window, self.preferences
        app = QApplication.instance()
        if name == "theme" and isinstance(app, QApplication):
            window.set_theme(theme.chosen(app, chosen.theme))
        elif name == "font_size" and isinstance(app, QApplication):
            theme.set_font_size(app, chosen.font_size)
            window.set_theme(theme.current())
            fit_sides(window, window.docks)
        elif name == "train_in":
            window.session.where = chosen.train_in
        elif name == "closing":
            window.closing.habit = chosen.closing
        window.commands.show_preferences(chosen)

    def _follow_desktop(self) -> None:
        if self.preferences.theme == "system":
            self._prefer("theme")

    # --- what is done while nobody looks ---

    def _run_ended(self, ended: RunEnded) -> None:
        last = self._window.control.last
        if last is None:
            return
        words = {"finished": "has finished", "stopped": "was stopped", "failed": "has failed"}[ended.outcome]
        scores = last.curves.task_accuracy
        facts = [f"{duration(ended.seconds)}", *([f"last {scores[-1]:.1f} %"] if scores else [])]
        self.notices.tell(f"{last.name} {words}", ended.message or ", ".join(facts), lambda: self._show(last.folder))

    def _queue_done(self, total: int, failed: int) -> None:
        bad = f", of which {failed} did not finish" if failed else ""
        self.notices.tell("The queue is done", f"{count(total, 'run')}{bad}", self._window.show_queue)

    def _show(self, folder: Path) -> None:
        self._window.viewer.open(folder)

    def _refused(self, error: StudioError) -> None:
        self._window.offers.show_error(error)
