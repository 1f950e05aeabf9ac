"""A manifest that has everything a checkpoint's must have."""

from __future__ import annotations

from backend.config import RunConfig


def example(**changes):
    scored = {"task": 0, "row": (50.0,), "accuracy": 50.0, "average": 50.0, "forgetting": 0.0}
    manifest = {
        "config": RunConfig().model_dump(mode="json"),
        "weights": "abc",
        "split_hash": "def",
        "tasks": [["ü", "b"]],
        "class_order": [1, 0],
        "class_names": ["ü", "b"],
        "scored": [scored],
        "calibrated": [],
        "stage_seconds": {"adapt": 1.5},
        "versions": {"torch": "3"},
    }
    return manifest | changes
