"""What downloads and archives share: a source, progress, room on the disk, and one process at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backend.disk import writing
from backend.errors import StorageError, StudioError
from backend.locks import Lock, lock
from backend.units import size as in_words

MARGIN = 100_000_000  # bytes that are left free for everything else
_PAUSE = 0.1  # seconds between two reports
_WINDOW = 3.0  # seconds that the rate is measured over

_DIGESTS = ("md5", "sha1", "sha256", "sha512")

Phase = Literal["download", "check", "unpack"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that can be fetched.

    Args:
        url: http or https.
        name: what the file is called on this machine; no folder.
        size: bytes, 0 where unknown.
        digest: such as `sha256:...` or `md5:...`, empty where unknown.
    """

    url: str
    name: str
    size: int = 0
    digest: str = ""

    def __post_init__(self) -> None:
        """Refuse what a programmer got wrong.

        Raises:
            ValueError: the name holds a folder, or the digest is of an unknown kind.
        """
        if not self.name or Path(self.name).name != self.name:
            raise ValueError(f"{self.name!r} is not a plain file name")
        if self.digest and self.digest.partition(":")[0] not in _DIGESTS:
            raise ValueError(f"{self.digest!r} does not start with one of {', '.join(_DIGESTS)} and a colon")


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far a download, a check or an unpacking has come.

    Args:
        name: the file it is about.
        done: bytes.
        total: bytes, 0 where unknown.
        rate: bytes a second over the last seconds.
    """

    name: str
    phase: Phase
    done: int
    total: int
    rate: float


Tick = Callable[[Transfer], None]


class Meter:
    """Tells a `Tick` about progress, at most ten times a second and once at the end."""

    def __init__(self, name: str, phase: Phase, total: int, tick: Tick) -> None:
        self._name, self._total, self._tick = name, total, tick
        self._phase: Phase = phase
        self._seen: deque[tuple[float, int]] = deque()

    def move(self, done: int) -> None:
        """Report that `done` bytes are through, if it is time to."""
        if not self._seen or time.monotonic() - self._seen[-1][0] >= _PAUSE:
            self._report(done)

    def finish(self, done: int) -> None:
        """Report the end, whenever the last report was."""
        self._report(done)

    def _report(self, done: int) -> None:
        now = time.monotonic()
        while len(self._seen) > 1 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        since, before = self._seen[0] if self._seen else (now, done)
        self._seen.append((now, done))
        rate = (done - before) / (now - since) if now - since >= _PAUSE else 0.0
        self._tick(Transfer(self._name, self._phase, done, self._total, rate))


def room(folder: Path) -> int:
    """Return how many bytes may be written to the disk of `folder`."""
    with writing(folder):
        return shutil.disk_usage(folder).free - MARGIN


def need_room(folder: Path, count: int, what: str) -> None:
    """Make sure that `count` bytes of `what` fit.

    Raises:
        StorageError: they do not.
    """
    free = room(folder)
    if count > free:
        sentence = f"{what} needs {in_words(count)} in '{folder}', and {in_words(max(0, free))} can be used there."
        raise StorageError(sentence, "Free some space or choose a folder on another disk, then try again.")


@contextlib.contextmanager
def alone(path: Path, busy: StudioError) -> Generator[None]:
    """Let one process, and in it one thread, work at `path` at a time; the others get the error `busy`."""
    mark = path.with_name(f".{path.name}.lock")
    with writing(mark):
        held = _lock_that_stays(mark)
    if held is None:
        raise busy
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps a file that is open
            mark.unlink()
        held.close()


def _lock_that_stays(mark: Path) -> Lock | None:
    """Lock a file that its last holder may be deleting at this moment."""
    while (held := lock(mark)) is not None:
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(held.descriptor), mark.stat()):
                return held
        held.close()
    return None
