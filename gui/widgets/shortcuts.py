"""F1: every shortcut there is, read off the real actions; nothing here is written by hand twice."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.palette import Command

_GAP = 8
_ABOUT = "Ctrl+K finds everything else. Shift+F1, then a click on anything, says what it is."


class ShortcutsDialog(QDialog):
    """Groups of commands with their keys, and a field that finds one by its name or its keys."""

    def __init__(self, commands: Iterable[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 640)
        self._groups: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search by name or by keys")
        self.field.setAccessibleName("Search shortcuts")
        self.field.setToolTip("Shows the shortcuts in which all of these words occur")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._look)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Command", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(16)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAccessibleName("Shortcuts")
        self.tree.setToolTip("Shortcuts by the menu that they are in")
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.none = QLabel("No shortcut has that name or these keys.")
        self.none.setProperty("role", "muted")
        self.none.hide()
        self._fill([command for command in commands if command.keys])
        self._lay_out()
        self.field.setFocus()

    def _fill(self, commands: list[Command]) -> None:
        line = self.tree.fontMetrics().height()
        for command in commands:
            if command.group not in self._groups:
                self._groups[command.group] = (self._heading(command.group, line), [])
            group, items = self._groups[command.group]
            item = QTreeWidgetItem(group, [command.title, command.keys])
            item.setToolTip(0, command.help)
            item.setSizeHint(0, QSize(0, line + _GAP))
            items.append(item)
        self.tree.expandAll()

    def _heading(self, title: str, line: int) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self.tree, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setFirstColumnSpanned(True)
        group.setSizeHint(0, QSize(0, line + 2 * _GAP))
        bold = QFont(self.tree.font())
        bold.setBold(True)
        group.setFont(0, bold)
        return group

    def _look(self, text: str) -> None:
        words = text.casefold().split()
        for group, items in self._groups.values():
            for item in items:
                known = f"{group.text(0)} {item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in known for word in words))
            group.setHidden(all(item.isHidden() for item in items))
        self.none.setVisible(all(group.isHidden() for group, _ in self._groups.values()))

    def _lay_out(self) -> None:
        about = QLabel(_ABOUT)
        about.setWordWrap(True)
        about.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setToolTip("Close (Esc)")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        for widget in (self.field, self.tree, self.none, about, buttons):
            column.addWidget(widget)
