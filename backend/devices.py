"""On what a run computes: device, precision, threads, and what they are busy with."""

from __future__ import annotations

import gc
import platform
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import psutil
import torch
from threadpoolctl import threadpool_limits

from backend.cores import cores
from backend.events import DeviceSampled

_PACKAGES: Final = {
    "torch": "torch",
    "open_clip": "open_clip_torch",
    "POT": "POT",
    "numpy": "numpy",
    "dmc-studio": "dmc-studio",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A device, why it was chosen, and what the user should know about it (empty: nothing)."""

    device: torch.device
    reason: str
    warning: str = ""


def choose(wanted: str, precision: str) -> Chosen:
    """Return the device to use; one that is not there falls back to the CPU with a warning.

    Args:
        wanted: `auto`, `cpu`, `mps`, `cuda` or `cuda:N`.
        precision: `fp32`, `bf16` or `fp16`.
    """
    warning = ""
    if wanted == "auto":
        device, absent = _automatic()
    else:
        device, absent = torch.device(wanted), _why_absent(wanted)
        if absent:
            warning = f"Device '{wanted}' cannot be used, because {absent}; the CPU is used instead."
            device = torch.device("cpu")
    reason = _describe(device) + (f": {absent}" if absent else "")
    return Chosen(device, reason, f"{warning} {_precision_warning(device, precision)}".strip())


def _automatic() -> tuple[torch.device, str]:
    """Return the best device and, for the CPU, why nothing faster was taken."""
    no_cuda = _why_absent("cuda:0")
    if not no_cuda:
        return torch.device("cuda:0"), ""
    if not _why_absent("mps"):
        return torch.device("mps"), ""
    return torch.device("cpu"), no_cuda


def _why_absent(name: str) -> str:
    """Return why a device cannot be used, or nothing when it can."""
    kind, _, number = name.partition(":")
    if kind == "cpu":
        return ""
    if kind == "mps":
        return "" if torch.backends.mps.is_available() else "no Apple GPU was found"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not found:
        # A driver that is too old shows up only as a warning.
        return str(told[0].message).splitlines()[0].rstrip(".") if told else "no CUDA device was found"
    if int(number or 0) >= found:
        return f"only {found} CUDA device{'s are' if found > 1 else ' is'} there (counting from cuda:0)"
    return _why_broken(name)


def _why_broken(name: str) -> str:
    """Compute something: a GPU may be listed and yet not be usable with this build of PyTorch."""
    try:
        torch.ones(1, device=name).add(1).item()
    except RuntimeError as error:
        return str(error).splitlines()[0].rstrip(".")
    return ""


def _describe(device: torch.device) -> str:
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return f"{device} {properties.name} ({properties.total_memory / 1e9:.0f} GB)"
    return {"cpu": "CPU", "mps": "Apple GPU"}[device.type]


def _precision_warning(device: torch.device, precision: str) -> str:
    if precision == "fp32":
        return ""
    if device.type == "cpu" and (precision == "fp16" or not _fast_bf16()):
        return f"Precision {precision} is slower than fp32 on this CPU, and less exact."
    if device.type == "cuda" and precision == "bf16" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return "Precision bf16 is emulated on this GPU; fp16 is faster here."
    return ""


def _fast_bf16() -> bool:
    return torch.backends.cpu.get_cpu_capability() in {"AVX512", "AMX"}


def set_threads(wanted: int) -> int:
    """Limit PyTorch and NumPy's linear algebra to a number of threads (0: all cores but one) and return it."""
    threads = wanted or max(1, cores() - 1)
    torch.set_num_threads(threads)
    # NumPy's threads spin while they wait: left alone they starve the window and make calibration five times slower.
    threadpool_limits(limits=threads, user_api="blas")
    return threads


def sample() -> DeviceSampled:
    """Return the memory of this process, and of the GPU once it is in use."""
    resident = psutil.Process().memory_info().rss
    if not (torch.cuda.is_available() and torch.cuda.is_initialized()):
        return DeviceSampled(process_memory=resident)
    free, total = torch.cuda.mem_get_info()
    return DeviceSampled(process_memory=resident, device_memory=total - free, device_memory_total=total)


def free() -> None:
    """Give back the memory of what is no longer used; PyTorch keeps it for later otherwise."""
    gc.collect()
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def versions() -> dict[str, str]:
    """Return the versions of everything that can change a number."""
    return {"python": platform.python_version(), **{name: _version(package) for name, package in _PACKAGES.items()}}


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # a bare checkout, or torch built by hand
        return "unknown"
