"""How many runs fit at once: by memory, by the GPU's memory and by cores, from what earlier runs took."""

from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest

from backend import capacity as measured
from backend.api import DeviceSampled, Need, RunConfig, capacity, prepare_run
from backend.capacity import Machine, fitting, need_of
from backend.store import RunFolder

GB = 10**9


@pytest.mark.parametrize(
    ("need", "machine", "runs", "limit"),
    [
        (Need(1 * GB), Machine(8 * GB, cores=16), 6, "memory"),
        (Need(1 * GB, threads=3), Machine(8 * GB, cores=8), 2, "cores"),
        (Need(1 * GB, device_memory=6 * GB), Machine(64 * GB, cores=32, device_memory=24 * GB), 3, "GPU memory"),
        (Need(1 * GB, device_memory=6 * GB), Machine(64 * GB, cores=32), 32, "cores"),
        (Need(9 * GB), Machine(2 * GB, cores=4), 1, "memory"),
        (Need(1 * GB, threads=7), Machine(64 * GB, cores=4), 1, "cores"),
    ],
)
def test_what_is_scarcest_decides_and_one_may_always_try(need, machine, runs, limit):
    fit = fitting(need, machine)
    assert (fit.runs, fit.limit) == (runs, limit)


def earlier(folder, config, *samples):
    prepare_run(config, folder)
    with RunFolder.reopen(folder) as home:
        for sample in samples:
            home.append(sample)
    return folder


def test_an_earlier_run_with_the_same_model_and_batch_says_what_one_takes(tmp_path):
    config = RunConfig().replaced(run={"threads": 3})
    other = earlier(tmp_path / "other", config.replaced(run={"batch_size": 8}), DeviceSampled(process_memory=9 * GB))
    never = earlier(tmp_path / "never", config)
    like = earlier(
        tmp_path / "like",
        config.replaced(run={"seed": 7}),
        DeviceSampled(process_memory=2 * GB),
        DeviceSampled(process_memory=GB),
    )
    need = need_of(config, [tmp_path / "gone", other, never, like])
    assert need == Need(2 * GB, threads=3, measured=True)
    guess = need_of(config, [other])
    assert not guess.measured
    assert guess.memory > GB


@pytest.fixture
def machine(monkeypatch):
    """Eight gigabytes are free, and there are eight cores."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * GB))
    monkeypatch.setattr(measured, "cores", lambda: 8)


def test_runs_that_are_on_count_as_room(machine, tmp_path):
    config = RunConfig().replaced(run={"threads": 1})
    like = earlier(tmp_path / "like", config, DeviceSampled(process_memory=2 * GB))
    wanted = [(config, [like])]
    assert capacity(wanted, []).runs == 3
    assert capacity(wanted, [DeviceSampled(process_memory=2 * GB)] * 2).runs == 5
    assert capacity([], []) is None


def test_a_gpu_is_shared_with_other_programs(machine, tmp_path):
    config = RunConfig()
    sample = DeviceSampled(process_memory=GB // 4, device_memory=4 * GB, device_memory_total=24 * GB)
    like = earlier(tmp_path / "like", config, sample)
    fit = capacity([(config, [like])], [])
    assert (fit.runs, fit.limit, fit.need.threads) == (5, "GPU memory", 1)
    crowded = sample.model_copy(update={"device_memory": 18 * GB})
    assert capacity([(config, [like])], [crowded]).runs == 2


def test_the_first_run_of_its_kind_begins_alone_and_is_then_measured(machine):
    config = RunConfig().replaced(run={"threads": 1})
    fit = capacity([(config, [])], [])
    assert (fit.runs, fit.limit) == (1, "unmeasured")
    fit = capacity([(config, [])], [DeviceSampled(process_memory=3 * GB)])
    assert (fit.runs, fit.limit, fit.need.memory) == (3, "memory", 3 * GB)
