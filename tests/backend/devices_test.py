"""Choosing a device: never fails, always says what and why."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from backend import devices
from backend.api import free_device
from backend.devices import choose, sample, set_threads, versions


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    card = SimpleNamespace(name="NVIDIA H100", total_memory=80_000_000_000)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: card)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(devices, "_why_broken", lambda _: "")


def test_without_a_gpu_the_cpu_is_taken_and_the_reason_told(no_gpu):
    chosen = choose("auto", "fp32")
    assert chosen == devices.Chosen(torch.device("cpu"), "CPU: no CUDA device was found", "")
    assert choose("cpu", "fp32").reason == "CPU"


@pytest.mark.parametrize("wanted", ["cuda", "cuda:1", "mps"])
def test_a_device_that_is_not_there_falls_back_to_the_cpu_with_a_warning(wanted, no_gpu):
    chosen = choose(wanted, "fp32")
    assert chosen.device.type == "cpu"
    assert f"'{wanted}' cannot be used, because no " in chosen.warning
    assert "CPU is used instead" in chosen.warning


@pytest.mark.parametrize(
    ("wanted", "device"), [("auto", "cuda:0"), ("cuda", "cuda"), ("cuda:1", "cuda:1"), ("cpu", "cpu")]
)
def test_a_gpu_that_is_there_is_taken(wanted, device, two_gpus):
    chosen = choose(wanted, "bf16" if device != "cpu" else "fp32")
    assert (str(chosen.device), chosen.warning) == (device, "")
    assert device == "cpu" or chosen.reason == f"{device} NVIDIA H100 (80 GB)"


def test_a_number_too_high_says_how_many_there_are(two_gpus):
    assert "only 2 CUDA devices are there" in choose("cuda:2", "fp32").warning


def test_a_gpu_that_cannot_compute_is_not_taken(two_gpus, monkeypatch):
    monkeypatch.setattr(devices, "_why_broken", lambda _: "no kernel image is available")
    assert choose("auto", "fp32").reason == "CPU: no kernel image is available"
    assert "no kernel image" in choose("cuda:0", "fp32").warning


def test_a_driver_that_is_too_old_is_the_reason(monkeypatch, no_gpu):
    def too_old():
        import warnings

        warnings.warn("The NVIDIA driver on your system is too old.\nPlease update", UserWarning, stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", too_old)
    assert choose("auto", "fp32").reason == "CPU: The NVIDIA driver on your system is too old"


@pytest.mark.parametrize(
    ("fast", "precision", "warns"), [(True, "bf16", False), (False, "bf16", True), (True, "fp16", True)]
)
def test_a_precision_that_is_slow_on_this_cpu_is_told(fast, precision, warns, monkeypatch, no_gpu):
    monkeypatch.setattr(devices, "_fast_bf16", lambda: fast)
    assert (f"Precision {precision} is slower" in choose("cpu", precision).warning) is warns


def test_threads():
    before = torch.get_num_threads()
    try:
        assert set_threads(3) == 3 == torch.get_num_threads()
        assert set_threads(0) == max(1, devices.cores() - 1) == torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def test_memory_and_versions():
    assert sample().process_memory > 1_000_000
    assert versions().keys() == {"python", "torch", "open_clip", "POT", "numpy", "dmc-studio"}
    assert all(versions().values())


@pytest.mark.parametrize("used", [True, False])
def test_the_memory_of_a_gpu_is_given_back_if_it_was_used(used, two_gpus, monkeypatch):
    emptied = []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: used)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(True))
    free_device()
    assert bool(emptied) is used
