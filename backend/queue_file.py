"""queue.json in the folder of all runs: the window's queue, as it was when that window was last there.

One window at a time works it off: whoever `take`s it, and until it lets go or dies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, ValidationError

from backend import bounded
from backend.disk import write_atomic, writing
from backend.errors import RunFolderError
from backend.events import RunEnded
from backend.history import is_being_written, is_run, open_run
from backend.lineup import Fate, Turn
from backend.locks import Lock, lock

QUEUE: Final = "queue.json"
MOST_AT_ONCE: Final = 64
_TAKEN: Final = ".queue.lock"
_MOST_BYTES: Final = 2**24
_MOST_TURNS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A queue on the disk.

    Attributes:
        turns: all its runs, in order.
        at_once: how many runs are on at the most.
        beside: whether runs begin while the window itself trains one.
    """

    turns: tuple[Turn, ...] = ()
    at_once: int = 1
    beside: bool = False


class _Turn(BaseModel):
    folder: str
    """Its name, or its whole path where it lies elsewhere."""
    fate: Fate
    message: str = ""
    hint: str = ""


class _File(BaseModel):
    version: Literal[1] = 1
    turns: Annotated[tuple[_Turn, ...], Field(max_length=_MOST_TURNS)] = ()
    at_once: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    beside: bool = False


class QueueFile:
    """The queue of one folder of runs.

    Args:
        root: the folder; made when there is something to write.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock: Lock | None = None

    def take(self) -> bool:
        """Become the one who works it off, and stay it; return whether nobody else is.

        Raises:
            StorageError: the folder may not be written.
        """
        if self._lock is None:
            with writing(self._root):
                self._root.mkdir(parents=True, exist_ok=True)
                self._lock = lock(self._root / _TAKEN)
        return self._lock is not None

    @property
    def taken(self) -> bool:
        """Whether it was taken here, and not let go since."""
        return self._lock is not None

    def release(self) -> None:
        """Let another window work it off; releasing twice is fine."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def read(self) -> Kept:
        """Return the queue; an empty one where there is none.

        Raises:
            RunFolderError: the file is damaged or cannot be read.
        """
        path = self._root / QUEUE
        try:
            file = _File.model_validate_json(bounded.read_bytes(path, _MOST_BYTES))
        except FileNotFoundError:
            return Kept()
        except (OSError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            hint = "The next change of the queue writes it anew. No run is lost: add those that waited again."
            raise RunFolderError(f"The queue '{path}' cannot be read: {why}.", hint) from error
        turns = (Turn(self._root / turn.folder, turn.fate, turn.message, turn.hint) for turn in file.turns)
        return Kept(tuple(turns), file.at_once, file.beside)

    def write(self, kept: Kept) -> None:
        """Write the queue as a whole.

        Raises:
            StorageError: it cannot be written; the file is as it was.
        """
        file = _File(turns=tuple(self._entries(kept.turns)), at_once=kept.at_once, beside=kept.beside)
        with writing(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
        write_atomic(self._root / QUEUE, file.model_dump_json(indent=2).encode() + b"\n")

    def _entries(self, turns: Iterable[Turn]) -> Iterable[_Turn]:
        for turn in turns:
            inside = turn.folder.parent == self._root
            name = turn.folder.name if inside else str(turn.folder.absolute())
            yield _Turn(folder=name, fate=turn.fate, message=turn.message, hint=turn.hint)


def caught_up(kept: Kept) -> Kept:
    """Return a queue as it must be by now: what was on is on still or has ended; what finished or is gone is left out.

    A run that was cut off counts as `killed`, like one whose worker died while its window was there.
    """
    turns = [_caught_up(turn) for turn in kept.turns if turn.fate != "finished" and is_run(turn.folder)]
    return replace(kept, turns=tuple(turn for turn in turns if turn.fate != "finished"))


def _caught_up(turn: Turn) -> Turn:
    if is_being_written(turn.folder):
        return Turn(turn.folder, "running")
    if turn.fate != "running":
        return turn
    try:
        run = open_run(turn.folder)
    except RunFolderError as error:
        return Turn(turn.folder, "failed", error.sentence, error.hint)
    last = run.events[-1] if run.events else None
    if isinstance(last, RunEnded):
        return Turn(turn.folder, last.outcome, last.message, last.hint)
    if last is None:
        return Turn(turn.folder, "waiting")
    return Turn(turn.folder, "killed", "It was cut off while no window was there.", "Retry goes on where it was saved.")
