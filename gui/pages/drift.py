"""The drift page: where stored class means lie before and after calibration, and the plan that moved them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from backend.api import StudioError
from gui.background import submit
from gui.pages.base import Page
from gui.state.drift import DriftState, Key, Reading
from gui.state.shown import Shown
from gui.state.uncalibrated import why_uncalibrated
from gui.theme import Theme

_FRAME_MS: Final = 16


class DriftPage(Page):
    """A map of class means, the transport plan, the classes, and curves over tasks; one slider for all of them."""

    title = "Drift"
    help = "Shows where stored class means lie before and after calibration, and the plan that moved them."

    def build(self) -> None:
        """Make the widgets; they are not even loaded for a window that never shows them."""
        from gui.widgets.drift_bar import DriftBar
        from gui.widgets.drift_classes import DriftClasses
        from gui.widgets.drift_help import DriftHelp
        from gui.widgets.drift_map import DriftMap
        from gui.widgets.drift_over_tasks import OverTasks
        from gui.widgets.drift_panel import DriftPanel
        from gui.widgets.drift_plan import DriftPlan

        self.state: DriftState | None = None
        self._drawn: object = self  # nothing yet, which differs from no run
        self._busy = False
        self.reason, self.hint = QLabel(), QLabel()
        self.empty = _stacked(self.reason, self.hint)
        self.how, self.bar = DriftHelp(), DriftBar()
        self.map, self.plan, self.classes, self.over_tasks = DriftMap(), DriftPlan(), DriftClasses(), OverTasks()
        self.panels: tuple[DriftPanel, ...] = (self.map, self.plan, self.classes, self.over_tasks)
        self._later = QTimer(self, interval=_FRAME_MS, singleShot=True)
        self._later.timeout.connect(self._refresh_rest)
        self._lay_out()
        self.setFocusProxy(self.bar.slider)
        self.bar.moved.connect(self._go)
        self.over_tasks.task_chosen.connect(self._go_to_task)
        for panel in self.panels:
            panel.chosen.connect(self._select)

    def draw(self) -> None:
        """Show what is new of the run; nothing new costs nothing."""
        shown = self.shown
        stamp = _stamp(shown)
        if stamp == self._drawn:
            return
        self._drawn = stamp
        sentence, hint = why_uncalibrated(shown)
        if shown is None or sentence:
            self.reason.setText(sentence)
            self.hint.setText(hint)
            self._stack.setCurrentWidget(self.empty)
            self.bar.stop()
            return
        if self.state is None or self.state.folder != shown.folder:
            self.state = DriftState(shown.folder)
        self.state.update(shown.curves)
        self._stack.setCurrentWidget(self._full)
        self._refresh()
        self._read()

    def dress(self, theme: Theme) -> None:
        """Take the theme's colours and icons."""
        self.bar.set_theme(theme)
        for panel in self.panels:
            panel.set_theme(theme)
        if self.state is not None:
            self._refresh()

    # --- what the user does ---

    def _go(self, index: int) -> None:
        if self.state is not None:
            self.state.go(index)
            self._refresh()

    def _go_to_task(self, task: int) -> None:
        if self.state is not None:
            self.state.go_to_task(task)
            self._refresh()

    def _select(self, name: str) -> None:
        if self.state is not None and (name or None) != self.state.selected:
            self.state.selected = name or None
            for panel in self.panels:
                panel.highlight(self.state.selected)

    # --- reading ---

    def _read(self) -> None:
        """Read the class means of one calibration after the other, the one on show first."""
        state = self.state
        job = state.next_job() if state and not self._busy else None
        if state is None or job is None:
            return
        key, work = job
        self._busy = True
        submit(self, work, lambda found: self._take(state, key, found), lambda error: self._take(state, key, error))

    def _take(self, state: DriftState, key: Key, found: Reading | StudioError) -> None:
        self._busy = False
        state.add(key, found)
        if state is self.state:
            self._refresh()
        self._read()

    def _refresh(self) -> None:
        """Show the state."""
        state, shown = self.state, self.shown
        if state is None or shown is None or not state.calibrations:
            return
        self.bar.show_state(state)
        for panel in (self.map, self.plan):
            panel.show_state(state, shown.curves)
        self._later.start()

    def _refresh_rest(self) -> None:
        """Show what need not follow the slider at once: all panels in one frame would take too long."""
        state, shown = self.state, self.shown
        if state is None or shown is None or not state.calibrations:
            return
        for panel in (self.classes, self.over_tasks):
            panel.show_state(state, shown.curves)

    # --- Qt ---

    def event(self, event: QEvent) -> bool:
        """Keep Space for playing while the page has the keyboard; elsewhere it pauses the run."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_space(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play or stop with Space, wherever the keyboard is on the page."""
        if _is_space(event) and self._stack.currentWidget() is self._full:
            self.bar.toggle()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop playing to nobody."""
        super().hideEvent(event)
        if self.built:
            self.bar.stop()

    # --- construction ---

    def _lay_out(self) -> None:
        top, bottom = _beside(self.map, self.plan, (3, 2)), _beside(self.over_tasks, self.classes, (1, 1))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(8)
        split.setChildrenCollapsible(False)
        for part, share in ((top, 3), (bottom, 2)):
            split.addWidget(part)
            split.setStretchFactor(split.count() - 1, share)
        split.setSizes([300, 200])
        self._full = QWidget()
        column = QVBoxLayout(self._full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.how)
        column.addWidget(self.bar)
        column.addWidget(split, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._full)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._stack)


def _stacked(reason: QLabel, hint: QLabel) -> QWidget:
    """Return what stands in the place of everything while there is nothing to show."""
    empty = QWidget()
    column = QVBoxLayout(empty)
    column.setContentsMargins(32, 32, 32, 32)
    column.setSpacing(6)
    column.addStretch()
    for label, role in ((reason, "heading"), (hint, "muted")):
        label.setProperty("role", role)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setWordWrap(True)
        column.addWidget(label)
    column.addStretch()
    return empty


def _is_space(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and not event.modifiers()


def _beside(left: QWidget, right: QWidget, shares: tuple[int, int]) -> QSplitter:
    """Return two cards side by side with a handle between them."""
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setHandleWidth(8)
    split.setChildrenCollapsible(False)
    for part, share in zip((left, right), shares, strict=True):
        split.addWidget(part)
        split.setStretchFactor(split.count() - 1, share)
    split.setSizes([150 * share for share in shares])
    return split


def _stamp(shown: Shown | None) -> object:
    """Return a small value that changes whenever the page must look at the run again."""
    if shown is None:
        return None
    curves = shown.curves
    return (
        shown.folder, shown.state, id(curves), curves.revision, curves.started is None, curves.running,
        len(curves.calibrations),
    )  # fmt: skip
