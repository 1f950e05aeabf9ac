"""The short form of the campaign against workers."""

from __future__ import annotations

import os

import pytest

from tests.faults.workers import campaign


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_two_killed_workers_of_a_queue_are_shown_resumed_and_harm_no_other(tmp_path):
    rows = list(campaign(4, 0, tmp_path))
    assert [(row.tried, row.kept, row.failures) for row in rows] == [(2, 2, ()), (2, 2, ()), (2, 2, ())]
