"""Two small real runs that several files read: one that finished, and one that was stopped after two tasks."""

from __future__ import annotations

import shutil

import pytest

from backend.api import Gate, run
from backend.events import TaskStarted
from tests.worlds import tiny_config

CONFIG = tiny_config(method={"name": "simple_cil"})  # the quickest method with a classifier of its own


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """Read it only; copy it to change it."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    ended = run(CONFIG, folder, lambda _: None, Gate())
    assert ended.outcome == "finished", ended
    return folder


@pytest.fixture(scope="session")
def stopped_run(tmp_path_factory):
    """Read it only; copy it to change it."""
    folder, gate = tmp_path_factory.mktemp("runs") / "stopped", Gate()

    def stop(event):
        if isinstance(event, TaskStarted) and event.task == 2:
            gate.stop()

    ended = run(CONFIG, folder, stop, gate)
    assert ended.outcome == "stopped", ended
    return folder


@pytest.fixture
def copied_run(stopped_run, tmp_path):
    """A stopped run of one's own."""
    return shutil.copytree(stopped_run, tmp_path / "copied")
