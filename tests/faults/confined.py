"""Reads files in a process of its own, with little memory and time: `python -m tests.faults.confined WORK JOBS`.

WORK is an empty folder, JOBS a file of JSON lines, `[reader, path]`. One JSON line is written for each, its outcome
(see `tests.faults.readers`); a process that dies has not written that of the file that killed it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil

MEMORY = 1 << 30
"""Bytes beyond those of a process that has imported everything."""
SECONDS = 20
"""Of computing for one file."""


def confine() -> None:
    """Limit the memory of this process from here on; and no core files."""
    import resource

    used = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow(seconds: float) -> None:
    """Let this process compute for so long from here on, and no longer."""
    import resource

    spent = sum(os.times()[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(spent + seconds) + 1, resource.RLIM_INFINITY))


def prepare() -> None:
    """Import everything, and start what is started once."""
    import numpy as np
    import safetensors.torch
    import torch

    torch.set_num_threads(1)
    safetensors.torch.save({"a": torch.zeros(2, 2) @ torch.zeros(2, 2)})
    np.linalg.inv(np.eye(3))


def main(work: Path, jobs: Path) -> None:
    """Read all files in order."""
    from tests.faults.readers import outcome

    prepare()
    confine()
    for line in jobs.read_text().splitlines():
        reader, path = json.loads(line)
        allow(SECONDS)
        print(json.dumps(outcome(reader, Path(path), work / "reading")), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
