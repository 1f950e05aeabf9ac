"""How many runs fit on this machine at once: by memory, by the GPU's memory and by cores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from backend import bounded
from backend.config import RunConfig
from backend.cores import cores
from backend.errors import RunFolderError
from backend.events import DeviceSampled, from_line
from backend.history import EVENTS, MOST_BYTES, read_config
from backend.long_file import LongFile

Limit: TypeAlias = Literal["memory", "GPU memory", "cores", "unmeasured"]
"""unmeasured: nothing like it ever ran here, so the first one runs alone until it has told what it takes."""

_SHARE: Final = 0.85
"""Of what is free; the rest is for what else the user does."""
_SAMPLES: Final = 8
"""So many of the last samples of a run are looked at; the largest counts."""
_DEFAULT: Final = 4 * 10**9
_DEFAULT_DEMO: Final = 1_600_000_000
"""Bytes of a run that was never measured here; the demo model's was measured at most 1.3 GB."""
_SAMPLE: Final = b'"kind":"device_sampled"'


@dataclass(frozen=True, slots=True)
class Need:
    """What one run takes.

    Attributes:
        memory: bytes of main memory.
        device_memory: bytes of GPU memory; 0 where it has none, or nothing is known.
        device_total: bytes of all memory of that GPU.
        threads: cores that it keeps busy.
        measured: whether an earlier run like it was measured here; otherwise memory is a guess.
    """

    memory: int
    device_memory: int = 0
    device_total: int = 0
    threads: int = 1
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is for all runs of the queue together, in bytes; those that are on count as if they were not."""

    memory: int
    cores: int
    device_memory: int | None = None
    """None where there is no GPU, or nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many runs fit at once, from 1; what keeps more from fitting; and what one was taken to need."""

    runs: int
    limit: Limit
    need: Need


def fitting(need: Need, machine: Machine) -> Capacity:
    """Return how many runs of the same need fit at once; one always may try."""
    fits: dict[Limit, int] = {"memory": int(machine.memory * _SHARE) // need.memory}
    if need.device_memory and machine.device_memory is not None:
        fits["GPU memory"] = int(machine.device_memory * _SHARE) // need.device_memory
    fits["cores"] = machine.cores // need.threads
    limit = min(fits, key=lambda name: fits[name])
    return Capacity(max(1, fits[limit]), limit, need)


def capacity(wanted: Sequence[tuple[RunConfig, Sequence[Path]]], running: Sequence[DeviceSampled]) -> Capacity | None:
    """Return how many of some runs fit on this machine at once; None where there are none.

    Args:
        wanted: the runs, each with folders of earlier runs that may be like it, the likeliest first.
        running: the last sample of each run of the queue that is on.
    """
    needs = [need_of(config, earlier) for config, earlier in wanted]
    if not needs:
        return None
    need = Need(
        memory=max(need.memory for need in needs),
        device_memory=max(need.device_memory for need in needs),
        device_total=max(need.device_total for need in needs),
        threads=max(need.threads for need in needs),
        measured=all(need.measured for need in needs),
    )
    if not need.measured:
        if not running:
            return Capacity(1, "unmeasured", need)
        need = _at_least(need, running)
    return fitting(need, _machine(need, running))


def _at_least(need: Need, running: Sequence[DeviceSampled]) -> Need:
    """Return a guessed need, raised to what the runs that are on take so far."""
    device = max(sample.device_memory or 0 for sample in running) // len(running)
    return replace(
        need,
        memory=max(need.memory, *(sample.process_memory for sample in running)),
        device_memory=max(need.device_memory, device),
    )


def need_of(config: RunConfig, earlier: Iterable[Path] = ()) -> Need:
    """Return what a run takes, measured at the first of some earlier runs that has its model and batch."""
    sample = next((found for folder in earlier if (found := _measured(config, folder))), None)
    on_device = bool(sample and sample.device_memory)
    threads = config.run.threads or (1 if on_device else max(1, cores() - 1))
    if sample is None:
        return Need(_DEFAULT_DEMO if config.model.name == "demo" else _DEFAULT, threads=threads)
    total = sample.device_memory_total or 0
    return Need(max(1, sample.process_memory), sample.device_memory or 0, total, threads, measured=True)


def _measured(config: RunConfig, folder: Path) -> DeviceSampled | None:
    try:
        other = read_config(folder)
    except RunFolderError:  # it may be gone by now; this is only a guess at another one
        return None
    alike = (other.model, other.method.name, other.data.name, other.run.batch_size, other.run.device)
    mine = (config.model, config.method.name, config.data.name, config.run.batch_size, config.run.device)
    return _largest(folder) if alike == mine else None


def _largest(folder: Path) -> DeviceSampled | None:
    """Return the largest of the last samples of a run; None where it has none, or they cannot be read."""
    found: list[DeviceSampled] = []
    try:
        with bounded.opened(folder / EVENTS, MOST_BYTES) as opened:
            file = LongFile(opened)
            place = file.rfind(_SAMPLE, file.size)
            while place >= 0 and len(found) < _SAMPLES:
                event = from_line(file.line_at(place))
                found += [event] if isinstance(event, DeviceSampled) else []
                place = file.rfind(_SAMPLE, file.begin_of_line(place))
    except (OSError, ValueError):
        return None
    return max(found, key=lambda sample: (sample.device_memory or 0, sample.process_memory), default=None)


def _machine(need: Need, running: Sequence[DeviceSampled]) -> Machine:
    import psutil  # slow to load

    held = sum(sample.process_memory for sample in running)
    return Machine(psutil.virtual_memory().available + held, cores(), _device_memory(need, running))


def _device_memory(need: Need, running: Sequence[DeviceSampled]) -> int | None:
    """Return the GPU memory that other programs leave, judged by what the runs that are on saw last."""
    newest = max((sample for sample in running if sample.device_memory_total), key=lambda s: s.at, default=None)
    if newest is None:
        return need.device_total or None
    others = (newest.device_memory or 0) - len(running) * need.device_memory
    return (newest.device_memory_total or 0) - max(0, others)
