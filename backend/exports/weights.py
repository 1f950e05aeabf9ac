"""The model of a run as a folder that plain open_clip loads, with the text features of its classes beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import safetensors.torch
import torch

from backend.answering import trained
from backend.disk import new_folder, write_synced
from backend.encoders.clip import merged_state
from backend.errors import StorageError
from backend.exports.results import FORMAT, as_json, classes, newest, result_of

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


def write(folder: Path, to: Path) -> None:
    """Write the model of a run's newest checkpoint, with what tuning changed merged into its weights.

    Args:
        folder: the run.
        to: the folder that it becomes; an earlier export there is replaced.

    Raises:
        RunFolderError: there is no such run, or it has no finished task yet.
        CheckpointError: the weights that it was trained from have changed.
        StorageError: the place holds something else or cannot be written; it is as it was.
    """
    _refuse_foreign(to)
    saved = newest(folder)
    result = result_of(folder, saved)
    state, model, adapter = merged_state(trained(saved, torch.device("cpu")))
    head = {"text_features": saved.tensors["classifier"], "scale": saved.tensors["scale"]}
    if adapter is not None:
        head["adapter"] = adapter.contiguous()
    readme = _README.format(tasks=saved.task + 1, adapter="" if adapter is None else _ADAPTER)
    with new_folder(to, parents=True) as temporary:
        write_synced(temporary / "open_clip_model.safetensors", safetensors.torch.save(state))
        write_synced(temporary / "open_clip_config.json", json.dumps(model, indent=2).encode())
        write_synced(temporary / "classifier.safetensors", safetensors.torch.save(head))
        write_synced(temporary / "classes.json", as_json(classes(saved, result)))
        write_synced(temporary / "README.txt", readme.encode())


def _refuse_foreign(to: Path) -> None:
    """Refuse to replace anything but an earlier export."""
    hint = "Choose a new folder."
    if to.exists() and not to.is_dir():
        raise StorageError(f"'{to}' is a file; a checkpoint is exported as a folder.", hint)
    if to.is_dir() and any(to.iterdir()):
        marker = to / "classes.json"
        if not marker.is_file() or FORMAT not in marker.read_text(encoding="utf-8", errors="replace"):
            raise StorageError(f"'{to}' is not empty, and not an earlier export.", hint)
