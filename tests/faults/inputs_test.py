"""The short form of the campaign of spoiled files: thirty for each reader."""

from __future__ import annotations

import sys

import pytest

from tests.faults.inputs import campaign, spoiled
from tests.faults.samples import all_samples


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_of_spoiled_files_only_the_documented_errors_come_out(tmp_path):
    rows = list(campaign(30, 0, tmp_path))
    assert [row.failures for row in rows if row.failures] == []
    assert all(row.kept == row.tried == 30 for row in rows)
    assert len({row.fault for row in rows}) == 10


def test_a_spoiled_file_is_the_same_every_time_and_differs_from_the_sound_one():
    for reader, samples in all_samples().items():
        files = [spoiled(reader, number, 5, samples) for number in range(12)]
        assert files == [spoiled(reader, number, 5, samples) for number in range(12)]
        assert len(set(files)) > 6
        assert sum(file in samples for file in files) < 6
