"""What a run does now, and how far it was when it was saved last, in words."""

from __future__ import annotations

from backend.api import Checkpointed, StepSaved
from gui.state.curves import Curves
from gui.state.log import STAGES

_STAGES = {
    "prepare": "preparing",
    "adapt": "stage\N{NO-BREAK SPACE}1",
    "calibrate": "calibrating",
    "align": "stage\N{NO-BREAK SPACE}2",
    "evaluate": "evaluating",
}


def activity(curves: Curves) -> str:
    """Return what a run that has not ended does now."""
    if curves.hold is not None:
        return "Waiting for the disk" if curves.hold.reason else "Paused"
    return STAGES.get(curves.stage or "", "Starting")


def last_save(curves: Curves, now: float) -> str:
    """Return in words what is on the disk; how long ago only while the run is on. Empty before the first save."""
    saved = curves.saved
    if saved is None:
        return ""
    return f"{ago(now - saved.at)}, {_where(saved)}" if curves.running else _where(saved)


def ago(seconds: float) -> str:
    """Return an age in words: 12 s ago, 3 min ago, 2 h ago."""
    if seconds < 120:
        return f"{max(0, seconds):.0f} s ago"
    return f"{seconds / 60:.0f} min ago" if seconds < 7200 else f"{seconds / 3600:.0f} h ago"


def _where(saved: Checkpointed | StepSaved) -> str:
    task = f"task {saved.task + 1}"
    if isinstance(saved, Checkpointed):
        return f"after {task}"
    if saved.step >= saved.steps:
        return f"after {_STAGES[saved.stage]} of {task}"
    return f"after step {saved.step:,} of {_STAGES[saved.stage]}, {task}"
