"""The queue: what is on, what waits and in which order, what came of it; and what can be done about each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import icon
from gui.models.queue import ROW, QueueModel
from gui.state.queue import QueueState
from gui.state.queue_words import Row, rows, sentence
from gui.theme import Theme, current
from gui.widgets.elided import ElidedLabel
from gui.widgets.queue_delegate import QueueDelegate
from gui.widgets.queue_limits import QueueLimits

_EMPTY = (
    "No runs wait.\n\nWhat stands here is trained one after the other, each in a process of its own, "
    "also overnight: a run that fails stops no other.\n\n"
    "Write seeds such as 0,1,2 or choose several methods under the form, then press “Add to queue”."
)
_ELSEWHERE = "Another window works off the queue.\n\nOnce it is closed, this one can take over."
_PAUSE = ("Pause", "Begin no further run; those that are on end by themselves", "pause")
_HOLD: dict[str, tuple[str, str, str]] = {
    "idle": ("Start queue", "Let the runs begin, one after the other", "start"),
    "pausing": ("Go on", "Let further runs begin", "start"),
    "elsewhere": ("Take over", "Work off the queue here, once the other window is closed", "start"),
}
"""Text, help and icon of the button, by what the queue does."""
_BAD = ("failed", "stopped", "killed")
_OVER = ("finished", *_BAD)


class QueuePanel(QWidget):
    """Shows a `QueueState`, and says what the user wants of it; made when it is first looked at."""

    open_requested = Signal(object)
    """The folder of a run that has begun."""
    put_requested = Signal(list, int)
    """Folders of waiting runs, and before which place among those that wait they should come."""
    remove_requested = Signal(list)
    retry_requested = Signal(list)
    stop_requested = Signal(list)
    """Folders."""
    clear_requested = Signal()
    """All runs that are over should go from the list."""
    hold_requested = Signal(bool)
    at_once_requested = Signal(int)
    beside_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Queue")
        self.built = False
        self._state: QueueState | None = None
        self._busy = False
        self._now = 0.0

    def show_state(self, state: QueueState, *, busy: bool, now: float) -> None:
        """Show the queue as it is; `busy` while the window itself trains a run."""
        self._state, self._busy, self._now = state, busy, now
        if self.built and self.isVisible():
            self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Draw icons anew."""
        if self.built:
            self.more.setIcon(icon("more"))
            self.model.repaint()
            self._draw()

    def selected(self) -> list[Row]:
        """Return the chosen runs, from top to bottom."""
        indexes = sorted(self.view.selectionModel().selectedIndexes(), key=lambda index: index.row())
        return [index.data(ROW) for index in indexes]

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        if not self.built:
            self.built = True
            self._build()
            self.set_theme(current())
        super().showEvent(event)
        self._draw()

    # --- what is shown ---

    def _draw(self) -> None:
        state = self._state
        if state is None:
            return
        self.model.show_rows(rows(state, self._now))
        mood = state.mood(busy=self._busy)
        self.words.set_text(sentence(state, busy=self._busy))
        text, help_, mark = _HOLD.get(mood, _PAUSE)
        self.hold.setText(text)
        self.hold.setToolTip(help_)
        self.hold.setIcon(icon(mark))
        self.hold.setEnabled(mood not in {"empty", "over"})
        self.limits.show_state(state)
        self._stack.setCurrentIndex(1 if self.model.rows else 0)
        self._empty.setText(_ELSEWHERE if mood == "elsewhere" else _EMPTY)
        self._allow()

    def _explain(self, chosen: list[Row]) -> None:
        """Write out what became of the one run that is chosen, where that does not fit into its row."""
        bad = len(chosen) == 1 and chosen[0].fate in _BAD
        self.why.setText(chosen[0].words if bad else "")
        self.why.setVisible(bad)

    def _allow(self) -> None:
        """Allow what makes sense for the chosen runs."""
        chosen = self.selected()
        self._explain(chosen)
        fates = {row.fate for row in chosen}
        many = f" ({len(chosen)})" if len(chosen) > 1 else ""
        self.next.setEnabled("waiting" in fates)
        self.up.setEnabled("waiting" in fates)
        self.down.setEnabled("waiting" in fates)
        self.stop.setEnabled("running" in fates)
        self.stop.setText(("Kill" if any(row.stopping for row in chosen) else "Stop") + many)
        self.retry.setEnabled(bool(fates & set(_BAD)))
        self.remove.setEnabled(bool(fates - {"running"}))
        self.open.setEnabled(len(chosen) == 1 and "waiting" not in fates)
        self.clear.setEnabled(any(row.fate in _OVER for row in self.model.rows))

    # --- what is wanted ---

    def _of(self, *fates: str) -> list[Path]:
        return [row.folder for row in self.selected() if row.fate in fates]

    def _move(self, step: int) -> None:
        waiting = [row.folder for row in self.model.rows if row.fate == "waiting"]
        moved = self._of("waiting")
        if moved:
            first, last = waiting.index(moved[0]), waiting.index(moved[-1])
            self.put_requested.emit(moved, first - 1 if step < 0 else last + 2)

    def _open(self, index: QModelIndex) -> None:
        row: Row | None = index.data(ROW)
        if row is not None and row.fate != "waiting":
            self.open_requested.emit(row.folder)

    def _ask_menu(self, place: QPoint) -> None:
        self._menu.popup(self.view.viewport().mapToGlobal(place))

    # --- construction ---

    def _build(self) -> None:
        self.model = QueueModel(self)
        self.model.put_requested.connect(self.put_requested)
        self.view = _make_view(self.model)
        self.words = ElidedLabel()
        self.hold = QPushButton()
        self.hold.setAccessibleName("Pause the queue or let it go on")
        self.hold.clicked.connect(lambda: self.hold_requested.emit(self.hold.text() == "Pause"))
        self.limits = QueueLimits()
        self.limits.at_once_requested.connect(self.at_once_requested)
        self.limits.beside_requested.connect(self.beside_requested)
        self._make_actions()
        self._empty = QLabel(_EMPTY)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(16, 0, 16, 0)
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why.setAccessibleName("What became of the chosen run")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        self._lay_out()
        self.view.selectionModel().selectionChanged.connect(self._allow)
        self.view.clicked.connect(self._open)
        self.view.customContextMenuRequested.connect(self._ask_menu)

    def _make_actions(self) -> None:
        def make(text: str, help_: str, do: Callable[[], None], *keys: str) -> QAction:
            action = QAction(text, self.view)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setToolTip(f"{help_} ({keys[0]})" if keys else help_)
            action.triggered.connect(lambda _=False: do())
            self.view.addAction(action)
            return action

        self.open = make("Show", "Show this run", lambda: self._open(self.view.currentIndex()), "Return", "Enter")
        self.next = make(
            "Run next", "Put it first in line", lambda: self.put_requested.emit(self._of("waiting"), 0), "Ctrl+Home"
        )
        self.up = make("Move up", "One earlier", lambda: self._move(-1), "Alt+Up")
        self.down = make("Move down", "One later", lambda: self._move(1), "Alt+Down")
        self.stop = make(
            "Stop",
            "Stop it after its step, all is kept; once more kills it",
            lambda: self.stop_requested.emit(self._of("running")),
        )
        self.retry = make(
            "Retry", "Go on where it was saved, first in line", lambda: self.retry_requested.emit(self._of(*_BAD))
        )
        self.remove = make(
            "Remove",
            "Take it from the queue; a run that has begun is kept among the runs",
            lambda: self.remove_requested.emit(self._of("waiting", *_OVER)),
            "Del",
        )
        self.clear = make("Clear what is over", "Take runs that are over from this list", self.clear_requested.emit)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.addActions([self.open, self.next, self.up, self.down])
        self._menu.addSeparator()
        self._menu.addActions([self.stop, self.retry, self.remove])
        self._menu.addSeparator()
        self._menu.addAction(self.clear)

    def _lay_out(self) -> None:
        top, acts = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.hold)
        for action in (self.next, self.stop, self.retry, self.remove):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            acts.addWidget(button)
        acts.addStretch(1)
        self.more = QToolButton()
        self.more.setMenu(self._menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setAccessibleName("More about the chosen runs")
        self.more.setToolTip("More that can be done with the chosen runs")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        acts.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addWidget(self.why)
        column.addLayout(acts)
        column.addWidget(self.limits)


def _make_view(model: QueueModel) -> QListView:
    view = QListView()
    view.setModel(model)
    view.setItemDelegate(QueueDelegate(view))
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
    view.setDragDropOverwriteMode(False)
    view.setDropIndicatorShown(True)
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setAccessibleName("Runs of the queue")
    view.setToolTip("Choose a run that has begun to show it; drag one that waits, or Alt+Up and Alt+Down")
    return view
