"""What the window offers when a run was cut off, paused for good, does not answer or failed; and how failures are told.

One click always does it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QMainWindow

from backend.api import Paused, RunEnded, StudioError, log_folder, read_evidence
from gui.background import submit
from gui.control import Control
from gui.faults import Faults
from gui.parts import Parts
from gui.state.evidence import describe
from gui.state.log import STAGES
from gui.state.shown import Shown
from gui.state.smaller import differences, smaller
from gui.widgets.banner import Offer
from gui.widgets.errors import details_of, show_error, show_failure

_RUN_LOG = "run.log"
_FREED = "freed_run"
"""Setting: the folder of the run that was paused to free the device."""


class Offers(QObject):
    """The banner and the failure dialog of one window."""

    def __init__(self, window: QMainWindow, control: Control, parts: Parts, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._control, self._parts, self._settings = window, control, parts, settings
        self._banner = parts.banner
        self.faults = Faults(window, log_folder())
        self.quiet = False
        """Set where nobody can answer a dialog: failures are then only written down."""
        self._wait: Paused | None = None
        """Why the run waits for its disk, as the banner said it."""
        session = control.session
        session.began.connect(self._begun)
        session.events.connect(self._heard)
        session.unanswered.connect(self._unanswered)
        control.listed.connect(self._listed)
        control.freed.connect(self._freed)

    def show_error(self, error: StudioError) -> None:
        """Tell what went wrong, and write it down."""
        self._parts.status.say(error.sentence)
        self.faults.write(f"{error}\n{details_of(error)}")
        if not self.quiet:
            show_error(self._window, error, log=self.faults.log)

    def run_ended(self, ended: RunEnded) -> None:
        """Offer what can be done about the end of the run that was on."""
        self._banner.hide()
        last = self._control.last
        if self.quiet or last is None:
            return
        if self._control.session.died:
            details = Offer("Details", "See what is known of it", lambda: self._show_failure(ended, last))
            text = f"Run {last.name} was interrupted in task {_next(last)}. {ended.message}"
            self._banner.offer(text, self._go_on("Resume", last.folder), details)
        elif ended.outcome == "failed":
            self._show_failure(ended, last)

    def _go_on(self, text: str, folder: Path) -> Offer:
        return Offer(text, f"Go on with {folder.name} where it was saved", lambda: self._control.resume(folder))

    def _show_failure(self, ended: RunEnded, last: Shown) -> None:
        if ended.cause != "loss":
            self._tell_failure(ended, last)
            return
        submit(
            self,
            lambda: describe(read_evidence(last.folder)),
            lambda evidence: self._tell_failure(ended, last, evidence),
            lambda error: self._tell_failure(ended, last, str(error)),
        )

    def _tell_failure(self, ended: RunEnded, last: Shown, evidence: str = "") -> None:
        details = "\n\n".join(part for part in (evidence, ended.details) if part)
        remedy = self._remedy(ended, last)
        hint = f"{ended.hint} {remedy.help}." if remedy is not None else ended.hint
        told = ended.model_copy(update={"details": details, "hint": hint.strip()})
        show_failure(self._window, told, remedy, log=last.folder / _RUN_LOG)

    def _remedy(self, ended: RunEnded, last: Shown) -> Offer | None:
        """Return what probably helps against the cause of a failure."""
        control = self._control
        if ended.cause == "device" and control.session.in_window:
            return Offer(
                "Go on in a separate process",
                "The device will not work again in this process; a new one goes on where the run was saved",
                lambda: control.resume(last.folder, "process"),
            )
        less = smaller(last.config) if ended.cause == "memory" and last.config is not None else None
        if less is None or last.config is None:
            return None

        def start() -> None:
            self._parts.new_run.load(less)
            control.start(less)

        changes = differences(last.config, less)
        return Offer("Start with smaller settings", f"A new run can take less at a time: {changes}", start)

    # --- what is heard ---

    def _begun(self, folder: Path) -> None:
        self._banner.hide()
        self._wait = None
        if self._settings.value(_FREED) == str(folder):
            self._settings.remove(_FREED)

    def _heard(self) -> None:
        live = self._control.viewer.live
        hold = live.curves.hold if live is not None else None
        before, self._wait = self._wait, hold if hold is not None and hold.reason else None
        if self._wait is None and before is not None:
            self._banner.hide()
        elif self._wait is not None and self._wait != before:
            stop = Offer("Stop", "Stop the run; everything that was written is kept", self._control.stop)
            text = f"Paused: {self._wait.reason} {self._wait.hint}".rstrip()
            self._banner.offer(text, stop, away="Wait", kind="warning")

    def _unanswered(self, seconds: float) -> None:
        control, live = self._control, self._control.viewer.live
        text = f"The run has not answered for {seconds:.0f} s."
        if control.session.killable:
            kill = Offer("Kill now", "End the process; everything up to the last save is kept", control.session.kill)
            self._banner.offer(f"{text} Everything up to its last save is kept.", kill, away="Wait")
        elif control.session.following:
            leave = Offer("Let it go on", "Follow it no longer; it goes on without this window", control.leave)
            self._banner.offer(f"{text} Another process trains it.", leave, away="Wait")
        elif live is not None:
            stage = STAGES.get(live.curves.stage or "", "Starting").lower()
            self._parts.status.say(f"{text} It is still in: {stage}, task {live.curves.task + 1}")

    def _listed(self) -> None:
        """Offer to go on with the run that was paused to free the device, or with one that was cut off."""
        control = self._control
        if control.viewer.asked is not None or control.session.running:
            return
        freed = self._settings.value(_FREED)
        for run in control.runs.rows():
            if run.state == "stopped" and str(run.folder) == freed:
                text = f"{run.name} is paused in task {run.tasks_done + 1}; the device is free."
                self._banner.offer(text, self._go_on("Go on", run.folder))
                return
        cut = control.runs.interrupted()
        if cut is not None:
            text = f"Run {cut.name} was interrupted in task {cut.tasks_done + 1}"
            self._banner.offer(text, self._go_on("Resume", cut.folder))

    def _freed(self, run: Shown) -> None:
        self._settings.setValue(_FREED, str(run.folder))
        self._settings.sync()
        if not self._control.session.running:
            text = f"Paused in task {_next(run)}; the device is free."
            self._banner.offer(text, self._go_on("Go on", run.folder))


def _next(run: Shown) -> int:
    """Return the task, counted from 1, in which a run goes on."""
    return len(run.curves.scores) + 1
