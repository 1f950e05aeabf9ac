"""A run is killed again and again, at a random moment of a random phase, and must end as if nothing had happened."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from backend import checkpoint
from backend.api import Event, Gate, RunConfig, StepEnded, open_run, prepare_run, read_event, run, worker_command
from backend.events import RunStarted, TaskScored, TaskStarted
from backend.history import EVENTS, RESULT
from tests.faults.row import Row

PHASES = ("start", "stage 1", "calibration", "stage 2", "evaluation", "checkpoint write", "between")
"""`start`: when a worker says its first word; `between`: around the score of a task."""
_STAGES = {"stage 1": "adapt", "calibration": "calibrate", "stage 2": "align", "evaluation": "evaluate"}
_LONGEST = 1.0
"""Seconds that a phase may go on before the kill."""
_PATIENCE = 12.0
"""Seconds that a phase is waited for; then the worker is killed where it is."""
_KEPT = ("task_started", "stage_ended", "calibrated", "task_scored", "checkpointed")
"""Events that each run has, in the same order; steps are told by the clock."""


def campaign(
    count: int,
    seed: int,
    folder: Path,
    config: RunConfig | None = None,
    command: Callable[[Path], list[str]] = worker_command,
) -> Iterator[Row]:
    """Kill runs of one configuration `count` times in all, with SIGKILL, and resume them each time.

    Args:
        count: kills.
        seed: of phases and moments.
        folder: empty.
        config: the demo, unless another one is given.
        command: starts a worker for a run folder.
    """
    config = config or RunConfig()
    begun = time.monotonic()
    assert run(config, folder / "reference", lambda event: None, Gate()).outcome == "finished"
    wanted = Outcome.of(folder / "reference")
    draw, chain = random.Random(seed), Chain(folder, config, command)
    while chain.kills < count:
        chain.kill(draw.choice(PHASES), draw.random() * _LONGEST, wanted)
    chain.finish(wanted)
    seconds = time.monotonic() - begun
    where = ", ".join(f"{phase} {chain.where[phase]}" for phase in (*PHASES, "elsewhere") if chain.where[phase])
    on_disk = chain.told - len(chain.lost)
    yield Row(1, "SIGKILL at a random moment: resumed", chain.kills, chain.resumed, seconds, where, tuple(chain.failed))
    runs = f"{chain.runs} runs, their {chain.compared} task checkpoints compared tensor by tensor"
    yield Row(1, "and the result has the same bits", chain.runs, chain.equal, seconds, runs, tuple(chain.unequal))
    told = "told by the workers before they were killed"
    lost = tuple(chain.lost[:9])
    yield Row(2, "an event that was told is on the disk", chain.told, on_disk, seconds, told, lost)


@dataclass(frozen=True)
class Outcome:
    """What two runs must share to be the same run."""

    result: dict[str, Any]
    events: list[dict[str, Any]]
    tensors: dict[str, dict[str, torch.Tensor]]

    @classmethod
    def of(cls, folder: Path) -> Outcome:
        """Read a finished run."""
        result = json.loads((folder / RESULT).read_text())
        result.pop("seconds")
        events = [e for e in open_run(folder).events if e.kind in _KEPT and getattr(e, "stage", "") != "prepare"]
        plain = [e.model_dump(exclude={"at", "seconds", "bytes"}) for e in events]
        ends = sorted((folder / "checkpoints").iterdir())
        return cls(result, plain, {path.name: checkpoint.load(path).tensors for path in ends})

    def differs(self, other: Outcome) -> str:
        """Return what is not the same, in words; nothing where all is."""
        if self.result != other.result:
            return "result.json"
        if self.events != other.events:
            return "the sequence of events"
        if self.tensors.keys() != other.tensors.keys():
            return "the list of checkpoints"
        for name, tensors in self.tensors.items():
            theirs = other.tensors[name]
            if tensors.keys() != theirs.keys() or not all(torch.equal(v, theirs[k]) for k, v in tensors.items()):
                return f"a tensor of {name}"
        return ""


@dataclass
class Chain:
    """Runs of one configuration, one after the other, each killed until it ends."""

    folder: Path
    config: RunConfig
    command: Callable[[Path], list[str]]
    kills: int = 0
    resumed: int = 0
    runs: int = 0
    equal: int = 0
    compared: int = 0
    told: int = 0
    where: Counter[str] = field(default_factory=Counter[str])
    failed: list[str] = field(default_factory=list[str])
    unequal: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])
    _home: Path | None = None
    _cut_off: bool = False
    """Whether the last worker was killed, and no other one went on yet."""

    def kill(self, phase: str, seconds: float, wanted: Outcome) -> None:
        """Start or resume a worker and kill it so many seconds into a phase; should it end before, compare."""
        home = self._home or self._begin()
        worker = _Worker(self.command(home), home)
        worker.wait_for(phase)
        if phase != "checkpoint write":
            worker.wait(seconds)
        killed = worker.kill()
        self._count(worker, home)
        if killed:
            self.kills += 1
            self._cut_off = True
            self.where[phase if worker.met else "elsewhere"] += 1
        elif (home / RESULT).exists():
            self._compare(home, wanted)
        else:
            self.failed.append(f"kill {self.kills}: the worker ended with {worker.process.returncode}")
            self._home = None

    def finish(self, wanted: Outcome) -> None:
        """Let the last run end."""
        if self._home is None:
            return
        home = self._home
        worker = _Worker(self.command(home), home)
        worker.process.wait()
        worker.kill()
        self._count(worker, home)
        self._compare(home, wanted)

    def _begin(self) -> Path:
        self.runs += 1
        self._home = self.folder / f"run-{self.runs:02}"
        prepare_run(self.config, self._home)
        return self._home

    def _count(self, worker: _Worker, home: Path) -> None:
        """Count what the worker told, and look for it on the disk."""
        if self._cut_off and worker.began:
            self.resumed += 1
            self._cut_off = False
        lines = set((home / EVENTS).read_bytes().splitlines())
        self.told += len(worker.lines)
        self.lost += [line.decode()[:200] for line in worker.lines if line not in lines]

    def _compare(self, home: Path, wanted: Outcome) -> None:
        self._home = None
        if not (home / RESULT).exists():
            self.unequal.append(f"{home.name}: not finished")
            return
        got = Outcome.of(home)
        self.compared += len(got.tensors)
        if why := wanted.differs(got):
            self.unequal.append(f"{home.name}: {why} differs")
        else:
            self.equal += 1
            shutil.rmtree(home)


class _Worker:
    """A worker that is listened to."""

    def __init__(self, command: list[str], home: Path) -> None:
        self.home = home
        self.lines: list[bytes] = []
        self.began = self.met = False
        self._last: Event | None = None
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def over(self) -> bool:
        return self.process.poll() is not None

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.endswith(b"\n"):
                self.lines.append(line.rstrip(b"\n"))
                self._last = read_event(line)
                self.began = self.began or isinstance(self._last, RunStarted)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until it is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def wait_for(self, phase: str) -> None:
        """Return when the phase is on, the worker is over, or the phase does not come."""
        while not self.began and not self.over:
            time.sleep(0.01)
        late = time.monotonic() + _PATIENCE
        while not self.over and time.monotonic() < late:
            if self._is_on(phase):
                self.met = True
                return
            time.sleep(0.001 if phase == "checkpoint write" else 0.01)

    def _is_on(self, phase: str) -> bool:
        last = self._last
        if phase == "start":
            return last is not None
        if phase == "checkpoint write":
            return any((self.home / "checkpoints").glob(".*.tmp"))
        if phase == "between":
            return isinstance(last, TaskScored | TaskStarted)
        return isinstance(last, StepEnded) and last.stage == _STAGES[phase]

    def kill(self) -> bool:
        """Kill it; return whether it was still alive."""
        alive = self.process.poll() is None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        return alive and self.process.returncode == -signal.SIGKILL
