"""How fast the engine trains, against a bare PyTorch loop and the naive way, in one run."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import open_clip
import torch
import torch.nn.functional as F
from torch import Tensor

from backend.api import Gate, RunConfig, run
from backend.config import ModelSettings
from backend.datasets.drawn import Drawn
from backend.devices import set_threads
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.encoders.prompts import SoftPrompts
from backend.stages.adapt import adapt_vision
from backend.stages.bench import Bench, positions
from backend.stages.pixels import PictureStore, build_store, shifted, shifts
from backend.stages.pulse import Pulse
from backend.stages.two_stage import TwoStageSettings
from backend.tasks import make_tasks

CPU = torch.device("cpu")
Line = tuple[str, str, str]


def seconds_of(work: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def make_bench() -> tuple[Bench, ClipEncoder]:
    """The demo preset's encoder and pictures."""
    config, dataset = RunConfig(), Drawn()
    encoder = load_encoder(config.model, CPU)
    store = build_store(
        dataset.pictures("train"),
        encoder.preprocess,
        key=f"{dataset.fingerprint}/train/bench",
        size=encoder.size,
        tick=lambda _: None,
    )
    pulse = Pulse(lambda _: None, Gate())
    return Bench(encoder, store, dataset.class_names, dataset.templates, config.run, pulse), encoder


def bare_loop(
    encoder: ClipEncoder, store: PictureStore, rows: Tensor, targets: Tensor, anchors: Tensor, epochs: int
) -> None:
    """What one would write by hand: the same model, batch, optimizer and augmentation, nothing else."""
    parameters = encoder.parameters()
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.0)
    draw = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        for batch in torch.randperm(len(rows), generator=draw).split(48):
            moved = shifted(store.inputs[rows[batch]], shifts(len(batch), 3, draw))
            pixels = (moved.float() / 255 - 0.5) / 0.25
            features = F.normalize(encoder.model.visual(pixels), dim=-1)
            loss = F.cross_entropy(encoder.scale * features @ anchors.T, targets[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()


def stage_one() -> Iterator[Line]:
    """Stage 1 in pictures a second against the bare loop, alternating so that both see the same machine."""
    bench, encoder = make_bench()
    task = make_tasks(RunConfig().split, bench.class_names, 0)[0]
    rows = bench.train.rows(task.classes)
    targets, anchors = positions(bench.train.labels[rows], task), bench.anchors(task.classes)
    settings = TwoStageSettings(epochs=1)
    ours, bare = [], []
    for _ in range(6):
        bare.append(seconds_of(lambda: bare_loop(encoder, bench.train, rows, targets, anchors, 1)))
        ours.append(
            seconds_of(lambda: adapt_vision(bench, settings, task=0, rows=rows, targets=targets, anchors=anchors))
        )
    rate, bare_rate = len(rows) / min(ours), len(rows) / min(bare)
    yield "stage 1, pictures/s", f"{rate:.0f} against {bare_rate:.0f} bare", f"{rate / bare_rate:.2f} (at least 0.95)"


def _naive_text(encoder: ClipEncoder, prompts: SoftPrompts) -> Tensor:
    """Text features of soft prompts without cropping: all 77 tokens."""
    tower = encoder.text
    names, template = prompts.names, "{}."
    tokens = tower.tokenize([template.format(name) for name in names], crop=False)
    with torch.no_grad():
        embedded = tower.embed(tokens)
    contexts = [prompts.shared.expand(len(names), -1, -1)]
    contexts.append(torch.stack(list(prompts.own))[torch.tensor(prompts._task_of)])
    extra = sum(c.shape[1] for c in contexts)
    sequence = torch.cat([embedded[:, :1], *contexts, embedded[:, 1 : tokens.shape[1] - extra]], dim=1)
    return tower.encode(sequence, tokens.argmax(dim=1) + extra)


def stage_two(model: str, label: str, *, classes: int, batch: int, floor: int) -> Iterator[Line]:
    """A stage-2 step (cached features, cropped prompts) against re-encoding the pictures and 77 tokens."""
    random = model != "demo"
    encoder = load_encoder(ModelSettings(name=model, pretrained="random" if random else "", tuning="none"), CPU)
    prompts = encoder.prompts("a photo of a {}.", length=0, per_task=True)
    prompts.open_task(Drawn().class_names[:classes])
    pixels = torch.randint(0, 255, (batch, 3, encoder.size, encoder.size), dtype=torch.uint8)
    targets = torch.arange(batch) % classes
    with torch.no_grad():
        features = encoder.image(pixels)

    def ours() -> Tensor:
        logits = encoder.scale * features @ prompts().T
        F.cross_entropy(logits, targets).backward()
        return logits.detach()

    def naive() -> Tensor:
        with torch.no_grad():
            fresh = encoder.image(pixels)
        logits = encoder.scale * fresh @ _naive_text(encoder, prompts).T
        F.cross_entropy(logits, targets).backward()
        return logits.detach()

    gap = float((ours() - naive()).abs().max())
    fast = min(seconds_of(ours) for _ in range(3))
    slow = min(seconds_of(naive) for _ in range(1 if random else 3))
    yield (
        f"stage 2 step, {label}",
        f"{fast * 1e3:.0f} ms against {slow * 1e3:.0f} ms naive, largest logit difference {gap:.1e}",
        f"{slow / fast:.1f} x (at least {floor})",
    )


def whole_run() -> Iterator[Line]:
    """A demo run: seconds, and what share calibration takes."""
    with tempfile.TemporaryDirectory() as folder:
        ended = run(RunConfig(), Path(folder) / "run", lambda _: None, Gate())
        seconds = json.loads((Path(folder) / "run" / "result.json").read_text())["seconds"]
    share = 100 * seconds["calibration"] / seconds["total"]
    yield "demo run", f"{ended.outcome} in {seconds['total']:.0f} s", "(at most 60 s)"
    yield "calibration", f"{seconds['calibration']:.2f} s of {seconds['total']:.0f} s", f"{share:.1f} % (under 5 %)"


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    threads = set_threads(0)
    yield "threads", str(threads), f"torch {torch.__version__}, open_clip {open_clip.__version__}"
    yield from stage_one()
    yield from stage_two("demo", "demo model", classes=40, batch=256, floor=4)
    yield from stage_two("ViT-B-16", "random ViT-B/16", classes=20, batch=32, floor=10)
    yield from whole_run()
