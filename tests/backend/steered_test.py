"""A run of this process is steered through its folder too, and a worker is found by it."""

from __future__ import annotations

import subprocess
import sys
import time

from backend.api import Gate, find_worker, send_command
from backend.commands import COMMANDS, obeying


def wait_until(held):
    for _ in range(500):
        if held():
            return
        time.sleep(0.02)
    raise AssertionError("not within ten seconds")


def test_a_run_obeys_what_is_sent_to_its_folder_while_it_is_on(tmp_path):
    gate = Gate()
    send_command(tmp_path, "stop")  # meant for an earlier run
    with obeying(tmp_path, gate):
        send_command(tmp_path, "pause")
        wait_until(lambda: gate.paused)
        with (tmp_path / COMMANDS).open("a") as file:
            file.write("nonsense\n")
        send_command(tmp_path, "resume")
        wait_until(lambda: not gate.paused)
        assert not gate.stopping
    send_command(tmp_path, "stop")
    assert not gate.stopping


def test_a_worker_is_found_by_its_folder(tmp_path):
    code = "print('up', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "worker", str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    found = find_worker(tmp_path)
    assert found is not None
    assert found.pid == process.pid
    assert find_worker(tmp_path / "other") is None
    process.communicate("\n")
    assert find_worker(tmp_path) is None
