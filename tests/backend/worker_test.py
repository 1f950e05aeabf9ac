"""A worker process: it obeys its starter and others, outlives both, keeps its output clean, and its death is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from backend import api, supervise, worker
from backend.api import command_line_of, read_event, send_command, worker_death
from backend.events import Checkpointed, RunEnded, StepEnded, StepSaved
from backend.history import EVENTS, RESULT, is_being_written, open_run
from backend.store import RunFolder
from tests import scripted
from tests.worlds import tiny_config

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def until(condition, seconds=60):
    for _ in range(seconds * 100):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it never came to be")


def told(folder, kind):
    return f'"kind":"{kind}"' in (folder / EVENTS).read_text()


def say(process, *lines):
    process.stdin.write(b"".join(lines))
    process.stdin.flush()


def hear(process, kind):
    """Return the next event of a kind."""
    return next(event for event in map(read_event, process.stdout) if event.kind == kind)


@pytest.fixture
def begun():
    """Starts workers, and sees to it that none is left."""
    processes = []

    def begin(folder, command=scripted.command):
        processes.append(api.start_worker(folder, command))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def test_a_worker_trains_what_was_prepared_and_says_what_it_writes(begun, finished_run, tmp_path):
    api.prepare_run(open_run(finished_run).config, tmp_path / "run")
    process = begun(tmp_path / "run", scripted.tiny_command)
    said, _ = process.communicate()
    assert process.returncode == 0
    assert said == (tmp_path / "run" / EVENTS).read_bytes()
    results = [json.loads((folder / RESULT).read_text()) for folder in (finished_run, tmp_path / "run")]
    for result in results:
        result.pop("seconds")
    assert results[0] == results[1]


def test_stdin_pauses_resumes_and_stops_and_garbage_does_no_harm(begun, tmp_path):
    folder = scripted.prepared(tmp_path / "endless")
    process = begun(folder)
    hear(process, "step_ended")
    say(process, b'\xff garbage\n{"do":"explode"}\n' + b"x" * 100_000 + b"\n", command_line_of("pause"))
    hear(process, "paused")
    say(process, command_line_of("resume"))
    hear(process, "resumed")
    if hasattr(os, "nice"):
        assert psutil.Process(process.pid).nice() >= worker.NICENESS
    say(process, command_line_of("stop"))
    assert hear(process, "run_ended").outcome == "stopped"
    assert process.wait() == 130
    assert (folder / supervise.LOG).read_text().count("This is no command") == 3


ABANDON = """
import pathlib, sys
from tests import scripted
process = scripted.start(pathlib.Path(sys.argv[1]))
for line in process.stdout:
    pass
"""


def test_a_worker_whose_starter_was_killed_goes_on_and_obeys_others(tmp_path):
    folder = scripted.prepared(tmp_path / "endless")
    starter = subprocess.Popen([sys.executable, "-c", ABANDON, str(folder)])
    until(lambda: told(folder, "step_ended"))
    starter.kill()
    starter.wait()
    steps = (folder / EVENTS).stat().st_size
    until(lambda: (folder / EVENTS).stat().st_size > steps + 1000)
    send_command(folder, "pause")
    until(lambda: told(folder, "paused"))
    send_command(folder, "resume")
    until(lambda: told(folder, "resumed"))
    send_command(folder, "pause")
    send_command(folder, "stop")
    until(lambda: not is_being_written(folder))
    assert open_run(folder).state == "stopped"


def test_sigterm_stops_a_paused_worker_after_its_step(begun, tmp_path):
    folder = scripted.prepared(tmp_path / "endless")
    process = begun(folder)
    say(process, command_line_of("pause"))
    hear(process, "paused")
    process.send_signal(signal.SIGTERM)
    assert hear(process, "run_ended").outcome == "stopped"
    assert process.wait() == 130


def test_a_crash_in_native_code_leaves_a_stack_and_clean_events(begun, tmp_path):
    folder = scripted.prepared(tmp_path / "crash")
    process = begun(folder)
    said, _ = process.communicate()
    kept = (folder / EVENTS).read_bytes()
    assert [read_event(line).kind for line in kept.splitlines()] == ["step_ended"]
    assert said in (kept, b"")  # the thread that sends it may have died before
    ended = worker_death(process.returncode, folder)
    assert ended.message.startswith("The worker is gone: it crashed in native code (SIGSEGV).")
    assert "a library chatters\nand so does C\n" in ended.details
    assert "_misbehave" in ended.details
    assert open_run(folder).state == "interrupted"


def test_a_folder_that_holds_no_run_is_refused_and_nothing_of_the_present_folder_is_run(tmp_path):
    empty, evil = tmp_path / "empty", tmp_path / "evil"
    for folder in (empty, evil, evil / "backend"):
        folder.mkdir()
    for name in ("backend/__init__.py", "argparse.py"):
        (evil / name).write_text("raise SystemExit(77)")
    done = subprocess.run(api.worker_command(empty), cwd=evil, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"'{empty}' is not a run folder." in done.stderr
    with pytest.raises(api.RunFolderError):
        api.start_worker(empty)
    assert list(empty.iterdir()) == []


def test_a_run_is_not_held_by_a_reader_that_sleeps():
    reader, writer = os.pipe()
    outlet = worker.Outlet(writer)
    event = StepEnded(task=0, stage="adapt", step=1, steps=2)
    for _ in range(worker._MOST_WAITING + 5000):  # a pipe takes about 700
        outlet(event)
    kept = 0
    while data := os.read(reader, 1 << 20):  # ends: the pipe was closed
        kept += data.count(b"\n")
    os.close(reader)
    assert 0 < kept <= worker._MOST_WAITING
    outlet.close()


def test_a_run_is_not_ended_by_a_reader_that_is_gone():
    reader, writer = os.pipe()
    outlet = worker.Outlet(writer)
    os.close(reader)
    for _ in range(100):
        outlet(StepEnded(task=0, stage="adapt", step=1, steps=2))
    outlet.close()
    assert not outlet._thread.is_alive()


def test_worker_log_stays_short_and_keeps_its_end(tmp_path):
    log = supervise.open_to_append(tmp_path / "log")
    os.write(log, b"x" * worker.LONGEST_LOG)
    worker.shorten(log)
    assert os.fstat(log).st_size == worker.LONGEST_LOG
    os.write(log, b"the end")
    worker.shorten(log)
    os.write(log, b", and more")
    os.close(log)
    text = (tmp_path / "log").read_bytes()
    assert len(text) < worker.LONGEST_LOG / 2
    assert text.endswith(b"xthe end, and more")


@pytest.mark.parametrize(
    ("code", "cause", "words"),
    [
        (-signal.SIGKILL, "memory", "probably by the system because memory ran out (SIGKILL)"),
        (-signal.SIGSEGV, "", "crashed in native code (SIGSEGV)"),
        (-signal.SIGABRT, "", "crashed in native code (SIGABRT)"),
        (-signal.SIGTERM, "", "ended from outside (SIGTERM)"),
        (-200, "", "ended from outside (signal 200)"),
        (0xC0000005, "", "crashed in native code"),
        (0xC0000005 - (1 << 32), "", "crashed in native code"),
        (0xC000012D, "memory", "memory ran out"),
        (3, "", "ended with code 3 before its run did"),
        (0, "", "ended with code 0 before its run did"),
    ],
)
def test_a_death_has_a_sentence_a_hint_and_a_cause(code, cause, words, tmp_path):
    ended = worker_death(code, scripted.prepared(tmp_path / "run"))
    assert (ended.outcome, ended.cause) == ("failed", cause)
    assert words in ended.message
    assert ended.message.endswith("Nothing was saved yet; resuming starts again.")
    assert ended.hint.endswith(".")


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (Checkpointed(task=1, path="checkpoints/task-001", bytes=1), "Everything up to task 2 is saved."),
        (
            StepSaved(task=2, stage="align", step=40, steps=100, bytes=1),
            "Everything up to step 40 of align in task 3 is saved.",
        ),
    ],
)
def test_a_death_tells_what_is_saved(last, words, tmp_path):
    api.prepare_run(tiny_config(), tmp_path / "run")
    with RunFolder.reopen(tmp_path / "run") as home:
        for event in (
            Checkpointed(task=0, path="checkpoints/task-000", bytes=1),
            StepSaved(task=1, stage="adapt", step=3, steps=9, bytes=1),
            last,
            StepEnded(task=3, stage="adapt", step=1, steps=9),
        ):
            home.append(event)
    assert worker_death(-9, tmp_path / "run").message.endswith(words)


def test_only_the_last_workers_words_are_the_details_of_its_death(tmp_path):
    folder = scripted.prepared(tmp_path / "run")
    begin = supervise.BEGIN
    (folder / supervise.LOG).write_bytes(begin + b"1, now\nold trouble\n" + begin + b"2, now\nnew trouble\n")
    assert worker_death(1, folder).details == "new trouble"


def test_a_death_in_a_folder_that_is_gone_is_told_all_the_same(tmp_path):
    ended = worker_death(-9, Path(tmp_path / "gone"))
    assert isinstance(ended, RunEnded)
    assert ended.details == ""
