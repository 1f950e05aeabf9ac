"""What a run has reached so far, as every export tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from backend import checkpoint, metrics
from backend.checkpoint import Checkpoint
from backend.config import parse_config
from backend.errors import RunFolderError
from backend.history import open_run
from backend.progress import weights_words

FORMAT: Final = "dmc-studio export"
_NOTHING_YET: Final = "Wait until the first task is scored, or resume the run."


def read_result(folder: Path) -> dict[str, Any]:
    """Return result.json, or for a run that has not finished the same of its last checkpoint.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
    """
    return open_run(folder).result or _so_far(newest(folder))


def newest(folder: Path) -> Checkpoint:
    """Return the newest checkpoint of a run that is whole.

    Raises:
        RunFolderError: it has no finished task yet.
    """
    saved = checkpoint.latest(folder)
    if saved is None:
        raise RunFolderError(f"'{folder}' has no finished task to export yet.", _NOTHING_YET)
    return saved


def result_of(folder: Path, saved: Checkpoint) -> dict[str, Any]:
    """Return the result up to a checkpoint: result.json where the checkpoint is the last one of a finished run."""
    result = open_run(folder).result
    return result if result and len(result["tasks"]) == saved.task + 1 else _so_far(saved)


def _so_far(saved: Checkpoint) -> dict[str, Any]:
    known, scored = saved.manifest, saved.manifest["scored"]
    config = known["config"]
    model = parse_config(config).model
    matrix = [entry["row"] for entry in scored]
    return {
        "method": config["method"]["name"],
        "dataset": config["data"]["name"],
        "setting": known.get("setting", "custom"),
        "weights": f"{weights_words(model)}:{known['weights']}",
        "transform": model.transform,
        "template": known.get("template", ""),
        "seed": config["run"]["seed"],
        "class_order": known.get("class_order", []),
        "split_hash": known["split_hash"],
        "class_names": known["class_names"],
        "tasks": known["tasks"],
        "accuracy_matrix": metrics.padded(matrix),
        "task_accuracy": [entry["accuracy"] for entry in scored],
        "average": scored[-1]["average"],
        "last": scored[-1]["accuracy"],
        "forgetting": scored[-1]["forgetting"],
        "bwt": metrics.backward_transfer(matrix),
        "seconds": known["stage_seconds"],
        "precision": config["run"]["precision"],
        "versions": known["versions"],
        "config": config,
        "finished": False,
    }


def as_json(value: Mapping[str, Any]) -> bytes:
    """Return JSON that people can read too."""
    return f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode()


def classes(saved: Checkpoint, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return classes.json: which class each row of the classifier is, and what the model is worth."""
    task_of = {name: i for i, task in enumerate(saved.manifest["tasks"]) for name in task}
    keys = (
        "method",
        "dataset",
        "setting",
        "weights",
        "transform",
        "template",
        "seed",
        "split_hash",
        "average",
        "last",
        "forgetting",
    )
    return {
        "format": FORMAT,
        "classes": [{"name": name, "task": task_of[name] + 1} for name in saved.manifest["class_names"]],
        **{key: result[key] for key in (*keys, "bwt", "task_accuracy", "finished") if key in result},
    }
