"""A user whose actions are counted: every method is what a hand does once, with real mouse and key events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QTabWidget,
    QWidget,
)

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class User:
    """Counts clicks and keys; a run of letters typed into one field counts once.

    Attributes:
        actions: what was done, in words, one entry an action.
    """

    def __init__(self, qtbot, window) -> None:
        self._qtbot, self._window = qtbot, window
        self.actions: list[str] = []

    @property
    def count(self) -> int:
        return len(self.actions)

    def click(self, widget: QWidget, modifiers: Qt.KeyboardModifier = NONE, place: QPoint | None = None) -> None:
        """Click on something that can be seen and pressed."""
        assert widget.isVisible(), f"{_name(widget)} cannot be seen"
        assert widget.isEnabled(), f"{_name(widget)} cannot be pressed"
        self.actions.append(f"click {_name(widget)}")
        QTest.mouseClick(widget, LEFT, modifiers, place or widget.rect().center())

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key, wherever the focus is."""
        self.actions.append(f"press {key.name}")
        QTest.keyClick(QApplication.focusWidget() or self._window, key, modifiers)

    def type(self, field: QLineEdit | QAbstractSpinBox, text: str) -> None:
        """Go to a field and write something else into it: a click and some typing."""
        self.click(field)
        self.actions.append(f"type {text!r}")
        field.selectAll()
        QTest.keyClicks(field, text)

    def choose(self, menu: QComboBox, label: str) -> None:
        """Open a closed menu and click an entry: two clicks."""
        edge = QPoint(menu.width() - 8, menu.height() // 2) if menu.isEditable() else None
        self.click(menu, place=edge)
        row = menu.findText(label)
        assert row >= 0, f"'{label}' is not in {_name(menu)}"
        self.click_row(menu.view(), menu.model().index(row, menu.modelColumn()))

    def click_row(self, view: QAbstractItemView, index: QModelIndex, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Click an entry of a list."""
        QTest.qWait(1)  # a panel that was made just now gets its size first
        view.scrollTo(index)
        self._qtbot.waitUntil(lambda: view.visualRect(index).isValid())
        self.actions.append(f"click '{index.data()}'")
        place = view.visualRect(index).center()
        # As a hand does: a menu takes a click without a way to it for the end of the one that opened it.
        QTest.mouseMove(view.viewport(), place - QPoint(3, 0))
        QTest.mouseMove(view.viewport(), place)
        QTest.mouseClick(view.viewport(), LEFT, modifiers, place)

    def click_tab(self, tabs: QTabWidget, title: str) -> None:
        """Go to a page."""
        bar = tabs.tabBar()
        index = next(i for i in range(bar.count()) if bar.tabText(i).replace("&", "") == title)
        self.actions.append(f"click tab '{title}'")
        QTest.mouseClick(bar, LEFT, NONE, bar.tabRect(index).center())

    def pick(self, opens: Callable[[], None], *entries: str) -> None:
        """Open a menu with `opens`, which counts itself, and click entries; a menu that stays open is put away.

        A menu has a loop of its own: what is done to it is done out of that loop.
        """
        left = list(entries)

        def click() -> None:
            menu = QApplication.activePopupWidget()
            if not isinstance(menu, QMenu):
                QTimer.singleShot(10, self._window, click)
                return
            found = _entries(menu, left[0]) if left else []
            if not found:  # also where it is missing: a menu that stays open would hold the test for ever
                self.actions.append("put the menu away")
                QTest.keyClick(menu, Qt.Key.Key_Escape)
                return
            self.actions.append(f"pick '{left.pop(0)}'")
            QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(found[0]).center())
            if menu.isVisible():
                click()

        QTimer.singleShot(0, self._window, click)
        opens()
        self._qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
        assert not left, f"the menu has no '{left[0]}'"

    def drop(self, widget: QWidget, path: Path) -> None:
        """Drag a file from elsewhere onto a widget, and let it go."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        place, copy = widget.rect().center(), Qt.DropAction.CopyAction
        enter = QDragEnterEvent(place, copy, data, LEFT, NONE)
        QApplication.sendEvent(widget, enter)
        assert enter.isAccepted(), f"{_name(widget)} does not take '{path.name}'"
        self.actions.append(f"drop '{path.name}'")
        QApplication.sendEvent(widget, QDropEvent(QPointF(place), copy, data, LEFT, NONE))


def _entries(menu: QMenu, text: str) -> list[QAction]:
    """Return the entries of a menu that are called so, else those that contain it."""
    named = {action: action.text().replace("&", "") for action in menu.actions()}
    return [action for action, name in named.items() if name == text] or [a for a in named if text in named[a]]


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{widget.accessibleName() or widget.objectName() or widget.toolTip()}'"
