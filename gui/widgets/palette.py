"""The command palette: a field over the window, and below it what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from gui.palette import Command, Found, search
from gui.theme import Theme
from gui.widgets.elided import ElidedLabel
from gui.widgets.palette_delegate import PaletteDelegate

_WIDTH, _ROWS, _TOP, _MARGIN = 640, 12, 44, 12
_MOST = 200
"""Found commands that are listed: nobody scrolls further."""
_LIST_KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_FOUND = Qt.ItemDataRole.UserRole


class CommandPalette(QFrame):
    """Hidden until `open_with`; Esc, or a click elsewhere, puts it away and gives the keyboard back."""

    chosen = Signal(object)
    """The Command, once the palette is closed."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._app = cast("QApplication", QApplication.instance())
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self._commands: Sequence[Command] = ()
        self._recent: Sequence[str] = ()
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type a command, setting, page, chart or run")
        self.field.setAccessibleName("Command")
        self.field.setToolTip("Letters of what you are looking for; Up and Down choose, Enter does it, Esc closes")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._look)
        self.field.installEventFilter(self)
        self.model = _Model(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(PaletteDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName("Commands found")
        self.view.clicked.connect(lambda _: self._take())
        self.view.selectionModel().currentChanged.connect(self._explain)
        self.foot = ElidedLabel()
        self.foot.setProperty("role", "muted")
        self.foot.setContentsMargins(12, 0, 12, 0)
        self._lay_out()
        window.installEventFilter(self)
        self.hide()

    def open_with(self, commands: Sequence[Command], recent: Sequence[str] = ()) -> None:
        """Show what can be done, recent commands first."""
        self._commands, self._recent = commands, recent
        if not self.isVisible():
            self._before = _focused()
            self._app.focusChanged.connect(self._focus_moved)
        self.field.clear()
        self._look("")
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_now(self) -> None:
        """Put the palette away; the keyboard goes back to where it was."""
        if not self.isVisible():
            return
        self._app.focusChanged.disconnect(self._focus_moved)
        focused = _focused()
        elsewhere = focused is not None and not self.isAncestorOf(focused)
        self.hide()
        if not elsewhere and self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.setStyleSheet(
            f"QFrame#palette {{ background: {theme.surface}; border: 1px solid {theme.border}; border-radius: 8px; }}"
            f"QFrame#palette QLineEdit {{ border: none; padding: 6px 8px; background: {theme.surface}; }}"
            f"QFrame#palette QListView {{ background: {theme.surface}; }}"
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the field steer the list, and stay at the top of a window that changes its size."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        if watched is self.field and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # While the palette is open, no other shortcut may act behind it.
            event.accept()
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    # --- looking and choosing ---

    def _look(self, query: str) -> None:
        found = search(self._commands, query, self._recent)
        self.model.show(found[:_MOST])
        self.view.setCurrentIndex(self.model.index(0, 0))
        self.view.setVisible(bool(found))
        self.view.scrollToTop()
        self._explain()
        self._place()

    def _take(self) -> None:
        found: Found | None = self.view.currentIndex().data(_FOUND)
        if found is None or not found.command.possible:
            return
        self.close_now()
        self.chosen.emit(found.command)

    def _explain(self) -> None:
        found: Found | None = self.view.currentIndex().data(_FOUND)
        if found is None:
            self.foot.set_text("Nothing is called that. Try fewer letters.")
            return
        words = found.command.help if found.command.possible else f"Not possible now. {found.command.help}"
        self.foot.set_text(words.split("\n")[0])
        self.view.setAccessibleDescription(f"{found.command.id}. {words}")

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        again = key == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_Escape or again:
            self.close_now()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take()
        elif key in _LIST_KEYS:
            self._step(key)
        else:
            return key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
        return True

    def _step(self, key: Qt.Key) -> None:
        rows = self.model.rowCount()
        if not rows:
            return
        row = self.view.currentIndex().row()
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: 1 - _ROWS, Qt.Key.Key_PageDown: _ROWS - 1}[key]
        # One step goes round, a page stops at the end.
        row = (row + by) % rows if abs(by) == 1 else min(max(row + by, 0), rows - 1)
        self.view.setCurrentIndex(self.model.index(row, 0))

    def _focus_moved(self, _: QWidget | None, to: QWidget | None) -> None:
        if to is not None and not self.isAncestorOf(to):
            self.close_now()

    # --- looks ---

    def _place(self) -> None:
        window = self._window
        rows = min(self.model.rowCount(), _ROWS)
        self.view.setFixedHeight(rows * self.view.sizeHintForRow(0) + 2 if rows else 0)
        width = min(_WIDTH + 8 * (self.fontMetrics().height() - 16), window.width() - 2 * _MARGIN)
        self._column.activate()
        self.setGeometry((window.width() - width) // 2, _TOP, width, self._column.sizeHint().height())

    def _lay_out(self) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 8)
        column.setSpacing(4)
        for widget in (self.field, self.view, self.foot):
            column.addWidget(widget)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(32)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)


def _focused() -> QWidget | None:
    return QApplication.focusWidget()


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._found: list[Found] = []

    def show(self, found: list[Found]) -> None:
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._found)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        found = self._found[index.row()]
        command = found.command
        if role == _FOUND:
            return found
        if role == Qt.ItemDataRole.DisplayRole:
            return command.id
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (command.id, command.keys or command.note) if part)
        return command.help if role == Qt.ItemDataRole.ToolTipRole else None
