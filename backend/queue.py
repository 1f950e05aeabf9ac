"""Many runs, one after the other or some at once, each in a worker process: what befalls one touches no other."""

from __future__ import annotations

import contextlib
import queue
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, TypeAlias

from backend import supervise
from backend.commands import to_line
from backend.errors import StudioError
from backend.events import RunEnded, from_line
from backend.gate import Gate
from backend.history import open_run

Fate: TypeAlias = Literal["waiting", "running", "finished", "failed", "stopped", "killed"]
"""killed: its worker ended without a word; the run can be resumed at what it saved last."""

_POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Turn:
    """How a run of the queue fares: a sentence, and a hint where it did not go well."""

    folder: Path
    fate: Fate
    message: str = ""
    hint: str = ""


class Queue:
    """Runs that wait for their turn.

    Args:
        folders: prepared run folders; a run that began goes on, one that finished is left as it is.
        jobs: how many workers at once, from 1.
        command: makes the argument list of a worker.
    """

    def __init__(self, folders: Iterable[Path], jobs: int, command: supervise.Argv = supervise.command) -> None:
        self._turns = {folder: Turn(folder, "waiting") for folder in folders}
        self._jobs = jobs
        self._command = command
        self._news: queue.SimpleQueue[Turn] = queue.SimpleQueue()
        self._workers: list[subprocess.Popen[bytes]] = []
        """Those that were not told to stop."""

    def work(self, tell: Callable[[Turn], None], gate: Gate) -> tuple[Turn, ...]:
        """Work off all runs; return how each fared, in order.

        Args:
            tell: called from this thread when the fate of a run changes.
            gate: its `stop` ends every run after the step it is in; those that wait then stay `waiting`. No pausing.
        """
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="queue") as pool:
            runs = [pool.submit(self._run, folder, gate) for folder in self._turns]
            while not (all(run.done() for run in runs) and self._news.empty()):
                if gate.stopping:
                    self._stop_workers()
                with contextlib.suppress(queue.Empty):
                    turn = self._news.get(timeout=_POLL_SECONDS)
                    self._turns[turn.folder] = turn
                    tell(turn)
        for run in runs:
            run.result()  # a fault of ours is not kept quiet
        return tuple(self._turns.values())

    def _stop_workers(self) -> None:
        while self._workers:
            stdin = _pipe(self._workers.pop().stdin)
            with contextlib.suppress(OSError, ValueError):  # it has just ended by itself
                stdin.write(to_line("stop"))
                stdin.flush()

    def _run(self, folder: Path, gate: Gate) -> None:
        """Let one run have its turn; called in a thread of the pool."""
        if gate.stopping:
            return
        try:
            if open_run(folder).state == "finished":
                turn = Turn(folder, "finished", "It had finished before.")
            else:
                self._news.put(Turn(folder, "running"))
                turn = self._watch(folder)
        except StudioError as error:
            turn = Turn(folder, "failed", error.sentence, error.hint)
        self._news.put(turn)

    def _watch(self, folder: Path) -> Turn:
        with supervise.start(folder, self._command) as worker:
            self._workers.append(worker)
            ended = _last_word(_pipe(worker.stdout))
        if ended:
            return Turn(folder, ended.outcome, ended.message, ended.hint)
        dead = supervise.death(worker.returncode, folder)
        return Turn(folder, "killed", dead.message, dead.hint)


def _last_word(said: Iterable[bytes]) -> RunEnded | None:
    """Read all events; return how the run ended, if it says so."""
    ended: RunEnded | None = None
    for line in said:
        # A line without its end is the last one of a worker that died while it wrote.
        if line.endswith(b"\n") and isinstance(event := from_line(line), RunEnded):
            ended = event
    return ended


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    assert end is not None, "workers are started with pipes"
    return end
