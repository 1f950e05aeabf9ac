"""Exports of a run: its model for open_clip, its numbers as CSV, JSON and LaTeX, its charts as PNG and SVG."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from backend import checkpoint, metrics
from backend.checkpoint import Checkpoint
from backend.config import METHODS, parse_config
from backend.disk import new_folder, write_atomic, write_synced, writing
from backend.errors import ConfigError, RunFolderError, StorageError, nearest
from backend.history import open_run
from backend.progress import weights_words

SUFFIXES: Final[Mapping[str, str]] = {
    "checkpoint": "",
    "csv": ".csv",
    "json": ".json",
    "latex": ".tex",
    "png": ".png",
    "svg": ".svg",
}
"""Kinds of export -> how their files end; a checkpoint is a folder."""

_FORMAT: Final = "dmc-studio export"
_NOTHING_YET: Final = "Wait until the first task is scored, or resume the run."

_README: Final = """The model of a DMC Studio run after task {tasks}, for open_clip.

    import open_clip, safetensors.torch, torch.nn.functional as F
    model, _, preprocess = open_clip.create_model_and_transforms("local-dir:THIS_FOLDER")
    head = safetensors.torch.load_file("THIS_FOLDER/classifier.safetensors")

Then, with a PIL picture:

    f = model.eval().encode_image(preprocess(picture)[None]){adapter}
    probabilities = (head["scale"] * F.normalize(f, dim=-1) @ head["text_features"].T).softmax(dim=-1)

Row i of text_features is class i of classes.json, which also tells what the accuracies there mean.
"""
_ADAPTER: Final = """
    f = f + f @ head["adapter"].T"""


def export(folder: Path, kind: str, to: Path) -> Path:
    """Export a run; return what was written.

    Args:
        folder: the run.
        kind: one of `SUFFIXES`.
        to: a file, or a folder where a file with the run's name goes; for a checkpoint the folder that it becomes.

    Raises:
        RunFolderError: there is no such run, or it has nothing to export yet.
        StorageError: the place cannot be written, or holds something else; it is as it was.
    """
    if kind not in SUFFIXES:
        raise ConfigError.at("--kind", f"'{kind}' is not a kind of export.", nearest(kind, SUFFIXES))
    to = to.expanduser().resolve()
    if kind == "checkpoint":
        return _export_checkpoint(folder, to)
    if to.is_dir():
        to /= folder.resolve().name + SUFFIXES[kind]
    with writing(to):
        to.parent.mkdir(parents=True, exist_ok=True)
    if kind in {"png", "svg"}:
        return _export_charts(folder, kind, to)
    texts: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"csv": _csv, "json": _json, "latex": _latex}
    write_atomic(to, texts[kind](read_result(folder)).encode())
    return to


def read_result(folder: Path) -> dict[str, Any]:
    """Return result.json, or for a run that has not finished the same of its last checkpoint.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
    """
    return open_run(folder).result or _so_far(_latest(folder))


def _latest(folder: Path) -> Checkpoint:
    saved = checkpoint.latest(folder)
    if saved is None:
        raise RunFolderError(f"'{folder}' has no finished task to export yet.", _NOTHING_YET)
    return saved


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


def _header(result: Mapping[str, Any]) -> list[str]:
    """Return what a table must say about itself to be compared with another one."""
    keys = (
        "method",
        "dataset",
        "setting",
        "scored_on",
        "weights",
        "transform",
        "template",
        "seed",
        "class_order",
        "split_hash",
        "precision",
        "finished",
    )
    lines = [f"{key}: {result[key]}" for key in keys if key in result]
    return [
        *lines,
        "accuracies in percent, without a task id; row i: after task i, column j: on the pictures of task j",
    ]


def _json(result: Mapping[str, Any]) -> str:
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _csv(result: Mapping[str, Any]) -> str:
    text = io.StringIO()
    text.writelines(f"# {line}\n" for line in _header(result))
    table = csv.writer(text, lineterminator="\n")
    matrix = result["accuracy_matrix"]
    table.writerow(["task", "classes", "accuracy", *(f"on_task_{j + 1}" for j in range(len(matrix)))])
    for i, (row, accuracy) in enumerate(zip(matrix, result["task_accuracy"], strict=True)):
        cells = ["" if value is None else f"{value:.4f}" for value in row]
        table.writerow([i + 1, len(result["tasks"][i]), f"{accuracy:.4f}", *cells])
    return text.getvalue()


def _latex(result: Mapping[str, Any]) -> str:
    """Return two tables: a row for a comparison, and the accuracy matrix."""
    accuracy, matrix = result["task_accuracy"], result["accuracy_matrix"]
    label = METHODS[result["method"]].label if result["method"] in METHODS else result["method"]
    tasks = [str(i + 1) for i in range(len(accuracy))]
    row = [
        _escape(label),
        *(f"{value:.1f}" for value in (*accuracy, result["average"], result["last"], result["forgetting"])),
    ]
    rows = [
        [i, *("" if value is None else f"{value:.1f}" for value in row)] for i, row in zip(tasks, matrix, strict=True)
    ]
    lines = [
        *(f"% {line}" for line in _header(result)),
        *_tabular(["Method", *tasks, "Avg.", "Last", "Forgetting"], [row]),
        "",
        *_tabular(["After task", *tasks], rows),
    ]
    return "\n".join(lines) + "\n"


def _tabular(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    body = [f"  {' & '.join(row)} \\\\" for row in (head, *rows)]
    columns = "l" + "r" * (len(head) - 1)
    return [
        f"\\begin{{tabular}}{{{columns}}}",
        "  \\hline",
        body[0],
        "  \\hline",
        *body[1:],
        "  \\hline",
        "\\end{tabular}",
    ]


def _escape(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "_&%#$" else letter for letter in text)


def _export_charts(folder: Path, kind: str, to: Path) -> Path:
    """Draw charts in a process of its own: the backend never imports the window's code."""
    open_run(folder)
    command = [sys.executable, "-m", "gui.chart_export", str(folder), "--kind", kind, "--to", str(to)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not to.is_file():
        said = done.stderr.strip().splitlines()
        sentence = f"The charts could not be drawn: {said[-1] if said else 'nothing was written'}"
        raise StorageError(sentence, "`dmc-studio doctor` tells whether the window's libraries are there.")
    return to


def _export_checkpoint(folder: Path, to: Path) -> Path:
    import safetensors.torch

    from backend.encoders.clip import merged_state

    _refuse_foreign(to)
    result, saved = read_result(folder), _latest(folder)
    config = parse_config(saved.manifest["config"])
    delta = {n.removeprefix("encoder."): value for n, value in saved.tensors.items() if n.startswith("encoder.")}
    state, model, adapter = merged_state(config.model, delta, config.run.seed)
    head = {"text_features": saved.tensors["classifier"], "scale": saved.tensors["scale"]}
    if adapter is not None:
        head["adapter"] = adapter.contiguous()
    readme = _README.format(tasks=saved.task + 1, adapter="" if adapter is None else _ADAPTER)
    with new_folder(to) as temporary:
        write_synced(temporary / "open_clip_model.safetensors", safetensors.torch.save(state))
        write_synced(temporary / "open_clip_config.json", json.dumps(model, indent=2).encode())
        write_synced(temporary / "classifier.safetensors", safetensors.torch.save(head))
        write_synced(temporary / "classes.json", _json(_classes(saved, result)).encode())
        write_synced(temporary / "README.txt", readme.encode())
    return to


def _classes(saved: Checkpoint, result: Mapping[str, Any]) -> dict[str, Any]:
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
        "format": _FORMAT,
        "classes": [{"name": name, "task": task_of[name] + 1} for name in saved.manifest["class_names"]],
        **{key: result[key] for key in (*keys, "bwt", "task_accuracy", "finished") if key in result},
    }


def _refuse_foreign(to: Path) -> None:
    """Refuse to replace anything but an earlier export."""
    hint = "Choose a new folder."
    if to.exists() and not to.is_dir():
        raise StorageError(f"'{to}' is a file; a checkpoint is exported as a folder.", hint)
    if to.is_dir() and any(to.iterdir()):
        marker = to / "classes.json"
        if not marker.is_file() or _FORMAT not in marker.read_text(encoding="utf-8", errors="replace"):
            raise StorageError(f"'{to}' is not empty, and not an earlier export.", hint)
