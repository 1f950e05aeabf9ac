"""How fast pictures reach the model: from the cache against from memory, and decoded the first time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from backend.config import ModelSettings
from backend.datasets.drawn import Drawn
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.encoders.squares import square
from backend.images import ImageFiles
from backend.stages.pixels import build_store, workers
from tests.benchmarks.training import Line, seconds_of

KIT = Path(__file__).parents[3] / "shared" / "kit" / "caltech50" / "train"
SIDE = 224
ROUNDS = 4


def from_the_cache() -> Iterator[Line]:
    """The demo tower on shuffled batches, from the mapped file and from memory, alternating."""
    encoder = load_encoder(ModelSettings(tuning="none"), torch.device("cpu"))
    pictures = Drawn().pictures("test")
    with tempfile.TemporaryDirectory() as folder, mock.patch("platformdirs.user_cache_path", return_value=Path(folder)):
        store = build_store(pictures, encoder.preprocess, key="bench", size=encoder.size, tick=lambda _: None)
        memory = store.inputs.clone()
        mapped_seconds, memory_seconds = [], []
        for _ in range(ROUNDS):
            memory_seconds.append(seconds_of(lambda: _encode(encoder, memory)))
            mapped_seconds.append(seconds_of(lambda: _encode(encoder, store.inputs)))
    rate, best = (len(memory) / min(seconds) for seconds in (mapped_seconds, memory_seconds))
    yield (
        "fed from the cache, pictures/s",
        f"{rate:.0f} against {best:.0f} from memory",
        f"{rate / best:.2f} (at least 0.9)",
    )


@torch.no_grad()
def _encode(encoder: ClipEncoder, inputs: Tensor) -> None:
    for batch in torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0)).split(48):
        encoder.image(inputs[batch])


def first_epoch() -> Iterator[Line]:
    """Decode JPEG files into the cache, against torchvision's folder and loader with as many workers."""
    with tempfile.TemporaryDirectory() as scratch:
        root, what = (KIT, "photographs") if KIT.is_dir() else (_made_up(Path(scratch) / "jpeg"), "made-up JPEGs")
        ours, theirs = [], []
        for i in range(ROUNDS):
            theirs.append(seconds_of(lambda: _load(root)))
            ours.append(seconds_of(lambda at=Path(scratch) / f"cache-{i}": _fill(root, at)))
    count = len(list(root.glob("*/*.jpg")))
    measured = f"{min(ours):.1f} s against {min(theirs):.1f} s, {count} {what}, {workers()} workers each"
    yield "first epoch with decoding", measured, f"{min(ours) / min(theirs):.2f} (at most 1.3)"


def _load(root: Path) -> None:
    steps = [transforms.Resize(SIDE, transforms.InterpolationMode.BICUBIC), transforms.CenterCrop(SIDE)]
    folder = datasets.ImageFolder(str(root), transforms.Compose([*steps, transforms.PILToTensor()]))
    for _ in DataLoader(folder, batch_size=64, num_workers=workers()):
        pass


def _fill(root: Path, cache: Path) -> None:
    names = sorted(path.relative_to(root).as_posix() for path in root.glob("*/*.jpg"))
    pictures = ImageFiles(root, names, np.zeros(len(names), dtype=np.int64))
    with mock.patch("platformdirs.user_cache_path", return_value=cache):
        build_store(pictures, _square, key="bench", size=SIDE, tick=lambda _: None)


def _square(picture: Image.Image) -> Tensor:
    return torch.from_numpy(np.asarray(square(picture, SIDE, "crop")).transpose(2, 0, 1).copy())


def _made_up(root: Path) -> Path:
    """Write 600 JPEG files of 300 x 200 pixels: smooth noise, so that they are about as large as photographs."""
    rng = np.random.default_rng(0)
    for i in range(600):
        coarse = Image.fromarray(rng.integers(0, 256, (50, 75, 3), dtype=np.uint8))
        path = root / f"class{i % 10}" / f"{i:04d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse.resize((300, 200), Image.Resampling.BICUBIC).save(path, quality=90)
    return root


def lines() -> Iterator[Line]:
    """Yield (what, measured, verdict)."""
    yield from from_the_cache()
    yield from first_epoch()
