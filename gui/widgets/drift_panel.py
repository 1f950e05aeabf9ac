"""What the cards of the drift page share: they show one calibration of a `DriftState`."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal

from gui.charts.base import Chart
from gui.state.curves import Curves
from gui.state.drift import DriftState, key_of


class DriftPanel(Chart):
    """A chart of the calibration that is shown; `show_state` is to be called whenever the state has changed."""

    chosen = Signal(str)
    """A class was selected; empty where none is any more."""

    state: DriftState | None = None

    def show_state(self, state: DriftState, curves: Curves) -> None:
        """Draw what is new."""
        self.state = state
        self.show_curves(curves)
        self.highlight(state.selected)

    def stamp(self, curves: Curves) -> object:
        """Return which calibration is shown, and what is known of it."""
        state = self.state
        if state is None or state.event is None:
            return None
        return key_of(state.event), type(state.reading)

    def minimumSizeHint(self) -> QSize:
        """Return the size below which nothing can be read; four of them stand on one page."""
        return QSize(240, 160)

    def highlight(self, name: str | None) -> None:
        """Let the selected class stand out; called often, so that nothing new must cost nothing."""
