"""A device that runs out of memory gets less at once, and the result stays the same."""

from __future__ import annotations

import pytest
import torch

from backend.api import Gate, run
from backend.encoders.clip import ClipEncoder
from backend.events import Note
from backend.stages.ladder import Ladder, out_of_memory
from tests.worlds import tiny_config


def narrow(most):
    """Work that only so many items at once fit into."""

    def work(at_once):
        if at_once > most:
            raise torch.OutOfMemoryError("no memory")
        return at_once

    return work


def test_it_halves_until_the_work_fits_and_remembers():
    said = []
    ladder = Ladder(said.append)
    assert ladder.climb_down(48, narrow(10)) == 6
    assert len(said) == 3
    assert "from now on 6 at a time" in said[-1]
    assert ladder.climb_down(48, narrow(10)) == 6
    assert ladder.climb_down(4, narrow(10)) == 4
    assert len(said) == 3, "what is known is not said again"


def test_where_not_even_one_fits_the_error_leaves():
    with pytest.raises(torch.OutOfMemoryError):
        Ladder(lambda _: None).climb_down(8, narrow(0))


def test_other_errors_leave_at_once():
    def work(at_once):
        raise RuntimeError("shapes do not match")

    said = []
    with pytest.raises(RuntimeError, match="shapes"):
        Ladder(said.append).climb_down(8, work)
    assert not said


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), True),
        (MemoryError(), True),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
            True,
        ),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"), True),
        (RuntimeError("CUDA error: device-side assert triggered"), False),
        (ValueError("can't allocate memory"), False),
    ],
    ids=["torch", "python", "cpu", "cublas", "assert", "value"],
)
def test_what_counts_as_out_of_memory(error, is_memory):
    assert out_of_memory(error) is is_memory


def test_a_run_short_of_memory_trains_in_smaller_parts_to_the_same_weights(tmp_path, monkeypatch):
    from backend import checkpoint

    config = tiny_config(split={"classes_per_task": 4}, method={"name": "dmc"}, run={"measure_drift": False})
    run(config, tmp_path / "wide", lambda event: None, Gate())
    whole = ClipEncoder.tower

    def tight(self, pixels):
        if len(pixels) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(self, pixels)

    monkeypatch.setattr(ClipEncoder, "tower", tight)
    events = []
    ended = run(config, tmp_path / "tight", events.append, Gate())
    assert ended.outcome == "finished", ended
    notes = [e.text for e in events if isinstance(e, Note)]
    assert any("no memory for 8 at once: from now on 4" in text for text in notes), notes
    assert any("from now on 2 at a time" in text for text in notes)
    one, other = (checkpoint.latest(tmp_path / name).tensors for name in ("wide", "tight"))
    for name, value in one.items():
        assert torch.allclose(value, other[name], rtol=1e-3, atol=1e-4), name


def test_a_run_that_cannot_hold_one_picture_says_what_to_lower(tmp_path, monkeypatch):
    def none(self, pixels):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(ClipEncoder, "tower", none)
    ended = run(tiny_config(), tmp_path / "run", lambda event: None, Gate())
    assert (ended.outcome, ended.cause) == ("failed", "memory")
    assert "batch_size" in ended.hint


def test_a_device_that_is_lost_for_this_process_is_told_from_other_faults(tmp_path, monkeypatch):
    def lost(self, pixels):
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(ClipEncoder, "tower", lost)
    ended = run(tiny_config(), tmp_path / "run", lambda event: None, Gate())
    assert (ended.outcome, ended.cause) == ("failed", "device")
    assert "separate process" in ended.hint
