"""A disk that breaks at a chosen moment, and is whole again a little after the run has said that it waits."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from backend import patience

OPERATIONS = ("open", "write", "fsync", "ftruncate", "replace", "rename", "mkdir")
KINDS = {
    "config": r"config\.toml",
    "events": r"events\.jsonl",
    "data": r"data\.json",
    "result": r"result\.json",
    "checkpoint": r"checkpoints",
}
"""What belongs to what, temporary files and folders included."""
HEALS_AFTER = 0.03
"""Seconds after the pause was told."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong: `error` is a name of errno, `SHORT` (half is written, then ENOSPC) or `UNPLUGGED`."""

    kind: str
    operation: str
    error: str

    def __str__(self) -> str:
        return f"{self.error} in {self.operation} of {self.kind}"


class BrokenDisk:
    """Stands between a run and its disk; use it as a context, and `told_paused` when the run says that it waits.

    Args:
        folder: the run folder.
        fault: none to count operations only.
        moment: at which matching operation it breaks, from 0.
    """

    def __init__(self, folder: Path, fault: Fault | None = None, moment: int = 0) -> None:
        self.folder, self.fault, self.moment = folder, fault, moment
        self.seen: Counter[tuple[str, str]] = Counter()
        self.broke = False
        self._broken = False
        self._real = {name: getattr(os, name) for name in OPERATIONS}
        self._away = folder.with_name(f"{folder.name} is away")
        self._healer: threading.Timer | None = None

    def __enter__(self) -> BrokenDisk:
        self._pace = patience.EVERY, patience._TICK
        patience.EVERY = patience._TICK = 0.01
        for name in OPERATIONS:
            setattr(os, name, self._wrapped(name))
        return self

    def __exit__(self, *_: object) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)
        patience.EVERY, patience._TICK = self._pace
        if self._healer:
            self._healer.join()
        self.heal()

    def told_paused(self) -> None:
        """Get whole again in a moment."""
        self._healer = threading.Timer(HEALS_AFTER, self.heal)
        self._healer.start()

    def heal(self) -> None:
        """Be whole from now on."""
        self._broken = False
        if self._away.exists():
            with contextlib.suppress(FileNotFoundError):
                self._real["rename"](self._away, self.folder)

    def _wrapped(self, name: str):
        def call(target, *rest, **named):
            reads = name == "open" and not rest[0] & (os.O_WRONLY | os.O_RDWR)
            if not reads and (path := self._inside(target)) and self._hits(path, name):
                self._fail(name, target, rest)
            return self._real[name](target, *rest, **named)

        return call

    def _inside(self, target: object) -> str:
        """Return the path inside the run folder; empty for others."""
        path = str(Path(f"/proc/self/fd/{target}").readlink()) if isinstance(target, int) else os.fspath(target)
        return path[len(str(self.folder)) :] if path.startswith(f"{self.folder}/") else ""

    def _hits(self, path: str, name: str) -> bool:
        kind = next((kind for kind, pattern in KINDS.items() if re.search(pattern, path)), "")
        here = self.seen[kind, name]
        self.seen[kind, name] += 1
        if self.fault and not self.broke and (kind, name) == (self.fault.kind, self.fault.operation):
            self.broke = self._broken = here >= self.moment
        return self._broken and (kind, name) == (self.fault.kind, self.fault.operation)

    def _fail(self, name: str, target: object, rest: tuple) -> None:
        if self.fault.error == "UNPLUGGED":
            if not self._away.exists():
                self._real["rename"](self.folder, self._away)
            return
        if self.fault.error == "SHORT":
            self._real[name](target, bytes(rest[0])[: len(rest[0]) // 2])
        number = getattr(errno, "ENOSPC" if self.fault.error == "SHORT" else self.fault.error)
        raise OSError(number, os.strerror(number))


FAULTS = tuple(
    Fault(kind, operation, error)
    for kind, operation, errors in (
        ("events", "write", ("ENOSPC", "EIO", "SHORT", "UNPLUGGED", "EROFS", "ESTALE")),
        ("events", "fsync", ("EIO", "ENOSPC", "ENODEV")),
        ("checkpoint", "mkdir", ("ENOSPC", "EACCES", "UNPLUGGED")),
        ("checkpoint", "open", ("ENOSPC", "EROFS", "EACCES", "UNPLUGGED")),
        ("checkpoint", "write", ("ENOSPC", "EIO", "SHORT", "UNPLUGGED")),
        ("checkpoint", "fsync", ("EIO", "EDQUOT")),
        ("checkpoint", "rename", ("EIO", "EACCES", "UNPLUGGED")),
        ("result", "open", ("EACCES", "UNPLUGGED")),
        ("result", "write", ("ENOSPC", "SHORT")),
        ("result", "fsync", ("EIO",)),
        ("result", "replace", ("EIO", "EROFS")),
        ("data", "open", ("EACCES",)),
        ("data", "write", ("ENOSPC", "SHORT")),
        ("data", "replace", ("EIO",)),
        ("config", "write", ("ENOSPC", "SHORT")),
        ("config", "replace", ("EIO",)),
    )
    for error in errors
)
