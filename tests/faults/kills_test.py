"""The short form: some kills of tiny runs."""

from __future__ import annotations

import pytest

from tests.faults import kills
from tests.scripted import tiny_command
from tests.worlds import tiny_config


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_tiny_runs_killed_at_random_end_with_the_same_bits_and_lose_nothing(tmp_path):
    config = tiny_config(split={"classes_per_task": 4}, method={"epochs": 6, "prompt_steps": 200})
    rows = list(kills.campaign(5, 1, tmp_path, config, tiny_command))
    assert all(row.kept == row.tried > 0 for row in rows), rows
    assert rows[0].tried == 5
