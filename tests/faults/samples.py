"""Sound files of every kind that is read from outside, small, and the same every time."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator

import numpy as np
import safetensors.torch
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydantic_core import to_json

from backend import events
from backend.config import read_config, to_toml
from backend.data_record import DataRecord, PartRecord
from tests.faults.readers import SCHEMA_1
from tests.packing import packed

FILES = {"birds/a.jpg": b"a" * 700, "birds/b.jpg": b"", "names.txt": "Vögel".encode()}


def configs() -> Iterator[bytes]:
    yield to_toml(read_config("")).encode()
    yield b'[split]\norder = ["a", "b.c"]\nsizes = [1, 1]\n[method]\nname = "dmc"\n[data]\nroot = "x"\n'


def tensors() -> bytes:
    kinds = (torch.float32, torch.float16, torch.int64, torch.uint8, torch.bool)
    return safetensors.torch.save({str(kind): torch.ones(2, 3).to(kind) for kind in kinds}, {"note": "ü"})


def event_lines() -> bytes:
    names = ("a", "b", "c", "d")
    started = events.RunStarted(
        method="dmc", dataset="drawn", seed=0, class_names=names, tasks=(names[:2], names[2:]), device="cpu",
        device_reason="", precision="fp32", threads=1,
    )  # fmt: skip
    told: list[events.Event] = [started]
    for task in range(2):
        told.append(events.TaskStarted(task=task, classes=names[:2], pictures=9))
        told += [events.StepEnded(task=task, stage="adapt", step=i + 1, steps=3, loss=1 / (i + 1)) for i in range(3)]
        told.append(events.StageEnded(task=task, stage="adapt", seconds=1.5))
        told.append(events.TaskScored(task=task, row=(90.0,) * (task + 1), accuracy=90, average=91, forgetting=0))
        told.append(events.Checkpointed(task=task, path="checkpoints/task-01", bytes=9))
    row = (0.5, 0.5)
    plan = events.Calibrated(task=1, calibrator="ot", old_classes=("a",), current_classes=("c", "d"), plan=(row,))
    told += [plan, events.DeviceSampled(process_memory=9), events.Note(level="info", text="x"), events.Paused()]
    told += [events.Resumed(), events.RunEnded(outcome="finished", seconds=3.5)]
    return "".join(events.to_line(event) + "\n" for event in told).encode()


def result() -> bytes:
    return to_json({
        "method": "dmc", "tasks": [["a"], ["b"]], "accuracy_matrix": [[90.0, None], [80.0, 70.0]],
        "task_accuracy": [90.0, 75.0], "average": 82.5, "last": 75.0, "forgetting": 10.0, "finished": True,
    })  # fmt: skip


def data() -> bytes:
    part = PartRecord(names=("a/1.png", "b/2.png"), labels=(0, 1), checksums=(1, 2))
    record = DataRecord(fingerprint="f", class_names=("a", "b"), transform="crop", parts={"train": part})
    return record.model_dump_json().encode()


def images() -> Iterator[bytes]:
    noise = np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8)
    colour = Image.fromarray(noise)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    text = PngInfo()
    text.add_text("a", "b" * 50, zip=True)
    yield _saved(colour, "PNG", exif=exif, pnginfo=text, icc_profile=b"icc" * 40)
    for mode in ("L", "P", "RGBA", "LA", "1", "I;16"):
        yield _saved(Image.fromarray(noise[..., 0]).convert(mode), "PNG")
    yield _saved(colour.quantize(16), "PNG", transparency=3)
    yield _saved(colour, "JPEG", exif=exif)
    yield _saved(colour, "JPEG", progressive=True)
    yield _saved(colour.convert("CMYK"), "JPEG")
    more = [colour.rotate(90)]
    yield _saved(colour.quantize(16), "GIF", save_all=True, append_images=more, transparency=2)
    yield _saved(colour, "WEBP", exif=exif)
    yield _saved(colour.convert("RGBA"), "WEBP", lossless=True)
    yield _saved(colour, "WEBP", save_all=True, append_images=more)
    for press in (None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
        yield _saved(colour, "TIFF", compression=press, exif=exif)
    yield _saved(Image.fromarray(noise[..., 0].astype(np.uint16) * 200), "TIFF")
    yield _saved(colour, "BMP")
    yield _saved(colour.quantize(16), "BMP")
    yield _saved(colour, "PPM")
    yield b"P3 2 2 255\n" + b"1 2 3 " * 4
    yield b"P1 4 2\n" + b"1 0 1 0 " * 2


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def archives() -> Iterator[bytes]:
    for kind in ("tar", "tgz", "zip"):
        yield packed(kind, FILES)


def pickles() -> Iterator[bytes]:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 12)
    tree = {"data": pixels, "fine_labels": [0, 1], "filenames": ["a.png", "b.png"]}
    for protocol in (2, 4):
        yield pickle.dumps(tree, protocol)


def weights() -> Iterator[bytes]:
    state = {"a.weight": torch.ones(2, 3), "b": torch.zeros(4, dtype=torch.float16)}
    for new in (True, False):
        buffer = io.BytesIO()
        torch.save(state, buffer, _use_new_zipfile_serialization=new)
        yield buffer.getvalue()


def all_samples() -> dict[str, list[bytes]]:
    """Return the samples for each reader."""
    return {
        "config": list(configs()),
        "manifest": [(SCHEMA_1 / "manifest.json").read_bytes()],
        "tensors": [tensors()],
        "events": [event_lines()],
        "image": list(images()),
        "archive": list(archives()),
        "result": [result()],
        "data": [data()],
        "pickle": list(pickles()),
        "weights": list(weights()),
    }
