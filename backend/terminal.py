"""A run or a transfer in a terminal: bars where somebody watches, a line a task or a phase where nobody does."""

from __future__ import annotations

import time
from typing import Final, assert_never

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from backend.events import (
    Calibrated,
    Checkpointed,
    DeviceSampled,
    Event,
    Note,
    Paused,
    Resumed,
    RunEnded,
    RunStarted,
    StageEnded,
    StepEnded,
    StepSaved,
    TaskScored,
    TaskStarted,
)
from backend.transfer import Transfer
from backend.units import size


class Terminal:
    """Shows events on a console; a context manager that is called with each event."""

    def __init__(self, console: Console, errors: Console) -> None:
        self._console = console
        self._errors = errors
        bars = (TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.fields[note]}"))
        self._progress = Progress(*bars, console=console, transient=True, disable=not console.is_terminal)
        self._run = self._progress.add_task("Run", total=None, note="")
        self._stage = self._progress.add_task("", total=None, note="")
        self._tasks = self._first = 0
        self._began = self._task_began = time.monotonic()
        self._drift = ""

    def __enter__(self) -> Terminal:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunStarted():
                self._start(event)
            case StepEnded():
                loss = "" if event.loss is None else f"loss {event.loss:.3f}, "
                note = f"{loss}{event.rate:,.0f}/s"
                title = f"{event.stage} {event.step}/{event.steps}"
                self._progress.update(
                    self._stage, description=title, total=event.steps, completed=event.step, note=note
                )
            case Calibrated():
                known = event.drift_before is not None and event.drift_after is not None
                self._drift = f"  drift {event.drift_before:.3f} > {event.drift_after:.3f}" if known else ""
            case TaskScored():
                self._score(event)
            case Note():
                self._note(event.level, event.text, event.hint)
            case Paused():
                self._note("warning", f"paused: {event.reason}" if event.reason else "", event.hint)
            case TaskStarted() | StageEnded() | Checkpointed() | StepSaved() | DeviceSampled() | Resumed() | RunEnded():
                pass
            case _:
                assert_never(event)

    def _start(self, event: RunStarted) -> None:
        self._tasks, self._first = len(event.tasks), event.first_task
        self._began = self._task_began = time.monotonic()
        self._progress.update(self._run, total=self._tasks, completed=self._first, description=self._title(self._first))
        if self._console.is_terminal:
            about = f"{event.method} on {event.dataset}, seed {event.seed}: {len(event.class_names)} classes"
            self._console.print(Text(f"{about} in {self._tasks} tasks; {event.device_reason}"), soft_wrap=True)

    def _title(self, done: int) -> str:
        return f"Task {min(done + 1, self._tasks)} of {self._tasks}"

    def _score(self, event: TaskScored) -> None:
        done, now = event.task + 1, time.monotonic()
        line = (
            f"Task {done} of {self._tasks}  accuracy {event.accuracy:.1f} %  average {event.average:.1f} %  "
            f"forgetting {event.forgetting:.1f}{self._drift}  {now - self._task_began:.1f} s"
        )
        self._console.print(Text(line, style="bold" if done == self._tasks else ""), soft_wrap=True)
        left = (now - self._began) / max(1, done - self._first) * (self._tasks - done)
        self._task_began, self._drift = now, ""
        self._progress.update(self._run, completed=done, description=self._title(done), note=f"about {left:.0f} s left")

    def _note(self, level: str, text: str, hint: str) -> None:
        if text and (level != "info" or self._console.is_terminal):
            style = {"info": "dim", "warning": "yellow", "error": "red"}[level]
            self._errors.print(Text(f"{level}: {text} {hint}".rstrip(), style=style), soft_wrap=True)


PHASES: Final = {"download": "Downloading", "check": "Checking", "unpack": "Unpacking"}


class TransferBar:
    """Shows a download or an unpacking on a console; a context manager that is called with each `Transfer`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(30),
            DownloadColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._bar = self._progress.add_task("", total=None, rate="")
        self._said = ""

    def __enter__(self) -> TransferBar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, transfer: Transfer) -> None:
        """Show how far it is."""
        title = f"{PHASES[transfer.phase]} {transfer.name}"
        if title != self._said:
            self._said = title
            # A new bar: rich does not forget the total of an old one.
            self._progress.remove_task(self._bar)
            self._bar = self._progress.add_task(title, total=None, rate="")
            if not self._console.is_terminal:
                self._console.print(Text(title), soft_wrap=True)
        rate = f"{size(transfer.rate)}/s" if transfer.rate else ""
        self._progress.update(self._bar, total=transfer.total or None, completed=transfer.done, rate=rate)
