"""What a training step went wrong with, in words for the details of a failure."""

from __future__ import annotations

from backend.api import Evidence

_MOST_LOSSES = 8
"""As many as fit on a line; the file has more."""
_MOST_PICTURES = 20


def describe(evidence: Evidence | None) -> str:
    """Return the step, its last losses and the first of its pictures, a line each; empty where nothing was kept."""
    if evidence is None:
        return ""
    losses = ", ".join(f"{loss:.4g}" for loss in evidence.losses[-_MOST_LOSSES:])
    return "\n".join([f"Step {evidence.step:,}, {evidence.where}", f"Last losses: {losses}", *_batch(evidence)])


def _batch(evidence: Evidence) -> list[str]:
    pictures, features = evidence.batch.pictures, evidence.batch.classes
    if not pictures:
        return [f"The step was over {len(features):,} features, not pictures."] if features else []
    more = f", the first {_MOST_PICTURES} of {len(pictures):,}" if len(pictures) > _MOST_PICTURES else ""
    return [f"Pictures of this step{more}:", *(f"  {name}" for name in pictures[:_MOST_PICTURES])]
