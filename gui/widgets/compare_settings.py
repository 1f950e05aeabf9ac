"""The settings of compared groups side by side: those that differ, or all with those marked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.state.compare import View
from gui.theme import Theme, current, faded
from gui.widgets.compare_chart import mark
from gui.widgets.compare_results import SAMPLE, sample

_DIFFERS: Final = "\N{NOT EQUAL TO}"
_NAME: Final = 190
_VALUE, _WIDEST = 120, 240
_ROW: Final = QSize(0, 24)


class SettingsTable(QWidget):
    """A row a setting, a column a group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = View()
        self.every = QCheckBox("All settings")
        self.every.setToolTip("Show also the settings in which the groups agree")
        self.every.toggled.connect(lambda: self.show_view(self._view))
        self.count = QLabel()
        self.count.setProperty("role", "muted")
        self.table = QTreeWidget()
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.header().setIconSize(SAMPLE)
        self.table.setAccessibleName("Settings of the compared groups")
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        top = QHBoxLayout()
        top.setContentsMargins(8, 4, 8, 4)
        top.addWidget(self.count, 1)
        top.addWidget(self.every)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.table, 1)

    def show_view(self, view: View) -> None:
        """Show a comparison."""
        self._view = view
        labels = [group.label for group in view.comparison.groups]
        differing = [key for key, told in view.settings.items() if len(set(told)) > 1]
        self.count.setText(_words(len(differing), len(labels)))
        self.table.clear()
        self.table.setHeaderLabels(["Setting", *labels])
        for place, label in enumerate(["The key of run.toml, or what a run's numbers depend on", *labels]):
            self.table.headerItem().setToolTip(place, label)
        for place, group in enumerate(view.comparison.groups, 1):
            self.table.headerItem().setIcon(place, sample(mark(view, group, current())))
        header = self.table.header()
        header.resizeSection(0, _NAME)
        for place in range(1, len(labels) + 1):
            header.resizeSection(place, min(_WIDEST, max(_VALUE, header.sectionSizeHint(place))))
        for key in view.settings if self.every.isChecked() else differing:
            self.table.addTopLevelItem(self._row(key, view.settings[key], differs=key in differing))

    def set_theme(self, theme: Theme) -> None:
        """Take the tint of settings that differ."""
        self._tint = faded(theme.warn, theme.base, 0.16)
        self.show_view(self._view)

    def _row(self, key: str, told: tuple[str, ...], *, differs: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem([f"{_DIFFERS} {key}" if differs else key, *told])
        for place, text in enumerate((f"{key} differs" if differs else f"{key} is the same", *told)):
            item.setToolTip(place, text)
            if differs and self.every.isChecked():
                item.setBackground(place, QColor(self._tint))
        item.setSizeHint(0, _ROW)
        return item


def _words(differing: int, groups: int) -> str:
    if groups < 2:
        return "One group: its runs differ only in the seed"
    return f"{differing} settings differ" if differing != 1 else "1 setting differs"
