"""A memory of the runs of a folder: what has not changed since is not read again.

It is a SQLite file in the user's cache, one a folder of runs, and no truth: it is made from the run folders, and can be
thrown away at any time. Where it is damaged it is made anew, and where it is locked or its disk is full the run folders
are read as if there were none. It holds, by the name of a run:

```
runs      stamp of its small files and its events    its line of the list, as if nobody wrote it (JSON)
curves    stamp of its events                        what it said, steps left out (JSON); its losses, one array a stage
```
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from pydantic import TypeAdapter

from backend.history import CONFIG, EVENTS, RESULT, RunSummary, as_of_now, is_run, summary_at_rest
from backend.labels import LABELS
from backend.places import index_folder, runs_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

_T = TypeVar("_T")

Stamp: TypeAlias = str
"""Differs where a file was changed or replaced: number, size and time of each."""

_VERSION: Final = 1
"""Grows with every change of the tables, or of what is in them."""
_PATIENCE: Final = 0.5
"""Seconds to wait for another process that writes."""
_TABLES: Final = """
DROP TABLE IF EXISTS runs;
DROP TABLE IF EXISTS curves;
CREATE TABLE runs (name BLOB PRIMARY KEY, stamp TEXT NOT NULL, summary BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE curves (name BLOB PRIMARY KEY, stamp TEXT NOT NULL, told BLOB NOT NULL, adapt BLOB, align BLOB);
"""
_DAMAGED: Final = frozenset({1, 11, 20, 24, 26})
"""SQLite's codes for tables that are not ours, or no database at all; other errors pass."""
_ERROR_KIND: Final = 0xFF


def list_runs(root: Path | None = None) -> tuple[RunSummary, ...]:
    """Return the runs of a folder, newest first, with damaged ones; what is no run is left out."""
    root = root or runs_folder()
    if not root.is_dir():
        return ()
    stamps = dict(_stamps(root))
    known = ask(root, _read_summaries, {})
    fresh: dict[Path, RunSummary] = {}
    found: list[RunSummary] = []
    for folder, now in stamps.items():
        then, summary = known.get(folder.name, ("", None))
        if summary is None or then != now:
            summary = summary_at_rest(folder)
            if summary is not None and not summary.problem:
                fresh[folder] = summary
        if summary is not None:
            found.append(as_of_now(replace(summary, folder=folder, name=folder.name)))
    gone = known.keys() - {folder.name for folder in stamps}
    if fresh or gone:
        lines = [(os.fsencode(folder.name), stamps[folder], _to_json(summary)) for folder, summary in fresh.items()]
        ask(root, lambda index: _write_summaries(index, lines, [os.fsencode(name) for name in gone]), None)
    return tuple(sorted(found, key=lambda run: (-run.started, run.name)))


def stamp_of(folder: Path, *names: str) -> Stamp:
    """Return the stamp of some files of a run folder; a file that is missing has one too."""
    return " ".join(map(_stamp_of_file, (folder / name for name in names)))


def ask(root: Path, question: Callable[[Connection], _T], otherwise: _T) -> _T:
    """Put a question to the index of a folder of runs, in one transaction.

    Args:
        root: the folder of runs.
        question: reads or writes.
        otherwise: the answer where there can be no index now.
    """
    import sqlite3  # takes a while, and the window is to be painted first

    path = place_of(root)
    for _ in range(2):
        try:
            with closing(_connect(path)) as index, index:
                return question(index)
        except OSError:  # there is no place for a cache
            return otherwise
        except sqlite3.Error as error:
            is_damaged = getattr(error, "sqlite_errorcode", 0) & _ERROR_KIND in _DAMAGED
            if not (is_damaged and _thrown_away(path)):
                return otherwise
    return otherwise


def place_of(root: Path) -> Path:
    """Return where the index of a folder of runs lies, be it there or not."""
    return index_folder() / f"{hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]}.sqlite"


def _connect(path: Path) -> Connection:
    import sqlite3

    path.parent.mkdir(parents=True, exist_ok=True)
    index = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        index.execute("PRAGMA synchronous = NORMAL")
        if index.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            index.execute("PRAGMA journal_mode = WAL")
            index.executescript(f"BEGIN IMMEDIATE;{_TABLES}PRAGMA user_version = {_VERSION};COMMIT;")
    except BaseException:
        index.close()
        raise
    return index


def _thrown_away(path: Path) -> bool:
    try:
        for end in ("-wal", "-shm", ""):
            path.with_name(path.name + end).unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _read_summaries(index: Connection) -> Mapping[str, tuple[Stamp, RunSummary | None]]:
    rows = index.execute("SELECT name, stamp, summary FROM runs")
    return {os.fsdecode(name): (stamp, _from_json(text)) for name, stamp, text in rows}


def _write_summaries(index: Connection, lines: list[tuple[bytes, Stamp, bytes]], gone: list[bytes]) -> None:
    index.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", lines)
    for table in ("runs", "curves"):
        index.executemany(f"DELETE FROM {table} WHERE name = ?", [(name,) for name in gone])


@cache
def _adapter() -> TypeAdapter[RunSummary]:
    return TypeAdapter(RunSummary)


def _to_json(summary: RunSummary) -> bytes:
    """Return a line without where it lies: a folder's name may be no text."""
    return _adapter().dump_json(replace(summary, folder=Path(), name=""))


def _from_json(text: bytes) -> RunSummary | None:
    try:
        return _adapter().validate_json(text)
    except ValueError:  # it is read again from its folder
        return None


def _stamps(root: Path) -> Iterator[tuple[Path, Stamp]]:
    for folder in root.iterdir():
        if is_run(folder):
            yield folder, stamp_of(folder, CONFIG, EVENTS, LABELS, RESULT)


def _stamp_of_file(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}"
