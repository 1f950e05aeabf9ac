"""Which columns the list of runs shows: as many as fit, until somebody chooses; a menu at its heading."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QTreeView

from gui.models.runs import COLUMNS, STARTED
from gui.theme import Theme
from gui.widgets.run_delegate import CELL_PAD

_FIRST, _ROOMY = 160, 232
"""Pixels that a run's title and tags need at least, and those that they get before there are more than two numbers."""
_TWO = ("Last", "Avg")
_SAMPLES = {
    "Last": "100.0", "Avg": "100.0", "Forgetting": "100.0", "State": "interrupted", "Data set": "imagenet_r",
    "Method": "Sequential fine", "Seed": "1000", "Started": "30 Nov 2026, 00:00 ",
}  # fmt: skip
_PAD = 2 * CELL_PAD + 2
_ARROW = 0
"""Pixels of the mark in the heading by which the list is sorted."""
_WANTED = (*_TWO, "Forgetting", "State", "Method", "Data set", "Seed", "Started")
"""In this order they come as the list grows wider."""


class RunColumns(QObject):
    """Belongs to the view whose model has the columns of a run."""

    chosen_changed = Signal()
    """Somebody chose columns, or left it to the width again."""

    def __init__(self, view: QTreeView) -> None:
        super().__init__(view)
        self._view, self._header = view, view.header()
        self.chosen: tuple[str, ...] | None = None
        """Titles; none where the width decides."""
        self._header.setSectionsMovable(False)
        self._header.setStretchLastSection(False)
        self._header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self._header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._header.customContextMenuRequested.connect(self._pop_up)
        self._header.setToolTip("Click to sort; right-click to choose columns")
        view.viewport().installEventFilter(self)
        self._narrowest: dict[str, int] = {}
        self._give_widths()

    def choose(self, titles: tuple[str, ...] | None) -> None:
        """Show these beside the run itself; none leaves it to the width."""
        self.chosen = titles
        self.fit()
        self.chosen_changed.emit()

    def fit(self) -> None:
        """Show what is wanted, and give the rest of the width to the runs themselves."""
        room = self._view.viewport().width()
        shown = self._fitting(room) if self.chosen is None else set(self.chosen)
        used = 0
        for section, title in enumerate(COLUMNS[1:], 1):
            self._header.setSectionHidden(section, title not in shown)
            used += self._header.sectionSize(section)
        self._header.setSectionHidden(0, False)
        self._header.resizeSection(0, max(_FIRST, room - used))

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the columns, what decides on them, and the usual order."""
        menu.setToolTipsVisible(True)
        _add(menu, "Newest first", "Sort by when runs began", self._newest_first)
        menu.addSeparator()
        by_width = _add(menu, "As many as fit", "Let the width of the list decide", lambda: self.choose(None))
        by_width.setCheckable(True)
        by_width.setChecked(self.chosen is None)
        menu.addSeparator()
        for section, title in enumerate(COLUMNS[1:], 1):
            action = _add(menu, title, f"Show or hide the column {title}", lambda title=title: self._toggle(title))
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(section))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the columns to another width, and to another font, which the style decides on when they are shown."""
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.Show}:
            self._give_widths()
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.Show, QEvent.Type.Resize}:
            self.fit()
        return False

    def set_theme(self, theme: Theme) -> None:
        """Let the headings stand where the cells' words and numbers do."""
        self._header.setStyleSheet(
            f"QHeaderView::section {{ background: {theme.window}; color: {theme.muted}; border: none; "
            f"border-bottom: 1px solid {theme.border}; padding: 4px {CELL_PAD}px; }} "
            "QHeaderView::up-arrow, QHeaderView::down-arrow "
            "{ subcontrol-position: top center; width: 12px; height: 8px; }"
        )

    def _fitting(self, room: int) -> set[str]:
        shown: set[str] = set()
        left = room
        for title in _WANTED:
            left -= self._narrowest[title]
            if left < (_FIRST if title in _TWO else _ROOMY):
                break
            shown.add(title)
        return shown

    def _give_widths(self) -> None:
        """Make every column as wide as what it has to show."""
        measured = self._measure()
        if measured != self._narrowest:
            self._narrowest = measured
            for title, width in measured.items():
                self._header.resizeSection(COLUMNS.index(title), width)

    def _measure(self) -> dict[str, int]:
        metrics, heading = self._view.fontMetrics(), self._header.fontMetrics()
        return {
            title: max(metrics.horizontalAdvance(sample), heading.horizontalAdvance(title) + _ARROW) + _PAD
            for title, sample in _SAMPLES.items()
        }

    def _toggle(self, title: str) -> None:
        shown = {name for section, name in enumerate(COLUMNS) if not self._header.isSectionHidden(section)}
        self.choose(tuple(name for name in COLUMNS[1:] if name in shown ^ {title}))

    def _newest_first(self) -> None:
        self._view.sortByColumn(STARTED, Qt.SortOrder.DescendingOrder)

    def _pop_up(self, place: QPoint) -> None:
        menu = QMenu(self._header)
        self.fill_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._header.mapToGlobal(place))


def _add(menu: QMenu, text: str, help_text: str, act: Callable[[], None]) -> QAction:
    action = menu.addAction(text)
    action.setToolTip(help_text)
    action.triggered.connect(lambda _=False: act())
    return action
