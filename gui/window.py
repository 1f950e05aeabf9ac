"""The main window: puts pages, panels and commands together; what they do is in their own files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QCloseEvent, QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from backend.api import RunConfig, RunEnded
from gui import background, errands, theme
from gui.actions import Actions, build_menus, build_toolbar
from gui.adding import Adding
from gui.closing import Closing
from gui.comforts import Comforts
from gui.control import Control
from gui.estimating import Estimating
from gui.exports import Exporter
from gui.layout import add_docks, remember_layout
from gui.looking import Looking
from gui.offers import Offers
from gui.parts import Parts
from gui.queueing import Queueing
from gui.session import Session
from gui.shelf import Shelf
from gui.splitting import Splitting
from gui.state.log import Line
from gui.state.runs import RESUMABLE
from gui.tools import Tools
from gui.watching import Watching
from gui.widgets.about import AboutDialog

SIZE = QSize(1440, 900)
_LAYOUT_VERSION = 2
_SECOND_MS = 1000


class MainWindow(QMainWindow):
    """One window, one run at a time; old runs open beside it."""

    def __init__(self, settings: QSettings, root: Path | None = None, session: Session | None = None) -> None:
        super().__init__()
        self.setWindowTitle("DMC Studio")
        self.settings = settings
        self.session = session or Session(self)
        self.control = Control(self.session, root, self)
        self.viewer = self.control.viewer
        self.parts = Parts(self.control.runs)
        self.comforts = Comforts(self, settings)
        self.offers = Offers(self, self.control, self.parts, settings)
        self.queueing = Queueing(self.control, self.parts.queue, self.parts.banner, self)
        self.closing = Closing(self, self.control, self.queueing)
        self.exporter = Exporter(self, settings)
        self.splitting = Splitting(self)
        self.adding = Adding(self, self.control)
        self.commands = Actions(self)
        self.tools = Tools(self, self.control, self.parts)
        self.watching = Watching(self.control, self.parts, self)
        self.looking = Looking(self, self.viewer, self.parts.live)
        self.estimating = Estimating(
            self.parts.new_run.estimate, lambda: self.session.busy or self.queueing.running, self
        )
        self.shelf = Shelf(self, settings)
        self._lay_out()
        self._connect_commands()
        self._connect_parts()
        self._default_state = self.saveState(_LAYOUT_VERSION)
        self._restore()
        self._dress(theme.current())
        self._draft_changed(self.parts.new_run.config())
        self.parts.show_problems(None)
        self._run_state()
        self.comforts.tie()
        self._second = QTimer(self, interval=_SECOND_MS)
        self._second.timeout.connect(self._tick)
        self._second.start()
        self.queueing.restore()
        self.control.refresh()

    # --- commands ---

    def start(self) -> None:
        """Start a run with the form's settings, if they are valid."""
        if self.parts.new_run.config() is None:
            self.parts.status.say("The form has a mistake; see the marked field")
            self.docks["New run"].show()
            self.docks["New run"].raise_()
        self.parts.new_run.start()

    def start_demo(self) -> None:
        """Start the demo preset, and show it in the form."""
        demo = RunConfig()
        self.parts.new_run.load(demo)
        self.control.start(demo)

    def resume_shown(self) -> None:
        """Go on with the shown run."""
        if self.viewer.shown is not None:
            self.control.resume(self.viewer.shown.folder)

    def use_settings(self) -> None:
        """Fill the form with the shown run's settings."""
        shown = self.viewer.shown
        if shown is not None and shown.config is not None:
            self.parts.new_run.load(shown.config)
            self.docks["New run"].show()
            self.parts.status.say(f"The form has the settings of {shown.name}")

    def set_theme(self, chosen: theme.Theme) -> None:
        """Dress the application and everything that draws with colours of its own."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, chosen)
        self._dress(chosen)

    def _dress(self, chosen: theme.Theme) -> None:
        self.commands.refresh_icons()
        self.comforts.set_theme(chosen)
        self.exporter.refresh_icons()
        self.parts.set_theme(chosen)
        self.tools.set_theme(chosen)
        self.looking.set_theme(chosen)

    def _open_folder(self) -> None:
        if self.viewer.shown is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.viewer.shown.folder)))

    def _compare(self, folders: list[Path]) -> None:
        self.parts.compare.show_folders(folders)
        self.pages.setCurrentWidget(self.parts.compare)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "Open run folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda path: self.viewer.open(Path(path)))
        dialog.fileSelected.connect(lambda path: self.comforts.keep_recent(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # --- what happens ---

    def _show_run(self) -> None:
        shown = self.viewer.shown
        if shown is not None:
            self.exporter.set_run(shown)
            self.parts.show_run(shown, busy=self.session.busy)
            self._run_state()

    def _grow(self, lines: list[Line]) -> None:
        if self.viewer.shown is not None:
            self.parts.grow(self.viewer.shown, lines, busy=self.session.busy)

    def _show_list(self) -> None:
        self.parts.runs.refresh()
        if self.viewer.asked is not None:
            self.parts.runs.select(self.viewer.asked)

    def _tick(self) -> None:
        remember_layout(self, self.settings, _LAYOUT_VERSION)
        self.comforts.remember()
        if self.viewer.shown is not None:
            self.parts.tick(self.viewer.shown)
        self.watching.tick()

    def _run_state(self) -> None:
        session, shown = self.session, self.viewer.shown
        self.commands.set_run_state(running=session.running, paused=session.paused, stopping=session.stopping)
        self.commands.start.setEnabled(not session.busy)
        self.commands.resume.setEnabled(not session.busy and shown is not None and shown.state in RESUMABLE)
        for action in (self.commands.folder, self.commands.settings):
            action.setEnabled(shown is not None)
        self.parts.new_run.set_running(session.busy)
        self.parts.show_facts(shown, busy=session.busy)

    def _run_ended(self, ended: RunEnded) -> None:
        self._run_state()
        if self.control.last is not None:
            self.estimating.learn(self.control.last)
        if not self.closing.wanted:
            self.offers.run_ended(ended)

    def _draft_changed(self, config: RunConfig | None) -> None:
        self.parts.show_draft(config, self.viewer.shown)
        self.estimating.show_config(config)

    def show_queue(self) -> None:
        """Bring the queue to the front."""
        self.docks["Runs"].show()
        self.docks["Runs"].raise_()
        self.parts.side.show_queue()

    def _name_queue(self) -> None:
        self.parts.side.count_queue(len(self.queueing.state.lineup.folders("waiting", "running")))

    def _show_way_to_data(self) -> None:
        if not self.session.running:
            self.pages.setCurrentWidget(self.parts.data)

    # --- Qt ---

    def event(self, event: QEvent) -> bool:
        """Let Space press the button that has the focus; elsewhere it pauses the run."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            on_button = isinstance(self.focusWidget(), QAbstractButton)
            if on_button and event.key() == Qt.Key.Key_Space and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout; while a run is on, ask first."""
        if not self.closing.may_close():
            event.ignore()
            return
        remember_layout(self, self.settings, _LAYOUT_VERSION)
        self.comforts.close()
        self._second.stop()
        self.watching.stop()
        self.estimating.stop()
        # A connection that hangs must not look like a window that hangs.
        self.hide()
        errands.cancel_all(self)
        # Answers of the pool go to objects that are about to be destroyed.
        background.wait()
        self.queueing.close()
        super().closeEvent(event)

    def _restore(self) -> None:
        geometry, state = self.settings.value("geometry"), self.settings.value("state")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(SIZE.boundedTo(self.screen().availableSize()))
        if isinstance(state, QByteArray):
            self.restoreState(state, _LAYOUT_VERSION)
        self.parts.live.remember_in(self.settings)

    # --- construction ---

    def _lay_out(self) -> None:
        parts = self.parts
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        for page in (parts.live, parts.compare, parts.data, parts.drift, parts.try_it):
            index = self.pages.addTab(page, page.title)
            self.pages.setTabToolTip(index, page.help)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(parts.banner)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.setStatusBar(parts.status)
        self.docks = add_docks(self, parts)
        toggles: list[QAction] = [dock.toggleViewAction() for dock in self.docks.values()]
        menus = (self.comforts.recent.menu, self.comforts.page_menu())
        build_menus(self, self.commands, self.exporter, toggles, *menus)
        build_toolbar(self, self.commands, self.exporter, parts.device)
        parts.runs.details.set_export_menu(self.exporter.menu())

    def _connect_commands(self) -> None:
        do, control, prefer = self.commands, self.control, self.comforts.preferences
        for action, slot in (
            (do.start, self.start),
            (do.enqueue, self.parts.new_run.add_to_queue),
            (do.queue, self.show_queue),
            (do.pause, control.toggle_pause),
            (do.stop, control.stop),
            (do.free, control.free),
            (do.thread, lambda: prefer.set("train_in", "thread")),
            (do.process, lambda: prefer.set("train_in", "process")),
            (do.resume, self.resume_shown),
            (do.add_task, self.adding.open),
            (do.open, self._ask_folder),
            (do.folder, self._open_folder),
            (do.refresh, control.refresh),
            (do.settings, self.use_settings),
            (do.quit, self.close),
            (do.system, lambda: prefer.set("theme", "system")),
            (do.light, lambda: prefer.set("theme", "light")),
            (do.dark, lambda: prefer.set("theme", "dark")),
            (do.preferences, self.comforts.show_preferences),
            (do.palette, self.comforts.open_palette),
            (do.shortcuts, self.comforts.show_shortcuts),
            (do.whats_this, self.comforts.whats_this),
            (do.reset, lambda: self.restoreState(self._default_state, _LAYOUT_VERSION)),
            (do.get_data, self.tools.get_data),
            (do.check, self.tools.check),
            (do.self_test, self.tools.self_test),
            (do.logs, self.watching.open_log),
            (do.about, lambda: AboutDialog(self).open()),
        ):
            action.triggered.connect(lambda _=False, slot=slot: slot())

    def _connect_parts(self) -> None:
        control, viewer, parts = self.control, self.viewer, self.parts
        parts.new_run.start_requested.connect(control.start)
        parts.new_run.queue_requested.connect(lambda runs, begin: self.queueing.prepare(runs, begin=begin))
        self.queueing.changed.connect(self._name_queue)
        self.queueing.said.connect(parts.status.say)
        self.queueing.failed.connect(self.offers.show_error)
        parts.new_run.draft_changed.connect(self._draft_changed)
        self.session.began.connect(lambda _: self.estimating.make_way())
        for source in (parts.data.edit_tasks_requested, parts.new_run.preview.edit_requested):
            source.connect(lambda: self.splitting.open(parts.new_run.draft.config))
        self.splitting.settled.connect(parts.new_run.draft.set_together)
        self.splitting.failed.connect(self.offers.show_error)
        parts.new_run.preview.data_missing.connect(self._show_way_to_data)
        self.session.began.connect(lambda _: self.pages.setCurrentWidget(parts.live))
        parts.data.folder_chosen.connect(lambda path: parts.new_run.draft.set("data.root", path))
        parts.data.fetch_requested.connect(self.tools.get_data)
        parts.data.import_requested.connect(self.tools.import_archive)
        parts.runs.open_requested.connect(viewer.open)
        parts.runs.details.open_folder.connect(self._open_folder)
        parts.runs.details.use_settings.connect(self.use_settings)
        parts.runs.details.resume.connect(self.resume_shown)
        parts.problems.count_changed.connect(lambda count: self.docks["Problems"].setWindowTitle(f"Problems ({count})"))
        viewer.switched.connect(self._show_run)
        viewer.grown.connect(self._grow)
        control.changed.connect(self._run_state)
        control.listed.connect(self._show_list)
        control.run_ended.connect(self._run_ended)
        control.said.connect(parts.status.say)
        self.exporter.said.connect(parts.status.say)
        self.tools.said.connect(parts.status.say)
        parts.runs.compare_requested.connect(self._compare)
        for source in (*parts.explorers, *(chart.saving for chart in parts.live.charts)):
            source.said.connect(parts.status.say)
            source.failed.connect(self.offers.show_error)
        for source in (control, viewer, self.exporter):
            source.failed.connect(self.offers.show_error)
