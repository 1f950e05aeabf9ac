"""How large a checkpoint and a bundle of ViT-B/16 are: `python -m tests.faults.sizes`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from backend import bundle, checkpoint
from backend.config import METHODS, RunConfig, to_toml
from backend.encoders.clip import load_encoder
from backend.events import TaskScored
from backend.exports.results import as_json, classes
from backend.progress import About, Progress
from backend.stages.bench import Bench
from backend.tasks import Task
from backend.units import size

MODEL = {"name": "ViT-B-16", "pretrained": "random"}
CLASSES, PICTURES = 10, 600
"""The classes of a task, and the pictures of each that its statistics are made of."""


def sizes(folder: Path, config: RunConfig, count: int, per_task: int = CLASSES) -> tuple[int, int]:
    """Return the bytes of a checkpoint and of a bundle of DMC-OT with `count` classes seen; nothing is trained.

    Learned tensors have the values that they begin with, and statistics are those of noise: both are as large as real
    ones.
    """
    encoder = load_encoder(config.model, torch.device("cpu"), seed=0)
    names = [f"class {number}" for number in range(count)]
    parts = [tuple(range(start, min(start + per_task, count))) for start in range(0, count, per_task)]
    tasks = tuple(Task(i, part, tuple(names[c] for c in part)) for i, part in enumerate(parts))
    bench = Bench(encoder, None, tuple(names), ("a photo of a {}.",), config.run, None)
    method, noise = METHODS[config.method.name](bench, config.method), np.random.default_rng(0)
    for task in tasks:
        labels = np.repeat(np.array(task.classes), PICTURES)
        features = noise.standard_normal((len(labels), encoder.text.features(["a"]).shape[1]))
        method.prompts.open_task(task.names)
        method.seen.extend(task.classes)
        method.memory.fit(features / np.linalg.norm(features, axis=1, keepdims=True), labels, task.classes)
    tensors = {f"encoder.{name}": value for name, value in encoder.delta().items()}
    tensors |= {f"method.{name}": value for name, value in method.state().items()}
    tensors |= {"classifier": method.classifier(), "scale": torch.tensor(encoder.scale)}
    scored = [
        TaskScored(task=i, row=(50.0,) * (i + 1), accuracy=50.0, average=50.0, forgetting=0.0)
        for i in range(len(tasks))
    ]
    about = About(config, tasks, encoder.weights, bench.templates, "0" * 12, "cpu")
    path, written = checkpoint.save(folder, len(tasks) - 1, tensors, about.manifest(Progress(scored), {"total": 1.0}))
    return written, len(_bundle(checkpoint.load(folder / path), config))


def _bundle(saved: checkpoint.Checkpoint, config: RunConfig) -> bytes:
    texts = {"config.toml": to_toml(config).encode(), "result.json": b"{}", "README.txt": b""}
    own = {name: (saved.path / name).read_bytes() for name in (checkpoint.MANIFEST, checkpoint.STATE)}
    return bundle.pack("run", {**texts, **own, "classes.json": as_json(classes(saved, {}))})


def main() -> None:
    table = Table("covariances", "classes", "checkpoint", "bundle", "each class more")
    for words, method in (("full", {}), ("of rank 32", {"covariance_rank": 32})):
        config = RunConfig().replaced(model=MODEL, method=method)
        with tempfile.TemporaryDirectory() as folder:
            few, many = (sizes(Path(folder), config, count) for count in (CLASSES, 2 * CLASSES))
        each = size((many[0] - few[0]) / CLASSES)
        table.add_row(words, str(CLASSES), size(few[0]), size(few[1]), each)
    Console().print(table)


if __name__ == "__main__":
    main()
