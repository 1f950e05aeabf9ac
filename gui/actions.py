"""Every command of the window once, with its shortcut; menus and toolbar only point at them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QPushButton, QSizePolicy, QToolBar, QToolButton, QWidget

from gui.exports import Exporter
from gui.icons import icon
from gui.preferences import Preferences


@dataclass(frozen=True, slots=True)
class _Command:
    text: str
    help: str
    icon: str = ""
    keys: tuple[str, ...] = ()


_COMMANDS = {
    "start": _Command("&Start", "Start a run with the settings at the left", "start", ("F5",)),
    "enqueue": _Command("Add to &queue", "Let what the form asks for wait in the queue", "run-queued", ("Ctrl+F5",)),
    "queue": _Command("Show &queue", "Bring the queue to the front", "", ("Ctrl+Shift+Q",)),
    "pause": _Command("&Pause", "Hold the run after this step, or let it go on", "pause", ("Space",)),
    "stop": _Command("S&top", "Stop the run after this step; everything so far is saved", "stop", ("Shift+F5",)),
    "free": _Command(
        "Pause and &free the GPU", "Save the run at this step and give the device's memory back", "", ("Shift+Space",)
    ),
    "thread": _Command("&Background thread", "Train inside the window; a crash of the run closes it too"),
    "process": _Command(
        "Separate &process",
        "Train beside the window: a crash cannot close it, and the run can outlive it. About as much memory",
    ),
    "add_task": _Command(
        "&Add a task…", "Go on with a run, or a bundle, on classes that it has not seen", "add", ("Ctrl+T",)
    ),
    "resume": _Command(
        "&Resume shown run", "Go on with the shown run at its last checkpoint", "resume", ("Ctrl+Shift+R",)
    ),
    "open": _Command("&Open run folder…", "Open a run that lies elsewhere", "folder", ("Ctrl+O",)),
    "folder": _Command(
        "Show in &file manager", "Open the shown run's folder in the file manager", "", ("Ctrl+Shift+O",)
    ),
    "refresh": _Command("Re&fresh runs", "Read the list of runs again", "reset", ("Ctrl+R",)),
    "settings": _Command(
        "&Use settings of shown run", "Fill the form with the shown run's settings", "settings", ("Ctrl+U",)
    ),
    "quit": _Command("&Quit", "Close DMC Studio", "", ("Ctrl+Q",)),
    "preferences": _Command("Se&ttings…", "Colours, font, where runs are trained, caches", "settings", ("Ctrl+,",)),
    "palette": _Command(
        "&Commands…", "Find a command, setting, page, chart or run by a few letters", "search", ("Ctrl+K",)
    ),
    "system": _Command("As the des&ktop", "Light or dark, as the desktop is"),
    "light": _Command("&Light", "Light colours", "sun"),
    "dark": _Command("&Dark", "Dark colours", "moon"),
    "reset": _Command("&Reset layout", "Put all panels back where they were at first"),
    "get_data": _Command("&Get data…", "See which data sets are there, and get one", "download", ("Ctrl+D",)),
    "check": _Command("&Check…", "See whether everything is there that a run needs", "run-done"),
    "self_test": _Command("&Self-test…", "Compare data and weights with published numbers", ""),
    "shortcuts": _Command("&Shortcuts", "All shortcuts, with a search", "", ("F1",)),
    "whats_this": _Command("&What's this?", "The next click says what it is on", "", ("Shift+F1",)),
    "logs": _Command("Open &log folder", "Show where the window writes down when it hung, and in what"),
    "about": _Command("&About DMC Studio", "What DMC is, and what it is not", "info"),
}


class Actions:
    """All commands by name."""

    def __init__(self, window: QMainWindow) -> None:
        self.start, self.pause, self.stop = (_make(window, name) for name in ("start", "pause", "stop"))
        self.enqueue, self.queue = (_make(window, name) for name in ("enqueue", "queue"))
        self.free, self.thread, self.process = (_make(window, name) for name in ("free", "thread", "process"))
        self.resume, self.open, self.folder = (_make(window, name) for name in ("resume", "open", "folder"))
        self.add_task = _make(window, "add_task")
        self.refresh, self.settings, self.quit = (_make(window, name) for name in ("refresh", "settings", "quit"))
        self.light, self.dark, self.reset = (_make(window, name) for name in ("light", "dark", "reset"))
        self.system, self.preferences = (_make(window, name) for name in ("system", "preferences"))
        self.palette, self.shortcuts = (_make(window, name) for name in ("palette", "shortcuts"))
        self.whats_this = _make(window, "whats_this")
        self.get_data, self.check, self.self_test = (_make(window, name) for name in ("get_data", "check", "self_test"))
        self.logs, self.about = (_make(window, name) for name in ("logs", "about"))
        for choices in ((self.system, self.light, self.dark), (self.thread, self.process)):
            group = QActionGroup(window)
            for action in choices:
                action.setCheckable(True)
                group.addAction(action)
        self.set_run_state(running=False, paused=False, stopping=False)

    def set_run_state(self, *, running: bool, paused: bool, stopping: bool) -> None:
        """Allow what makes sense now."""
        self.pause.setEnabled(running and not stopping)
        self.stop.setEnabled(running and not stopping)
        self.free.setEnabled(running and not stopping)
        self.pause.setText("Go &on" if paused else "&Pause")
        self.pause.setData("resume" if paused else "pause")
        self.pause.setIcon(icon("resume" if paused else "pause"))

    def show_preferences(self, chosen: Preferences) -> None:
        """Mark what is chosen in the menus."""
        {"system": self.system, "light": self.light, "dark": self.dark}[chosen.theme].setChecked(True)
        (self.process if chosen.train_in == "process" else self.thread).setChecked(True)

    def refresh_icons(self) -> None:
        """Draw all icons anew after a change of theme."""
        for name, command in _COMMANDS.items():
            if command.icon:
                action: QAction = getattr(self, name)
                action.setIcon(icon(action.data() or command.icon))


def build_menus(
    window: QMainWindow, actions: Actions, exporter: Exporter, docks: list[QAction], recent: QMenu, pages: QMenu
) -> None:
    """Fill the menu bar."""
    bar = window.menuBar()
    file = _menu(bar.addMenu("&File"), (actions.open,))
    file.addMenu(recent)
    _menu(file, (actions.folder, None))
    file.addMenu(exporter.menu())
    _menu(file, (None, actions.preferences, None, actions.quit))
    run = _menu(bar.addMenu("&Run"), (actions.start, actions.enqueue, actions.pause, actions.free, actions.stop, None))
    where = _menu(run.addMenu("Train &in"), (actions.thread, actions.process))
    where.menuAction().setToolTip("Where the next run is trained")
    _menu(run, (None, actions.resume, actions.add_task, actions.settings, actions.refresh))
    view = _menu(bar.addMenu("&View"), (actions.palette, None))
    view.addMenu(_titled(pages, "Show a page"))
    colours = _menu(view.addMenu("&Colours"), (actions.system, actions.light, actions.dark))
    _titled(colours, "Light, dark, or as the desktop")
    view.addSeparator()
    view.addActions(docks)
    _menu(view, (actions.queue, None, actions.reset))
    _menu(bar.addMenu("&Tools"), (actions.get_data, None, actions.check, actions.self_test))
    _menu(bar.addMenu("&Help"), (actions.shortcuts, actions.whats_this, None, actions.logs, None, actions.about))


def build_toolbar(window: QMainWindow, actions: Actions, exporter: Exporter, device: QLabel) -> QToolBar:
    """Make the toolbar: Start, Pause, Stop, Export at the left, the device at the right."""
    bar = QToolBar("Toolbar", window)
    bar.setObjectName("toolbar")
    bar.setMovable(False)
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    for action in (actions.start, actions.pause, actions.stop):
        bar.addAction(action)
    bar.addSeparator()
    export = QToolButton()
    export.setText("Export")
    export.setEnabled(exporter.checkpoint.isEnabled())
    export.clicked.connect(exporter.checkpoint.trigger)

    def follow() -> None:
        export.setEnabled(exporter.checkpoint.isEnabled())
        export.setIcon(exporter.checkpoint.icon())

    exporter.checkpoint.changed.connect(follow)
    export.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    export.setToolTip("Export the checkpoint (Ctrl+E); the arrow has more")
    export.setMenu(exporter.menu())
    bar.addWidget(export)
    spacer = QWidget()
    spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(spacer)
    bar.addWidget(device)
    bar.addWidget(_palette_button(actions.palette))
    window.addToolBar(bar)
    return bar


def _palette_button(palette: QAction) -> QPushButton:
    """Return what looks like a search field, and opens the command palette."""
    button = QPushButton(palette.icon(), "Ctrl+K  commands")
    button.setProperty("role", "field")
    button.setIconSize(QSize(16, 16))
    palette.changed.connect(lambda: button.setIcon(palette.icon()))
    button.setAccessibleName("Commands")
    button.setToolTip(palette.toolTip())
    button.clicked.connect(palette.trigger)
    return button


def _titled(menu: QMenu, help_text: str) -> QMenu:
    menu.menuAction().setToolTip(help_text)
    return menu


def _make(window: QMainWindow, name: str) -> QAction:
    command = _COMMANDS[name]
    action = QAction(command.text, window)
    action.setObjectName(name)
    action.setShortcuts([QKeySequence(keys) for keys in command.keys])
    keys = f" ({command.keys[0]})" if command.keys else ""
    action.setToolTip(f"{command.help}{keys}")
    action.setStatusTip("")
    if command.icon:
        action.setIcon(icon(command.icon))
    return action


def _menu(menu: QMenu, entries: tuple[QAction | None, ...]) -> QMenu:
    menu.setToolTipsVisible(True)
    for action in entries:
        if action is None:
            menu.addSeparator()
        else:
            menu.addAction(action)
    return menu
