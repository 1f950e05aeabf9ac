"""What the commands share: complaints, tables, Ctrl-C, and watching a run or a transfer."""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend.config import RunConfig
from backend.events import RunEnded
from backend.gate import Gate, Stopped
from backend.transfer import Tick

CODES: Final = {"finished": 0, "failed": 1, "stopped": 130}
Act = Callable[[argparse.Namespace], int]


class AddCommand(Protocol):
    """Adds a subcommand: its name, what it does, and its help."""

    def __call__(self, name: str, act: Act, text: str) -> argparse.ArgumentParser:
        """Return the parser of the new subcommand."""
        ...


def check_split(config: RunConfig) -> None:
    """Tell a split that does not fit the data set before anything is written: it is bad configuration.

    Raises:
        ConfigError: it does not fit.
        CheckpointError: it continues another run, which only `extend` can do.
        DataError: the data set is missing.
    """
    from backend.grown import dataset_of, require_learned
    from backend.tasks import tasks_of

    require_learned(config.earlier, 0)
    tasks_of(config, dataset_of(config))


def complain(sentence: str, hint: str) -> None:
    """Say on stderr what went wrong and what to do."""
    console = Console(stderr=True)
    console.print(Text(sentence, style="bold red"), soft_wrap=True)
    if hint:
        console.print(Text(f"  {hint}"), soft_wrap=True)


def plain() -> Console:
    """Return a console that prints text as it is."""
    return Console(highlight=False, markup=False, soft_wrap=True)


def table(title: str, first: str, *others: str) -> Table:
    """Return a table whose first column is never broken, and in which nothing is cut off."""
    made = Table(first, *others, title=Text(title), title_justify="left")
    made.columns[0].no_wrap = True
    for column in made.columns[1:]:
        column.overflow = "fold"
    return made


def watch_run(folder: Path, work: Callable[[Callable[[Any], None], Gate], RunEnded]) -> RunEnded:
    """Show a run until it ends, and say how it ended."""
    from backend.terminal import Terminal

    gate, console = Gate(), Console()
    stopping = ("Stopping after this step.", "Once more kills the run; its last checkpoint stays.")
    with stopped_by_signals(gate, *stopping), Terminal(console, Console(stderr=True)) as terminal:
        ended = work(terminal, gate)
    if ended.outcome == "failed":
        complain(ended.message, ended.hint)
    else:
        said = ended.message or f"Finished in {ended.seconds:.0f} s."
        console.print(f"{said} Run folder: {folder}", markup=False, highlight=False, soft_wrap=True)
    return ended


def watch_transfer(work: Callable[[Tick, Gate], Path]) -> int:
    """Show a download or an import until it is done, and say where it went; return the exit code."""
    from backend.terminal import TransferBar

    gate, console = Gate(), Console()
    stopping = ("Stopping.", "What was downloaded is kept; the same command goes on with it.")
    try:
        with stopped_by_signals(gate, *stopping), TransferBar(console) as bar:
            place = work(bar, gate)
    except Stopped:
        return CODES["stopped"]
    console.print(str(place), markup=False, highlight=False, soft_wrap=True)
    return 0


@contextlib.contextmanager
def stopped_by_signals(gate: Gate, sentence: str, hint: str) -> Generator[None]:
    """Let the first Ctrl-C or SIGTERM close the gate and say so, and the second one kill."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        complain(sentence, hint)
        gate.stop()

    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
