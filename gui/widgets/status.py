"""The status bar: where the run is, how fast, how long still, and when it was last saved."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from gui.state.activity import activity, ago, last_save
from gui.state.curves import Curves
from gui.state.log import clock, duration, size
from gui.theme import Theme
from gui.widgets.alarm import Alarm
from gui.widgets.work_bar import WorkBar

_FIELDS = {
    "task": "Task that is being learned",
    "stage": "What the run does now",
    "step": "Steps of this stage",
    "rate": "Training speed",
    "eta": "Time that is probably left",
    "memory": "Memory of this process",
    "device_memory": "Memory of the GPU",
    "saved": "Age of the last checkpoint",
}
_NARROWEST = 48


class RunStatus(QStatusBar):
    """Fields for a run; a message of the window's own stands at the left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.message = _Message("Ready")
        self.message.setContentsMargins(8, 0, 8, 0)
        self.message.setAccessibleName("Status")
        self.alarm = Alarm()
        self.alarm.setContentsMargins(8, 0, 8, 0)
        self.addWidget(self.alarm, 1)
        self.addWidget(self.message, 1)
        self.work = WorkBar()
        self.addPermanentWidget(self.work)
        self.fields = {name: _field(name, meaning) for name, meaning in _FIELDS.items()}
        for field in self.fields.values():
            self.addPermanentWidget(field)

    def say(self, text: str) -> None:
        """Show what the window does or did."""
        self.message.setText(text)
        self.message.setToolTip(text)

    def warn(self, text: str, help: str = "") -> None:
        """Show what cannot wait instead of the message; the message is back when it is empty."""
        self.alarm.show_text(text, help)
        self.message.setVisible(not text)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.alarm.set_theme(theme)

    def show_curves(self, curves: Curves) -> None:
        """Show a run's figures as they are now."""
        now = time.time()
        for name, text in _texts(curves, now).items():
            field = self.fields[name]
            if field.text() != text:
                field.setText(text)
                # Fields only grow: a number that changes ten times a second must not make its neighbours dance.
                field.setMinimumWidth(max(field.minimumWidth(), field.sizeHint().width()))
                field.setVisible(bool(text))
                if name == "saved":
                    field.setToolTip(f"Saved {last_save(curves, now)}; a resumed run goes on there")


class _Message(QLabel):
    """Shows as much of its text as there is room for: a long path must not widen the window."""

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few letters."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Leave out the middle where there is no room for it."""
        painter = QPainter(self)
        place = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, place.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def _field(name: str, meaning: str) -> QLabel:
    label = QLabel()
    label.setContentsMargins(8, 0, 8, 0)
    label.setToolTip(meaning)
    label.setAccessibleName(f"{meaning} ({name})")
    label.hide()
    return label


def _texts(curves: Curves, now: float) -> dict[str, str]:
    texts = dict.fromkeys(_FIELDS, "")
    if curves.started is not None:
        done = curves.ended is not None
        texts["task"] = f"task {len(curves.scores) if done else curves.task + 1}/{len(curves.tasks)}"
        texts |= _outcome(curves) if done else _progress(curves, now)
    if curves.sample is not None:
        texts |= _memory(curves)
    return texts


def _progress(curves: Curves, now: float) -> dict[str, str]:
    left = curves.eta_seconds(now)
    doing = activity(curves)
    return {
        "stage": doing[0].lower() + doing[1:],
        "step": f"step {curves.step:,}/{curves.steps:,}" if curves.steps else "",
        "rate": f"{curves.rate:,.0f} images/s" if curves.rate else "",
        "eta": "ETA …" if left is None else f"ETA {clock(left)}",
        "saved": f"saved {ago(now - curves.saved_at)}" if curves.saved_at is not None else "",
    }


def _outcome(curves: Curves) -> dict[str, str]:
    ended = curves.ended
    if ended is None:
        return {}
    # A worker that was killed could not say for how long it had run.
    return {"stage": f"{ended.outcome} after {duration(ended.seconds)}" if ended.seconds else ended.outcome}


def _memory(curves: Curves) -> dict[str, str]:
    sample = curves.sample
    if sample is None:
        return {}
    texts = {"memory": f"RAM {size(sample.process_memory)}"}
    if sample.device_memory is not None and sample.device_memory_total:
        texts["device_memory"] = f"GPU {size(sample.device_memory)} of {size(sample.device_memory_total)}"
    return texts
