"""What the window says about its queue: one row a run, and a few sentences about all of them. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.api import METHODS, Capacity, Fate, Turn, count, size
from gui.state.queue import QueueState

_OVER: dict[Fate, str] = {"finished": "Done", "failed": "Failed", "stopped": "Stopped", "killed": "Interrupted"}


@dataclass(frozen=True, slots=True)
class Row:
    """One run of the queue as it is shown.

    Attributes:
        folder: the run.
        fate: how it fares.
        title: method and seed.
        words: where it stands.
        help: all that is known, for the tooltip.
        share: how much of it is done, 0 to 1; None unless it is on.
        stopping: whether it was asked to stop.
    """

    folder: Path
    fate: Fate
    title: str
    words: str
    help: str
    share: float | None = None
    stopping: bool = False


def rows(state: QueueState, now: float) -> tuple[Row, ...]:
    """Return the runs that are on, those that wait in their order, then those that are over, the newest first."""
    turns = state.lineup.turns
    waiting = [turn for turn in turns if turn.fate == "waiting"]
    return (
        *(_running(state, turn, now) for turn in turns if turn.fate == "running"),
        *(_waiting(state, turn, place) for place, turn in enumerate(waiting, 1)),
        *(_over(state, turn) for turn in reversed(turns) if turn.fate in _OVER),
    )


def sentence(state: QueueState, *, busy: bool) -> str:
    """Say what the queue does; nothing where it is empty or elsewhere. `busy` while the window itself trains a run."""
    running, waiting = len(state.lineup.folders("running")), len(state.lineup.folders("waiting"))
    match state.mood(busy=busy):
        case "empty" | "elsewhere":
            return ""
        case "idle":
            return wait(state)
        case "pausing":
            return f"Pauses after the {count(running, 'run')} on now"
        case "blocked":
            return f"{wait(state)} for the window's own run"
        case "working":
            return f"{running} on, {waiting} left" if waiting else f"{running} on, no other waits"
        case "over":
            bad = len(state.lineup.folders("failed", "killed"))
            return f"All done, but {bad} not well" if bad else "All done"


def wait(state: QueueState) -> str:
    """Say how many runs wait, and how many were cut off."""
    cut, waiting = len(state.lineup.folders("killed")), len(state.lineup.folders("waiting"))
    waits = f"{count(waiting, 'run')} {'waits' if waiting == 1 else 'wait'}" if waiting else ""
    return ", ".join(part for part in (waits, f"{count(cut, 'run')} interrupted" if cut else "") if part)


def allowance(fit: Capacity | None) -> tuple[str, str]:
    """Say how many runs fit at once, in some words, and why, in some sentences."""
    if fit is None:
        return "", ""
    need = fit.need
    basis = "as an earlier one like it did" if need.measured else "by a careful guess, as none like it ran here yet"
    why = f"A run takes {size(need.memory)}, {basis}, and {count(need.threads, 'core')}."
    if fit.limit == "unmeasured":
        return "the first is measured", f"{why} The first one begins alone, to see what it takes."
    verb = "allow" if fit.limit == "cores" else "allows"
    return f"{fit.limit} {verb} {fit.runs}", f"{why} No more are on than fit."


def summary(total: int, failed: Sequence[str]) -> str:
    """Say how a queue ended, in a sentence."""
    if not failed:
        return f"The queue is done: {count(total, 'run')}"
    return f"The queue is done: {len(failed)} of {count(total, 'run')} did not finish ({', '.join(failed)})"


def _running(state: QueueState, turn: Turn, now: float) -> Row:
    far = state.progress(turn.folder)
    help_ = f"{_help(state, turn)}\n{far.words(now)}"
    return Row(turn.folder, turn.fate, _title(state, turn), far.words(now), help_, far.share, far.stopping)


def _waiting(state: QueueState, turn: Turn, place: int) -> Row:
    words = "Next" if place == 1 else f"Number {place} in line"
    if state.progress(turn.folder).share:
        words += ", goes on where it was saved"
    return Row(turn.folder, turn.fate, _title(state, turn), words, f"{_help(state, turn)}\n{words}")


def _over(state: QueueState, turn: Turn) -> Row:
    message = f"{turn.message} {turn.hint}".strip()
    more = state.progress(turn.folder).last() if turn.fate == "finished" else message
    word = _OVER[turn.fate]
    words = f"{word}: {more}" if more and more != f"{word}." else word
    help_ = "\n".join(part for part in (_help(state, turn), words) if part)
    return Row(turn.folder, turn.fate, _title(state, turn), words, help_)


def _title(state: QueueState, turn: Turn) -> str:
    config = state.config(turn.folder)
    return f"{METHODS[config.method.name].label} · s{config.run.seed}" if config else turn.folder.name


def _help(state: QueueState, turn: Turn) -> str:
    config = state.config(turn.folder)
    return f"{turn.folder.name}\n{config.data.name}, {config.model.name}" if config else turn.folder.name
