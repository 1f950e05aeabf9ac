"""What a run is told while it is on: pause, resume, stop, each one JSON line such as `{"do":"stop"}`.

They come on the standard input of a worker, from whoever started it, and through `commands.jsonl` in its run folder,
from anybody else who may write there.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.disk import open_plain, open_to_append, write_all, writing
from backend.errors import CommandError
from backend.gate import Gate

Command: TypeAlias = Literal["pause", "resume", "stop"]

COMMANDS: Final = "commands.jsonl"
LONGEST: Final = 200
"""Bytes of a line; a longer one is no command."""
_AT_ONCE: Final = 1 << 16
_POLL_SECONDS: Final = 0.2


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    do: Command


def to_line(do: Command) -> bytes:
    """Return a command as one JSON line, newline included."""
    return _Command(do=do).model_dump_json().encode() + b"\n"


def from_line(line: bytes) -> Command:
    """Read one JSON line.

    Raises:
        CommandError: it is too long, or no command.
    """
    shown = ascii(line[:40].decode(errors="replace")) + ("..." if len(line) > 40 else "")
    refused = CommandError(f"This is no command: {shown}.", 'Commands are {"do": "pause"}, "resume" and "stop".')
    if len(line) > LONGEST:
        raise refused
    try:
        return _Command.model_validate_json(line).do
    except ValidationError as error:
        raise refused from error


def send(folder: Path, do: Command) -> None:
    """Tell the run that writes a folder what to do, whoever started it; nothing happens where none is on.

    Raises:
        StorageError: the folder is missing or may not be written.
    """
    descriptor = open_to_append(folder / COMMANDS)
    try:
        with writing(folder / COMMANDS):
            write_all(descriptor, to_line(do))
    finally:
        os.close(descriptor)


def _pass_over(_: CommandError) -> None:
    """Do nothing about a line that is no command."""


def obey(
    said: Iterable[Command | CommandError], gate: Gate, refuse: Callable[[CommandError], None] = _pass_over
) -> None:
    """Do what was said; what is no command is refused."""
    acts = {"pause": gate.pause, "resume": gate.resume, "stop": gate.stop}
    for command in said:
        if isinstance(command, CommandError):
            refuse(command)
        else:
            acts[command]()


@contextlib.contextmanager
def obeying(folder: Path, gate: Gate, refuse: Callable[[CommandError], None] = _pass_over) -> Generator[None]:
    """Let a run of this process obey what is sent to its folder.

    Args:
        folder: the run folder.
        gate: of the run.
        refuse: told of each line that is no command.
    """
    inbox, over = Inbox(folder), threading.Event()

    def listen() -> None:
        while not over.wait(_POLL_SECONDS):
            obey(inbox.read(), gate, refuse)

    thread = threading.Thread(target=listen, name="inbox", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Lines:
    """Cuts a stream of bytes into commands, in whatever pieces it comes; holds at most one line."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> Iterator[Command | CommandError]:
        """Yield each command whose line is whole now, and an error for each line that is none."""
        *whole, begun = (self._begun + data).split(b"\n")
        self._begun = begun[: LONGEST + 1]  # of a line that is too long no more is needed to refuse it
        for line in whole:
            try:
                yield from_line(line)
            except CommandError as error:
                yield error


class Inbox:
    """Reads the commands that are sent to a run folder after this was made."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / COMMANDS
        self._lines = Lines()
        self._read = self._size()

    def read(self) -> list[Command | CommandError]:
        """Return what came since the last call; a folder that cannot be read just now has nothing new."""
        try:
            return list(self._lines.feed(self._news()))
        except OSError:
            return []

    def _news(self) -> bytes:
        size = self._size()
        self._read = min(self._read, size)  # somebody emptied it
        if self._read == size:
            return b""
        descriptor = open_plain(self._path, os.O_RDONLY)
        try:
            os.lseek(descriptor, self._read, os.SEEK_SET)
            news = os.read(descriptor, _AT_ONCE)
        finally:
            os.close(descriptor)
        self._read += len(news)
        return news

    def _size(self) -> int:
        """Return the size in bytes; 0 where there is no file yet."""
        try:
            return self._path.lstat().st_size
        except OSError:
            return 0
