"""Thousands of spoiled files for everything that reads one from outside: only the documented errors may come out.

They are read in processes with little memory and time (see `tests.faults.confined`); one that ends early is a failure
of the file that it was reading, and another one goes on.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.mutations import (
    BLIND,
    Mutation,
    header,
    inside_gzip,
    json_line,
    json_tree,
    png_chunk,
    tar_header,
    toml_tree,
)
from tests.faults.row import Row
from tests.faults.samples import all_samples

ROOT = Path(__file__).parents[2]
KNOWING: dict[str, tuple[Mutation, ...]] = {
    "config": (toml_tree,),
    "manifest": (json_tree,),
    "tensors": (header,),
    "events": (json_line,),
    "result": (json_tree,),
    "data": (json_tree,),
    "image": (png_chunk,),
    "archive": (tar_header, inside_gzip),
}
"""What knows how a format is built; half of the files are spoiled with it."""
TITLES = {
    "config": "run.toml",
    "manifest": "manifest.json of a checkpoint",
    "tensors": "safetensors, header and file",
    "events": "events.jsonl",
    "image": "pictures: PNG, JPEG, GIF, WebP, TIFF, BMP, PPM",
    "archive": "archives: tar, tgz, zip",
    "result": "result.json",
    "data": "data.json",
    "pickle": "CIFAR pickles",
    "weights": "weights of PyTorch",
}
BATCH = 2000
"""Files that lie on the disk at a time."""


def campaign(count: int, seed: int, folder: Path) -> Iterator[Row]:
    """Spoil `count` files for each reader; yield what became of them."""
    samples = all_samples()
    jobs = [(reader, number) for reader in TITLES for number in range(count)]
    started, said = time.monotonic(), dict.fromkeys(TITLES, 0.0)
    outcomes: dict[str, list[str]] = {reader: [] for reader in TITLES}
    for (reader, _), outcome in zip(jobs, _read_all(jobs, samples, seed, folder), strict=True):
        outcomes[reader].append(outcome)
        said[reader] = time.monotonic()
    for reader, title in TITLES.items():
        leaks = [f"{reader} {number} of seed {seed}: {o}" for number, o in enumerate(outcomes[reader]) if o[:1] == "!"]
        refused = sum(outcome != "" for outcome in outcomes[reader]) - len(leaks)
        seconds, started = max(0.0, said[reader] - started), said[reader]
        note = f"{refused:,} refused, {count - refused - len(leaks):,} still sound"
        yield Row(4, f"spoiled {title}", count, count - len(leaks), seconds, note, tuple(leaks))


def spoiled(reader: str, number: int, seed: int, samples: Sequence[bytes]) -> bytes:
    """Return the file with that number."""
    draw = random.Random(f"{seed}/{reader}/{number}")
    first = draw.choice((draw.choice(KNOWING.get(reader, BLIND)), draw.choice(BLIND)))
    data = first(draw, draw.choice(samples))
    return draw.choice(BLIND)(draw, data) if draw.random() < 0.2 else data


def _read_all(
    jobs: Sequence[tuple[str, int]], samples: dict[str, list[bytes]], seed: int, folder: Path
) -> Iterator[str]:
    """Yield the outcome of each file, in order."""
    done = 0
    while done < len(jobs):
        batch = jobs[done : done + BATCH]
        files = folder / "files"
        files.mkdir()
        lines: list[str] = []
        for reader, number in batch:
            path = files / f"{reader}-{number}"
            path.write_bytes(spoiled(reader, number, seed, samples[reader]))
            lines.append(json.dumps([reader, str(path)]))
        (folder / "jobs").write_text("\n".join(lines))
        for outcome in _confined(folder):
            yield outcome
            done += 1
        shutil.rmtree(files)


def _confined(folder: Path) -> Iterator[str]:
    """Yield outcomes as far as one process comes; of the file that ended it, how it ended."""
    work = folder / "work"
    work.mkdir()
    command = [sys.executable, "-m", "tests.faults.confined", str(work), str(folder / "jobs")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    jobs = len((folder / "jobs").read_text().splitlines())
    came = 0
    with (folder / "errors").open("w+") as errors:
        with subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=errors) as child:
            assert child.stdout is not None
            for line in child.stdout:
                yield json.loads(line)
                came += 1
        errors.seek(0)
        said = errors.read()
    left = [path.name for path in work.iterdir() if path.name != "reading"]
    shutil.rmtree(work)
    if came < jobs:
        yield f"!it ended the process ({child.returncode}): {said[-300:]}"
    # The TIFF library writes a line of its own for what it cannot decode; Python's warnings would be spam of ours.
    elif left or "Warning" in said or "Traceback" in said:
        raise AssertionError(f"said {said[-2000:]!r}, left {left}")
