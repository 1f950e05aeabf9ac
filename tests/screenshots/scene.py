"""The pictures there are: each is a function that opens a window, puts it into a state, and returns what is seen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PySide6.QtGui import QPixmap

from gui.session import Session
from tests.screenshots.stage import Stage, stage


@dataclass(frozen=True)
class Scene:
    """Where a picture is taken.

    Attributes:
        scratch: an empty folder.
        made: the runs.
    """

    scratch: Path
    made: Path

    def stage(self, *, empty: bool = False, session: Session | None = None) -> AbstractContextManager[Stage]:
        """Open a window on the runs, or on none."""
        return stage(self.scratch, None if empty else self.made, session)


Take: TypeAlias = Callable[[Scene], QPixmap]
DOCS: dict[str, Take] = {}
"""Pictures of the documentation, by the name of their file."""
MORE: dict[str, Take] = {}
"""States that are worth a look and not in the documentation."""


def docs(name: str) -> Callable[[Take], Take]:
    """Make a function one that takes a picture of the documentation."""
    return _into(DOCS, name)


def more(name: str) -> Callable[[Take], Take]:
    """Make a function one that takes a picture that is only looked at."""
    return _into(MORE, name)


def _into(scenes: dict[str, Take], name: str) -> Callable[[Take], Take]:
    def add(take: Take) -> Take:
        scenes[name] = take
        return take

    return add
