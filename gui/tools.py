"""The Tools menu: Check, Self-test, Get data. Owns their dialogs and tells the window what follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from backend.api import (
    DataSettings,
    RunEnded,
    RunRecord,
    SelfTest,
    StudioError,
    Verdict,
    open_run,
    self_test_configuration,
    verdict,
)
from gui.background import submit
from gui.control import Control
from gui.parts import Parts
from gui.theme import Theme, current
from gui.widgets.doctor import DoctorDialog
from gui.widgets.get_data import GetDataDialog
from gui.widgets.self_test import SelfTestDialog


class Tools(QObject):
    """One dialog of each kind; they do not block the window."""

    said = Signal(str)
    """A sentence for the status bar."""
    done = Signal(str, str)
    """Something that took long is done: what, and how it went."""

    def __init__(self, window: QMainWindow, control: Control, parts: Parts) -> None:
        super().__init__(window)
        self._window, self._control, self._parts = window, control, parts
        self._testing: tuple[SelfTest, Path] | None = None
        self.get_data_dialog: GetDataDialog | None = None
        self.self_test_dialog: SelfTestDialog | None = None
        self.doctor: DoctorDialog | None = None
        control.changed.connect(self._run_state)
        control.run_ended.connect(self._run_ended)

    def check(self) -> None:
        """Open the check; it begins at once."""
        if self.doctor is None:
            self.doctor = DoctorDialog(self._window)
            self.doctor.destroyed.connect(self._forget_doctor)
            self.doctor.self_test_requested.connect(self.self_test)
            self.doctor.set_theme(current())
        self.doctor.show()
        self.doctor.raise_()

    def self_test(self) -> None:
        """Open the list of self-tests."""
        if self.self_test_dialog is None:
            self.self_test_dialog = SelfTestDialog(self._window)
            self.self_test_dialog.start_requested.connect(self._start_test)
        self.self_test_dialog.open_now(running=self._control.session.busy)

    def get_data(self) -> None:
        """Open the list of data sets at the form's."""
        draft = self._parts.new_run.draft
        settings = DataSettings(name=draft.value("data.name"), root=draft.value("data.root"))
        self._data_dialog().open_at(settings)

    def import_archive(self) -> None:
        """Ask for an archive of the form's data set."""
        self.get_data()
        self._data_dialog().ask_archive()

    def set_theme(self, theme: Theme) -> None:
        """Dress the dialogs that are there."""
        for dialog in (self.get_data_dialog, self.doctor):
            if dialog is not None:
                dialog.set_theme(theme)

    def _data_dialog(self) -> GetDataDialog:
        if self.get_data_dialog is None:
            dialog = self.get_data_dialog = GetDataDialog(self._window)
            dialog.set_theme(current())
            dialog.said.connect(self.said)
            dialog.data_changed.connect(self._data_changed)
            dialog.use_requested.connect(self._use_data)
            dialog.ended.connect(lambda words: self.done.emit("Get data", words))
            dialog.self_test_requested.connect(self.self_test)
        return self.get_data_dialog

    def _data_changed(self, name: str, root: str) -> None:
        """Let what shows the form's data set look at the disk again."""
        draft = self._parts.new_run.draft
        if draft.value("data.name") == name:
            draft.set("data.root", root)
            self._parts.new_run.preview.refresh()
            self._parts.data.refresh()

    def _use_data(self, name: str, root: str) -> None:
        draft = self._parts.new_run.draft
        draft.set("data.name", name)
        draft.set("data.root", root)

    def _forget_doctor(self) -> None:
        self.doctor = None

    # --- self-tests ---

    def _start_test(self, test: SelfTest) -> None:
        self._control.start(self_test_configuration(test))
        folder = self._control.session.folder
        if self._control.session.running and folder is not None:
            self._testing = (test, folder)

    def _run_state(self) -> None:
        if self.self_test_dialog is not None:
            self.self_test_dialog.set_running(self._control.session.busy)

    def _run_ended(self, ended: RunEnded) -> None:
        if self._testing is None:
            return
        (test, folder), self._testing = self._testing, None
        if ended.outcome != "finished":
            self._tell(Verdict(False, f"{test.label}: the run {ended.outcome}. {ended.message}".rstrip()))
            return
        submit(self, lambda: open_run(folder), lambda record: self._judge(test, record), self._not_judged)

    def _judge(self, test: SelfTest, record: RunRecord) -> None:
        result: dict[str, Any] = record.result or {}
        self._tell(verdict(test, result))

    def _not_judged(self, error: StudioError) -> None:
        self._tell(Verdict(False, str(error)))

    def _tell(self, verdict: Verdict) -> None:
        self.said.emit(f"Self-test: {verdict.sentence}")
        self.done.emit(f"Self-test {'passed' if verdict.fine else 'failed'}", verdict.sentence)
        if self.self_test_dialog is not None:
            self.self_test_dialog.show_verdict(verdict)
            self.self_test_dialog.show()
