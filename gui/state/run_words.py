"""A run in words: its title, the line below it, and all that is known in a tooltip."""

from __future__ import annotations

import re
import time

from backend.api import RunSummary

NOTHING = "–"  # noqa: RUF001 - an en dash for nothing yet
_LONGEST_NOTE = 200


def title(run: RunSummary, method: str) -> str:
    """Return method and seed, or the name of a run that was given one."""
    made = re.fullmatch(rf"{re.escape(run.method)}-.*-s\d+-\d{{8}}-\d{{4,6}}(-\d+)?", run.name)
    return f"{method} · s{run.seed}" if made and not run.problem else run.name


def subtitle(run: RunSummary, now: float) -> str:
    """Return how a run fares, what it learns from and when it began, the most telling first."""
    return " · ".join(part for part in (state_words(run), run.dataset, since(run.started, now)) if part)


def state_words(run: RunSummary) -> str:
    """Return how a run fares, in a word or two."""
    if run.state == "running" and run.tasks:
        return f"task {min(run.tasks_done + 1, run.tasks)} of {run.tasks}"
    return "done" if run.state == "finished" else run.state


def since(seconds: float, now: float) -> str:
    """Return a moment as briefly as it can be: the time of today, else the day, else the day and the year."""
    then, today = time.localtime(seconds), time.localtime(now)
    if then[:3] == today[:3]:
        return time.strftime("%H:%M", then)
    return time.strftime("%d %b" if then.tm_year == today.tm_year else "%d %b %Y", then)


def moment(seconds: float) -> str:
    """Return a moment in full."""
    return time.strftime("%d %b %Y, %H:%M", time.localtime(seconds))


def number(value: float | None) -> str:
    """Return a percentage without its sign."""
    return NOTHING if value is None else f"{value:.1f}"


def describe(run: RunSummary) -> str:
    """Return a run in a few lines, for tooltips."""
    if run.problem:
        return f"{run.name}\n{run.problem}"
    tasks = f"{run.tasks_done} of {run.tasks} tasks" if run.tasks else "no task yet"
    began = f"made {moment(run.started)}" if run.state == "queued" else f"started {moment(run.started)}"
    lines = [
        run.name,
        f"{run.method} on {run.dataset}, seed {run.seed}, tuning {run.tuning or NOTHING}",
        f"{run.state}, {tasks}, {began}",
    ]
    if run.average is not None:
        lines.append(f"Last {number(run.last)}, Avg {number(run.average)}, Forgetting {number(run.forgetting)}")
    if run.star or run.tags:
        lines.append(", ".join((*(("starred",) if run.star else ()), *run.tags)))
    if run.note:
        lines.append(run.note if len(run.note) <= _LONGEST_NOTE else f"{run.note[:_LONGEST_NOTE].rstrip()}…")
    return "\n".join(lines)
