"""The slider through the calibrations of a run: play, step, and follow the newest."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from backend.api import Calibrated
from gui.charts.base import Elided
from gui.icons import icon
from gui.state.curves import task_name
from gui.state.drift import DriftState
from gui.theme import Theme

_BEAT_MS: Final = 1000
_SLIDER: Final = (120, 320)


class DriftBar(QWidget):
    """Tells where the user wants to go."""

    moved = Signal(int)
    """The calibration to show, as an index."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = QToolButton()
        self.first, self.last = QLabel(), QLabel()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.latest = QToolButton()
        self.words = Elided(Qt.AlignmentFlag.AlignLeft)
        self.timer = QTimer(self, interval=_BEAT_MS)
        self.timer.timeout.connect(self._beat)
        self.play.clicked.connect(self.toggle)
        self.slider.valueChanged.connect(self.moved)
        self.latest.clicked.connect(lambda: self.slider.setValue(self.slider.maximum()))
        self._lay_out()

    @property
    def playing(self) -> bool:
        """Whether it steps by itself."""
        return self.timer.isActive()

    def show_state(self, state: DriftState) -> None:
        """Show which calibration is on show, and of how many."""
        calibrations, event = state.calibrations, state.event
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(calibrations) - 1))
        self.slider.setValue(state.index)
        self.slider.blockSignals(False)
        for part in (self.play, self.slider, self.latest):
            part.setEnabled(len(calibrations) > 1)
        self.latest.setChecked(state.follows)
        if event is None:
            return
        self.first.setText(task_name(calibrations[0].task))
        self.last.setText(task_name(calibrations[-1].task))
        words, short = _words(event, len(state.tasks))
        self.words.set_text(words, short)
        self.slider.setAccessibleDescription(words)

    def toggle(self) -> None:
        """Play from here, or from the first if this is the last; or stop."""
        if self.playing or not self.slider.isEnabled():
            self.stop()
            return
        self.timer.start()
        self._show_playing()
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)

    def stop(self) -> None:
        """Stop playing."""
        self.timer.stop()
        self._show_playing()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's icons."""
        del theme
        self._show_playing()
        self.latest.setIcon(icon("next"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play or stop with Space."""
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        else:
            super().keyPressEvent(event)

    def _beat(self) -> None:
        self.slider.setValue(self.slider.value() + 1)
        if self.slider.value() == self.slider.maximum():
            self.stop()

    def _show_playing(self) -> None:
        self.play.setIcon(icon("pause" if self.playing else "start"))
        self.play.setAccessibleName("Stop playing" if self.playing else "Play through the tasks")
        self.play.setToolTip(f"{self.play.accessibleName()}, a second each (Space)")

    def _lay_out(self) -> None:
        self.slider.setAccessibleName("Calibration shown")
        self.slider.setToolTip("Of which task the calibration is shown. Arrow keys: one on or back. Space: play.")
        self.slider.setPageStep(1)
        self.slider.setMinimumWidth(_SLIDER[0])
        self.slider.setMaximumWidth(_SLIDER[1])
        self.latest.setText("Latest")
        self.latest.setCheckable(True)
        self.latest.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.latest.setToolTip("Show the newest calibration, and each new one of a run that goes on (End)")
        for button in (self.play, self.latest):
            button.setIconSize(QSize(16, 16))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for label in (self.first, self.last):
            label.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.play, self.first):
            row.addWidget(part)
        row.addWidget(self.slider, 1)
        for part in (self.last, self.latest):
            row.addWidget(part)
        row.addSpacing(8)
        row.addWidget(self.words, 2)
        self._show_playing()


def _words(event: Calibrated, tasks: int) -> tuple[str, str]:
    """Return what was done in this task, at length and shorter."""
    task = f"Task {event.task + 1} of {tasks}"
    chosen = "" if event.strength is None else f", strength {event.strength:.2f}"
    how = f"calibrator “{event.calibrator}”{chosen}"
    return f"{task}: {how}, in {event.seconds:.1f} s", f"{task}: {event.calibrator}{chosen}"
