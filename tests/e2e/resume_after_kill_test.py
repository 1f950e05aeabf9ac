"""A user pulls the plug in task 3 and resumes: the result is the one of a run that was never cut."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from backend.api import Gate, open_run, run
from backend.cli import main
from tests.worlds import tiny_config

PROGRAM = "import sys, tests.worlds; from backend.cli import main; sys.exit(main(sys.argv[1:]))"


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def wait_for(events, text, process):
    for _ in range(3000):
        if events.exists() and text in events.read_text():
            return
        if process.poll() is not None:
            pytest.fail(f"the run ended early: {process.stderr.read()}")
        time.sleep(0.02)
    pytest.fail(f"no {text} within a minute")


def test_a_run_killed_in_task_3_and_resumed_equals_the_uninterrupted_run(tmp_path):
    from backend.config import to_toml

    config = tiny_config(run={"measure_drift": False})
    whole = run(config, tmp_path / "whole", lambda event: None, Gate())
    assert whole.outcome == "finished"

    (tmp_path / "run.toml").write_text(to_toml(config))
    process = start("run", str(tmp_path / "run.toml"), "--out", str(tmp_path / "cut"))
    wait_for(tmp_path / "cut" / "events.jsonl", '"kind":"task_started","task":2', process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "cut" / "result.json").exists()
    assert open_run(tmp_path / "cut").state == "interrupted"

    assert main(["resume", str(tmp_path / "cut")]) == 0

    results = [json.loads((tmp_path / name / "result.json").read_text()) for name in ("whole", "cut")]
    for result in results:
        result.pop("seconds")
    assert results[0] == results[1]
    scored = [event.task for event in open_run(tmp_path / "cut").events if event.kind == "task_scored"]
    assert scored == [0, 1, 2, 3]
