"""Every widget that can be used has a name, a tooltip and a keyboard path, and no label is cut off at any font size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QMessageBox,
    QPlainTextEdit,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QTabBar,
    QTextEdit,
    QToolBar,
    QToolButton,
    QWidget,
)

from backend.api import StudioError
from gui import background, theme
from gui.pages.base import Page
from gui.widgets.about import AboutDialog
from gui.widgets.elided import ElidedLabel
from gui.widgets.errors import show_error
from tests.gui.plain_window import finish_run, open_plain

INTERACTIVE = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTextEdit, QTabBar,
)  # fmt: skip
PARTS = (
    QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QMenuBar, QDockWidget, QToolBar, QAbstractItemView, QMessageBox,
)  # fmt: skip
"""Qt's own parts of these have no names, and are explained by what they belong to."""
ROOM = 2
"""Pixels by which a text may be larger than its label before anybody sees it."""


def is_part(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent, PARTS):
            return True
        parent = parent.parentWidget()
    inside_tabs = isinstance(widget, QToolButton) and isinstance(widget.parentWidget(), QTabBar)
    return inside_tabs or widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar | QHeaderView)


def say(widget: QWidget) -> str:
    """Return what a reader needs to find a widget."""
    owners, owner = [], widget.parentWidget()
    while owner is not None and len(owners) < 3:
        if type(owner).__module__.startswith(("gui.", "tests.")):
            owners.append(type(owner).__name__)
        owner = owner.parentWidget()
    text = getattr(widget, "text", lambda: "")() if not isinstance(widget, QAbstractSpinBox) else ""
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName() or text!r} in {' < '.join(owners)}"


def used(top: QWidget) -> Iterator[QWidget]:
    for widget in top.findChildren(QWidget):
        shown = widget.isVisible() and widget.window() is top.window()
        if shown and isinstance(widget, INTERACTIVE) and not is_part(widget):
            yield widget


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def has_keyboard_path(widget: QWidget) -> bool:
    """Tell whether a widget takes the keyboard, or does what a menu or shortcut does as well."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or not widget.isEnabled():
        return True
    by_action = isinstance(widget, QToolButton) and widget.defaultAction() is not None
    reads_only = isinstance(widget, QTabBar) and isinstance(widget.window(), QMainWindow)
    proxied = widget.focusProxy() is not None
    return by_action or reads_only or proxied or in_toolbar(widget) or widget.property("keys") is not None


def in_toolbar(widget: QWidget) -> bool:
    """What stands in the toolbar is in the menus too."""
    return isinstance(widget.parentWidget(), QToolBar)


def faults(top: QWidget) -> list[str]:
    found = []
    for widget in used(top):
        if not name_of(widget):
            found.append(f"no name: {say(widget)}")
        if not widget.toolTip() and not isinstance(widget, QTabBar):
            found.append(f"no tooltip: {say(widget)}")
        if not has_keyboard_path(widget):
            found.append(f"no keyboard path: {say(widget)}")
    return found


def cut_off(top: QWidget) -> list[str]:
    return [f"cut off: {say(label)} {label.size().toTuple()}" for label in top.findChildren(QLabel) if is_cut(label)]


def is_cut(label: QLabel) -> bool:
    """Tell whether a label on show has less room than its text; one that ends in an ellipsis has a tooltip."""
    if not label.isVisible() or not label.text():
        return False
    if isinstance(label, ElidedLabel) or label.text().endswith("…") or scrolls(label):
        return False
    if not label.wordWrap() and "<" in label.text():
        return label.width() + ROOM < label.sizeHint().width()
    if label.wordWrap():
        # Labels of one word may be as narrow as that word, and no lower than the lines which follow.
        return label.height() + ROOM < label.heightForWidth(label.width())
    ignored = label.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored
    needed = label.fontMetrics().size(0, label.text())
    room = label.contentsRect()
    return not ignored and (needed.width() > room.width() + ROOM or needed.height() > room.height() + ROOM)


def scrolls(label: QLabel) -> bool:
    """Tell whether a label is in a view that scrolls sideways as well: it is shown by scrolling there."""
    owner = label.parentWidget()
    while owner is not None:
        if isinstance(owner, QScrollArea):
            return owner.horizontalScrollBarPolicy() is not Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        owner = owner.parentWidget()
    return False


@pytest.fixture
def window(qtbot, tmp_path):
    """The window with a finished run in it, and everything that folds unfolded."""
    made = open_plain(qtbot, tmp_path)
    finish_run(made, qtbot)
    made.parts.new_run.form.advanced.setChecked(True)
    yield made
    theme.set_font_size(QApplication.instance(), theme.USUAL_SIZE)


def settle(top: QWidget) -> None:
    """Let answers of the pool arrive, and everything be laid out."""
    for _ in range(3):
        background.wait()
        QApplication.processEvents()
        for part in (top, *top.findChildren(QWidget)):
            if part.layout() is not None:
                part.layout().activate()


def on_every_page(window, look) -> list[str]:
    """Return what is found on all pages and panels, each fault once."""
    found: dict[str, None] = {}
    for index in range(window.pages.count()):
        page = window.pages.widget(index)
        if isinstance(page, Page):
            page.ensure_built()
        window.pages.setCurrentIndex(index)
        settle(window)
        found |= dict.fromkeys(look(page))
    for dock in window.docks.values():
        dock.show()
        dock.raise_()
        settle(window)
        found |= dict.fromkeys(look(dock))
    outside = [widget for widget in (window.menuBar(), window.statusBar(), *window.findChildren(QToolBar))]
    for part in outside:
        found |= dict.fromkeys(look(part))
    return list(found)


def test_pages_and_panels_have_names_tooltips_keyboard_paths_and_room(window, qtbot):
    found = on_every_page(window, lambda part: faults(part) + cut_off(part))
    window.comforts.preferences.set("font_size", 14)
    found += [f"{fault} at 14 pt" for fault in on_every_page(window, cut_off)]
    assert not found, "\n" + "\n".join(found)


DIALOGS = {
    "settings": lambda window: window.comforts.show_preferences(),
    "shortcuts": lambda window: window.comforts.show_shortcuts(),
    "get data": lambda window: window.tools.get_data(),
    "check": lambda window: window.tools.check(),
    "self-test": lambda window: window.tools.self_test(),
    "add a task": lambda window: window.adding.open(),
    "about": lambda window: AboutDialog(window).open(),
    "error": lambda window: show_error(window, StudioError("It failed.", "Try again."), log=window.offers.faults.log),
    "split editor": lambda window: window.splitting.open(window.parts.new_run.draft.config),
}


def test_dialogs_have_names_tooltips_keyboard_paths_and_room(window, qtbot, monkeypatch):
    monkeypatch.setattr("gui.widgets.doctor.examine", lambda *_, **__: ())
    found = []
    for points in (9, 14):
        window.comforts.preferences.set("font_size", points)
        for name, show in DIALOGS.items():
            show(window)
            qtbot.waitUntil(lambda: bool(shown_dialogs(window)))
            settle(window)
            for dialog in shown_dialogs(window):
                found += [f"{name} at {points} pt: {fault}" for fault in faults(dialog) + cut_off(dialog)]
                dialog.reject()
            settle(window)
    assert not found, "\n" + "\n".join(found)


def shown_dialogs(window) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


def test_buttons_of_dialogs_are_checked_too(window, qtbot):
    """The walk must not take what is to be checked for a part of Qt's."""
    window.comforts.show_preferences()
    (dialog,) = shown_dialogs(window)
    close = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close)
    assert close in set(used(dialog))
    close.setToolTip("")
    dialog.runs_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    dialog.font_size.setAccessibleName("")
    dialog.findChildren(QLabel)[0].setFixedWidth(8)
    assert len(faults(dialog)) == 3
    assert len(cut_off(dialog)) == 1
    dialog.reject()
