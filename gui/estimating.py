"""Keeps the estimate below the form up to date: looked up in the pool, measured beside the window where it must be."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from backend.api import (
    Estimate,
    RunConfig,
    StudioError,
    estimate,
    known_speed,
    learn_speed,
    preview,
    speed_key,
)
from gui.background import submit
from gui.carriers.probe import Probe
from gui.state.shown import Shown
from gui.widgets.estimate import EstimateLine

SETTLE_MS = 600
"""A form at rest for so long is judged."""
AUTOMATIC = os.environ.get("DMC_STUDIO_PROBE") != "off"
"""Whether a machine that was never measured is measured without being asked."""


class Estimating(QObject):
    """Judges the draft of the form.

    Args:
        line: where the estimate is shown.
        busy: tells whether a run is on; it would be slowed down, and spoil what is measured.
        parent: its owner.
        probe: measures.
    """

    def __init__(
        self, line: EstimateLine, busy: Callable[[], bool], parent: QObject, probe: Probe | None = None
    ) -> None:
        super().__init__(parent)
        self.probe = probe or Probe(parent=self)
        self._line, self._busy = line, busy
        self._config: RunConfig | None = None
        self._looking = self._again = False
        self._refused: set[str] = set()
        """Keys of what could not be measured, or that the user did not want to be."""
        self._key = ""
        self._settle = QTimer(self, interval=SETTLE_MS, singleShot=True)
        self._settle.timeout.connect(self._look)
        self.probe.done.connect(self._measured)
        line.measure_requested.connect(self._measure)
        line.cancel_requested.connect(self._cancel)

    def show_config(self, config: RunConfig | None) -> None:
        """Judge a configuration soon; None while the form has a mistake."""
        if config == self._config:
            return
        self._config = config
        if self.probe.running:
            self.probe.cancel()
        if config is None:
            self._settle.stop()
            self._line.clear()
        else:
            self._settle.start()

    def make_way(self) -> None:
        """End a measurement: a run begins."""
        if self.probe.running:
            self.probe.cancel()
            self._line.show_unknown()

    def learn(self, run: Shown) -> None:
        """Correct what was measured by a run that went from its beginning to its end in one go."""
        config, started, ended = run.config, run.curves.started, run.curves.ended
        whole = started is not None and started.first_task == 0 and started.first_stage is None
        if config is None or ended is None or ended.outcome != "finished" or not whole:
            return

        def work() -> None:
            learn_speed(config, ended.seconds, preview(config, thumbnails=0))

        submit(self, work, lambda _: self._look(), self._not_found)

    def stop(self) -> None:
        """End everything; the window closes."""
        self._settle.stop()
        self.probe.cancel()

    def _look(self) -> None:
        config = self._config
        if config is None:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        submit(self, lambda: _look_up(config), self._found, self._not_found)

    def _found(self, found: tuple[RunConfig, str, Estimate | None, bool]) -> None:
        config, key, judged, known = found
        if not self._settled(config):
            return
        self._key = key
        if judged is not None:
            self._line.show_estimate(judged)
        elif known:
            self._line.show_problem("No estimate: this method does not tell how much it has to do.")
        elif AUTOMATIC and key not in self._refused and not self._busy():
            self._measure()
        else:
            self._line.show_unknown()

    def _not_found(self, _: StudioError) -> None:
        # The form says what is wrong with the split, and the page Data where the data set is missing.
        self._looking = False
        self._line.clear()

    def _settled(self, config: RunConfig) -> bool:
        """Tell whether an answer is about what the form shows now; ask again if not."""
        self._looking, again = False, self._again
        self._again = False
        if again or config != self._config:
            self._look()
            return False
        return True

    def _measure(self) -> None:
        if self._config is not None:
            self._line.show_measuring()
            self.probe.start(self._config)

    def _measured(self, problem: str) -> None:
        if problem:
            self._refused.add(self._key)
            self._line.show_problem(f"No estimate: {problem}")
        else:
            self._look()

    def _cancel(self) -> None:
        self._refused.add(self._key)
        self.probe.cancel()
        self._line.show_unknown()


def _look_up(config: RunConfig) -> tuple[RunConfig, str, Estimate | None, bool]:
    tasks = preview(config, thumbnails=0)
    key = speed_key(config, tasks)
    speed = known_speed(key)
    return config, key, estimate(config, speed, tasks) if speed else None, speed is not None
