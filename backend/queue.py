"""Many runs, one after the other or some at once, each in a worker process: what befalls one touches no other."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Final

from backend import supervise
from backend.commands import to_line
from backend.errors import StudioError
from backend.events import RunEnded, from_line
from backend.gate import Gate
from backend.history import open_run
from backend.lineup import Lineup, Turn

_POLL_SECONDS: Final = 0.1


class Queue:
    """Runs that wait for their turn; `work` blocks until all had theirs.

    Args:
        folders: prepared run folders; a run that began goes on, one that finished is left as it is.
        jobs: how many workers at once, from 1.
        command: makes the argument list of a worker.
    """

    def __init__(self, folders: Iterable[Path], jobs: int, command: supervise.Argv = supervise.command) -> None:
        self._lineup = Lineup()
        self._lineup.add(folders)
        self._jobs = jobs
        self._command = command
        self._workers: list[subprocess.Popen[bytes]] = []
        """Those that were not told to stop."""

    def work(self, tell: Callable[[Turn], None], gate: Gate) -> tuple[Turn, ...]:
        """Work off all runs; return how each fared, in order.

        Args:
            tell: called from this thread when the fate of a run changes.
            gate: its `stop` ends every run after the step it is in; those that wait then stay `waiting`. No pausing.
        """
        lineup, runs = self._lineup, set[Future[Turn]]()

        def hear(turn: Turn) -> None:
            lineup.tell(turn)
            tell(turn)

        with ThreadPoolExecutor(self._jobs, thread_name_prefix="queue") as pool:
            while True:
                for folder in lineup.due(self._jobs):
                    if gate.stopping:
                        break
                    hear(Turn(folder, "running"))
                    runs.add(pool.submit(self._run, folder))
                if gate.stopping:
                    self._stop_workers()
                if not runs:
                    return lineup.turns
                done, runs = wait(runs, _POLL_SECONDS, FIRST_COMPLETED)
                for run in done:
                    hear(run.result())

    def _stop_workers(self) -> None:
        while self._workers:
            stdin = _pipe(self._workers.pop().stdin)
            with contextlib.suppress(OSError, ValueError):  # it has just ended by itself
                stdin.write(to_line("stop"))
                stdin.flush()

    def _run(self, folder: Path) -> Turn:
        """Let one run have its turn; called in a thread of the pool."""
        try:
            if open_run(folder).state == "finished":
                return Turn(folder, "finished", "It had finished before.")
            return self._watch(folder)
        except StudioError as error:
            return Turn(folder, "failed", error.sentence, error.hint)

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
