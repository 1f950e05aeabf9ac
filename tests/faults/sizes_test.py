"""A checkpoint of a real CLIP is megabytes: what was learned, without the weights that it started from."""

from __future__ import annotations

import pytest

from backend.config import RunConfig
from tests.faults.sizes import MODEL, sizes


@pytest.mark.slow
def test_ten_classes_of_vit_b_16_with_lora_are_about_ten_megabytes(tmp_path):
    checkpoint, bundle = sizes(tmp_path, RunConfig().replaced(model=MODEL), 10)
    assert 1e6 < checkpoint < 12e6
    assert checkpoint < bundle < checkpoint + 50_000
