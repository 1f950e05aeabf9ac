"""Fetch a file: resumed where it stopped, checked, and put in place as a whole."""

from __future__ import annotations

import hashlib
import random
import time
from pathlib import Path

from backend.disk import writing
from backend.errors import DownloadError
from backend.gate import Gate
from backend.part_file import PartFile
from backend.transfer import Meter, Source, Tick, Transfer, alone

__all__ = ["Source", "Tick", "Transfer", "fetch"]

ATTEMPTS = 5  # in a row that bring nothing new
FIRST_WAIT = 0.5  # seconds; doubles with every failure
LONGEST_WAIT = 60.0  # seconds, whatever the server asks for
_CHUNK = 1 << 20


def fetch(source: Source, folder: Path, *, tick: Tick, gate: Gate) -> Path:
    """Return where the file lies in `folder`, after fetching it if it is not there or not right.

    A download that broke off, or that was stopped through the gate, goes on from its `.part` at the next call.
    A file of that name that is not the expected one is replaced, once the right one is complete.

    Raises:
        DownloadError: it cannot be had, is not the expected one, or is being fetched already.
        StorageError: there is no room, or the disk cannot be written.
        Stopped: the gate was closed.
    """
    goal = folder / source.name
    if _is_there(goal, source, tick, gate):
        return goal
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    busy = DownloadError(f"'{goal}' is already being downloaded.", "Wait until that is done, then try again.")
    with alone(goal, busy):
        if not _is_there(goal, source, tick, gate):  # another process may have brought it at this moment
            part = PartFile(goal, source.url)
            _complete(part, source, tick, gate)
            _check(part, source, tick, gate)
            part.finish()
    return goal


def _is_there(goal: Path, source: Source, tick: Tick, gate: Gate) -> bool:
    if not goal.is_file() or source.size not in {0, goal.stat().st_size}:
        return False
    return not source.digest or _digest(goal, source, tick, gate) == source.digest.lower()


def _complete(part: PartFile, source: Source, tick: Tick, gate: Gate) -> None:
    """Receive until everything is there; give up after `ATTEMPTS` in a row that bring nothing new."""
    from backend.web import Interrupted, by_hand, connect, receive

    jitter = random.Random(source.url)
    failures, best = 0, part.have
    with connect() as client:
        while not part.complete:
            gate.check()
            try:
                receive(client, source, part, tick=tick, gate=gate)
                break
            except Interrupted as broken:
                failures = 0 if part.have > best else failures + 1
                best = max(best, part.have)
                if failures >= ATTEMPTS:
                    hint = f"Check the network and try again: it goes on where it stopped. {by_hand(source, part)}"
                    raise DownloadError(broken.sentence, hint) from broken
                delay = broken.after or FIRST_WAIT * 2 ** max(0, failures - 1) * jitter.uniform(0.5, 1.5)
                wait(min(delay, LONGEST_WAIT), gate)


def wait(seconds: float, gate: Gate) -> None:
    """Wait before the next try, but not longer than the user wants.

    Raises:
        Stopped: the gate was closed.
    """
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        gate.check()
        time.sleep(min(left, 0.1))


def _check(part: PartFile, source: Source, tick: Tick, gate: Gate) -> None:
    if not source.digest:
        return
    found = _digest(part.path, source, tick, gate)
    if found != source.digest.lower():
        part.clear()
        sentence = f"'{source.name}' arrived damaged or was changed: expected {source.digest}, got {found}."
        raise DownloadError(sentence, "Try again; if it happens again, the file on the server is another one.")


def _digest(path: Path, source: Source, tick: Tick, gate: Gate) -> str:
    """Return the digest of a file, written as `source.digest` is."""
    algorithm = source.digest.partition(":")[0]
    digest = hashlib.new(algorithm, usedforsecurity=False)
    done, total = 0, path.stat().st_size
    meter = Meter(source.name, "check", total, tick)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            gate.check()
            digest.update(chunk)
            done += len(chunk)
            meter.move(done)
    meter.finish(done)
    return f"{algorithm}:{digest.hexdigest()}"
