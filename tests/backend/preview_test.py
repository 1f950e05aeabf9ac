"""What the form shows of the tasks, before anything is trained."""

from __future__ import annotations

import logging

from backend.api import preview
from backend.config import ModelSettings, RunConfig
from backend.encoders.models import load_model
from tests.layouts import write_picture


def test_a_picture_that_cannot_be_read_does_not_spoil_the_preview(tmp_path):
    for name in ("cat", "dog"):
        for number in range(5):
            write_picture(tmp_path / name / f"{number}.png")
    (tmp_path / "cat" / "0.png").write_bytes(b"no picture")
    ruined = tmp_path / "dog"
    for file in ruined.iterdir():
        file.write_bytes(b"no picture")
    data = {"name": "folder", "root": str(tmp_path)}
    (task,) = preview(RunConfig().replaced(data=data, split={"classes_per_task": 2, "order": "natural"}))
    assert task.names == ("cat", "dog")
    assert (task.train, task.test) == (8, 2)
    assert len(task.thumbnails) == 1


def test_weights_that_are_loaded_are_not_called_random(caplog):
    with caplog.at_level(logging.WARNING):
        load_model(ModelSettings(), seed=0)
    assert not caplog.records
