"""What the command palette offers of the window itself; other files add their own with `@provider`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMenu, QScrollArea, QToolButton, QWidget

from backend.api import Preset, RunSummary, catalogue
from gui.charts.base import Chart
from gui.forms import FieldRow
from gui.palette import Command, gather, provider

if TYPE_CHECKING:
    from gui.window import MainWindow


def offered(window: MainWindow) -> list[Command]:
    """Return every command that there is now: those below, and those of other files."""
    return gather(window)


@provider
def menu_commands(window: MainWindow) -> Iterator[Command]:
    """Yield every action of the menus, then those that are in no menu and have a shortcut."""
    toggles = {dock.toggleViewAction() for dock in window.docks.values()}
    seen: set[QAction] = set(toggles)
    for group, action in walk_menus(window):
        if action not in seen:
            seen.add(action)
            yield _of_action(group, action)
    for action in window.findChildren(QAction):
        if action not in seen and action.text() and action.shortcuts() and isinstance(action.parent(), QWidget):
            yield _of_action(_owner(action), action)


@provider
def page_commands(window: MainWindow) -> Iterator[Command]:
    """Yield the pages."""
    for index in range(window.pages.count()):
        show = partial(window.comforts.go_to_page, index)
        yield Command("Page", window.pages.tabText(index), show, help=window.pages.tabToolTip(index))


@provider
def panel_commands(window: MainWindow) -> Iterator[Command]:
    """Yield the panels: to go to one, and to put it away."""
    for title, dock in window.docks.items():
        yield Command("Panel", f"Show {title}", partial(show_dock, dock), help="Bring this panel to the front")
        yield Command("Panel", f"Hide {title}", dock.hide, possible=not dock.isHidden(), help="Put this panel away")


@provider
def run_commands(window: MainWindow) -> Iterator[Command]:
    """Yield every run that is known."""
    for run in window.control.runs.rows():
        yield Command("Open run", run.name, partial(window.viewer.open, run.folder), note=_known(run))


@provider
def preset_commands(window: MainWindow) -> Iterator[Command]:
    """Yield the presets of the form."""
    for preset in _presets():
        load = partial(_in_form, window, partial(window.parts.new_run.presets.chosen.emit, preset.config))
        yield Command("Preset", preset.label, load, help=preset.help)


@provider
def setting_commands(window: MainWindow) -> Iterator[Command]:
    """Yield the settings of the form: a line for each choice, and one that leads to the field."""
    for row in window.parts.new_run.form.rows.values():
        yield from _choices(window, row)
        field = row.field
        note = str(field.show(window.parts.new_run.draft.value(field.key)))
        yield Command("Setting", f"{field.label}…", partial(show_row, window, row), note=note, help=field.help)


@provider
def chart_commands(window: MainWindow) -> Iterator[Command]:
    """Yield what the menus and buttons of every chart on show can do."""
    for chart in window.findChildren(Chart):
        if not chart.isVisibleTo(window):
            continue
        for action in chart.findChildren(QAction):
            if action.text() and not action.isSeparator() and _is_ours(action):
                yield _of_action(f"Chart {chart.title}", action)


def walk_menus(window: MainWindow) -> Iterator[tuple[str, QAction]]:
    """Yield every entry of the menu bar with the menus that it is in, such as `File > Export`."""
    for action in window.menuBar().actions():
        yield from _walk(action.menu(), plain(action.text()))


def plain(text: str) -> str:
    """Return a menu's text without the marks of its underlined letters."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def keys_of(action: QAction) -> str:
    """Return all shortcuts of an action, as people read them."""
    return ", ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())


def show_dock(dock: QDockWidget) -> None:
    """Bring a panel to the front, and the keyboard to it."""
    dock.show()
    dock.raise_()
    dock.widget().setFocus(Qt.FocusReason.OtherFocusReason)
    if (first := dock.widget().nextInFocusChain()) is not None:
        first.setFocus(Qt.FocusReason.TabFocusReason)


def show_row(window: MainWindow, row: FieldRow) -> None:
    """Lead to a field of the form, unfolding what it is folded into."""
    show_dock(window.docks["New run"])
    if row.field.advanced:
        window.parts.new_run.form.advanced.setChecked(True)
    row.editor.widget.setFocus(Qt.FocusReason.OtherFocusReason)
    # Where the row is, is settled only after what was folded away is laid out.
    QTimer.singleShot(0, row, lambda: _scroll_to(row))


def _walk(menu: Any, group: str) -> Iterator[tuple[str, QAction]]:  # noqa: ANN401 - Qt says QObject where it means QMenu
    if not isinstance(menu, QMenu):
        return
    for action in menu.actions():
        if isinstance(action.menu(), QMenu):
            yield from _walk(action.menu(), f"{group} > {plain(action.text())}")
        elif action.text() and not action.isSeparator():
            yield group, action


def _of_action(group: str, action: QAction) -> Command:
    note = "on" if action.isCheckable() and action.isChecked() else ""
    # Where there is no help, Qt says the name again.
    help_text = "" if action.toolTip() == plain(action.text()).rstrip("…") else action.toolTip()
    return Command(group, plain(action.text()), action.trigger, keys_of(action), note, help_text, action.isEnabled())


def _owner(action: QAction) -> str:
    """Return the name of the nearest part of the window that has one."""
    part = action.parent()
    while isinstance(part, QWidget) and not part.isWindow():
        if part.accessibleName():
            return part.accessibleName()
        part = part.parentWidget()
    return "Window"


def _is_ours(action: QAction) -> bool:
    """Tell whether an action is of a menu or button of ours: pyqtgraph's scenes bring one that nobody can reach."""
    return isinstance(action.parent(), QToolButton | QMenu | Chart)


def _choices(window: MainWindow, row: FieldRow) -> Iterator[Command]:
    field, draft = row.field, window.parts.new_run.draft
    now = draft.value(field.key)

    def put(values: dict[str, Any]) -> None:
        for key, value in values.items():
            draft.set(key, value)

    if field.kind == "switch":
        turn = partial(put, {field.key: not now})
        yield Command(field.label, "off" if now else "on", partial(_in_form, window, turn), help=field.help)
    for entry in field.choices:
        value = field.read(entry.label)
        take = partial(put, {field.key: value, **entry.also})
        note = "chosen" if value == now else ""
        yield Command(field.label, entry.label, partial(_in_form, window, take), note=note, help=entry.help)


@cache
def _presets() -> tuple[Preset, ...]:
    """Return the presets; they are read from files that do not change while the window is open."""
    return catalogue().presets


def _in_form(window: MainWindow, act: Any) -> None:  # noqa: ANN401
    """Change something in the form, and show the form."""
    window.docks["New run"].show()
    window.docks["New run"].raise_()
    act()


def _scroll_to(row: QWidget) -> None:
    part = row.parentWidget()
    while part is not None:
        if isinstance(part, QScrollArea):
            part.ensureWidgetVisible(row)
            return
        part = part.parentWidget()


def _known(run: RunSummary) -> str:
    return f"{run.last:.1f} %, {run.state}" if run.last is not None else run.state
