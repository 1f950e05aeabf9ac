"""What every carrier can do, and what it puts into the session's queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from backend.api import Event, Note, RunEnded, read_event

Where: TypeAlias = Literal["thread", "process"]
"""Where a run that this window starts is trained."""


@dataclass(frozen=True, slots=True)
class Over:
    """The last item of a run."""

    ended: RunEnded
    died: bool = False
    """The run did not say so itself: whatever trained it is gone, and on disk the run is interrupted."""


@dataclass(frozen=True, slots=True)
class Rewound:
    """What was told so far is void; it is told again from its beginning."""


Item: TypeAlias = Event | Over | Rewound
Put: TypeAlias = Callable[[Item], None]


class Carrier(Protocol):
    """One run, wherever it is trained. All methods return at once; `start` is called once, and first."""

    @property
    def outlives(self) -> bool:
        """Whether the run can go on without this window, so that `leave` makes sense."""
        ...

    @property
    def killable(self) -> bool:
        """Whether `kill` can end a run that does not answer."""
        ...

    def start(self) -> None:
        """Begin to carry the run; the last item is an `Over`."""
        ...

    def pause(self) -> None:
        """Hold the run after the step it is in."""
        ...

    def resume(self) -> None:
        """Let a held run go on."""
        ...

    def stop(self) -> None:
        """End the run after the step it is in."""
        ...

    def kill(self) -> None:
        """End the run now; what it saved is kept."""
        ...

    def leave(self) -> None:
        """Let the run go on without this window; nothing more is put."""
        ...

    def close(self) -> None:
        """Let go of what is left after `Over` was put."""
        ...


def killed() -> RunEnded:
    """Return how a run ended that the user killed."""
    return RunEnded(
        outcome="stopped", seconds=0.0, message="The run was killed; everything up to the last save is kept."
    )


def event_of(line: bytes) -> Event:
    """Read one line of a run; one that is no event becomes a warning that says so."""
    try:
        return read_event(line)
    except ValueError:
        return Note(
            level="warning",
            text="The run said something that this window cannot read.",
            hint="A newer version of DMC Studio may train it.",
        )
