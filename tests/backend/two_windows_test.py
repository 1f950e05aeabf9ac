"""Several processes on one runs folder: one writes, the others read or are told, and nobody is hurt."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backend.config import RunConfig
from backend.errors import RunFolderError
from backend.events import Note, RunStarted, StepEnded
from backend.store import RunFolder, list_runs, open_run

REOPEN = """
import sys
from pathlib import Path
from backend.errors import RunFolderError
from backend.store import RunFolder
print("ready", flush=True)
sys.stdin.readline()
try:
    home = RunFolder.reopen(Path(sys.argv[1]))
except RunFolderError as error:
    print(error, flush=True)
else:
    print("won", flush=True)
sys.stdin.readline()
"""
WRITE = """
import sys
from pathlib import Path
from backend.events import Note, StepEnded
from backend.store import RunFolder
with RunFolder.reopen(Path(sys.argv[1])) as home:
    print("ready", flush=True)
    for round in range(20):
        here = home.events_size
        for step in range(60):
            home.append(StepEnded(task=0, stage="adapt", step=step + 1, steps=60))
        home.append(Note(level="info", text=f"{round}"))
        home.write_result({
            "method": "dmc_ot", "tasks": [["a"]], "accuracy_matrix": [[1.0]], "task_accuracy": [1.0], "average": 1.0,
            "last": round, "forgetting": 0.0,
        })
        home.rewind(here, keep=lambda event: isinstance(event, Note))
"""
STARTED = RunStarted(
    at=1.0, method="dmc_ot", dataset="drawn", seed=0, class_names=("a",), tasks=(("a",),), device="cpu",
    device_reason="CPU", precision="fp32", threads=1,
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        home.append(STARTED)
    return tmp_path / "run"


def start(script: str, path: Path) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", script, str(path)], text=True, **pipes)


def opened(folder: Path) -> str:
    try:
        return open_run(folder).state
    except RunFolderError as error:
        return error.sentence


def test_of_several_windows_that_go_on_with_a_run_one_does_and_the_others_are_told(path):
    windows = [start(REOPEN, path) for _ in range(3)]
    assert [window.stdout.readline() for window in windows] == ["ready\n"] * 3
    for window in windows:
        window.stdin.write("go\n")
        window.stdin.flush()
    said = sorted(window.stdout.readline() for window in windows)
    for window in windows:
        window.communicate("done\n")
    assert said[-1] == "won\n"
    assert all("is being written by another run. Stop that one first" in sentence for sentence in said[:-1])
    RunFolder.reopen(path).close()


def test_a_run_is_read_at_any_moment_while_it_is_written(path):
    with start(WRITE, path) as writer:
        assert writer.stdout.readline() == "ready\n"
        reads = 0
        while writer.poll() is None:
            record = open_run(path)
            (summary,) = list_runs(path.parent)
            assert record.events[0] == STARTED
            assert all(isinstance(event, StepEnded | Note) for event in record.events[1:])
            assert {record.state, summary.state} <= {"running", "interrupted"}
            reads += 1
    assert writer.returncode == 0
    assert reads > 3
    assert [event.text for event in open_run(path).events[1:]] == [f"{number}" for number in range(20)]


def test_a_run_that_is_deleted_while_it_is_read_is_an_error_that_names_it_or_is_not_listed(path, tmp_path):
    copies = [shutil.copytree(path, tmp_path / "runs" / f"run-{number}") for number in range(12)]
    script = "import shutil, sys; from pathlib import Path; print('ready', flush=True); sys.stdin.readline()\n"
    script += "for folder in sorted(Path(sys.argv[1]).iterdir()): shutil.rmtree(folder)"
    with start(script, tmp_path / "runs") as other:
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        gone = False
        while not gone:
            gone = other.poll() is not None
            list_runs(tmp_path / "runs")
            for folder in copies:
                said = opened(folder)
                assert said == "interrupted" or folder.name in said
    assert list_runs(tmp_path / "runs") == ()
