"""Run folders: nothing written is lost, nobody writes twice, and a damaged one is named."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend import history, store
from backend.config import RunConfig
from backend.errors import RunFolderError, StorageError
from backend.events import Note, RunEnded, RunStarted, StepEnded, TaskScored, to_line
from backend.store import RunFolder, is_being_written, list_runs, new_run_folder, open_run, runs_folder

STARTED = RunStarted(
    at=100.0, method="dmc_ot", dataset="drawn", seed=0, class_names=("a", "b"), tasks=(("a",), ("b",)),
    device="cpu", device_reason="CPU", precision="fp32", threads=1,
)  # fmt: skip
SCORED = TaskScored(at=101.0, task=0, row=(90.0,), accuracy=90.0, average=90.0, forgetting=0.0)
RESULT = {
    "method": "dmc_ot", "tasks": [["a"], ["b"]], "accuracy_matrix": [[90.0]], "task_accuracy": [90.0],
    "average": 90.0, "last": 90.0, "forgetting": 0.0,
}  # fmt: skip
ENDED = RunEnded(at=102.0, outcome="finished", seconds=2.0)


def note(text="x"):
    return Note(level="info", text=text)


def made(path, *events):
    with RunFolder.create(path, RunConfig()) as home:
        for event in events:
            home.append(event)
    return path


def tree(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_written_reads_back(tmp_path):
    config = RunConfig().replaced(run={"seed": 5})
    with RunFolder.create(tmp_path / "deep" / "run", config) as home:
        for event in (STARTED, SCORED, ENDED):
            home.append(event)
        home.log("hello")
        home.write_result(RESULT | {"nan": float("nan"), "tasks": (("a",), ("b",)), "name": "ü"})
        assert home.events() == [STARTED, SCORED, ENDED]
    record = open_run(tmp_path / "deep" / "run")
    assert record.config == config
    assert record.events == (STARTED, SCORED, ENDED)
    assert record.result == RESULT | {"nan": None, "name": "ü"}
    assert record.state == "finished"
    assert "hello" in (record.folder / "run.log").read_text()


@pytest.mark.parametrize("content", ["config.toml", "events.jsonl", "thesis.tex", "sub/folder.txt"])
def test_a_folder_in_use_is_refused_and_left_as_it_was(content, tmp_path):
    path = tmp_path / "run"
    (path / content).parent.mkdir(parents=True)
    (path / content).write_text("precious")
    before = tree(path)
    with pytest.raises(RunFolderError, match=r"holds another run|is not empty") as caught:
        RunFolder.create(path, RunConfig())
    assert caught.value.hint
    assert tree(path) == before


def test_a_file_is_not_a_run_folder(tmp_path):
    (tmp_path / "run").write_text("x")
    with pytest.raises(RunFolderError, match="is a file"):
        RunFolder.create(tmp_path / "run", RunConfig())
    assert (tmp_path / "run").read_text() == "x"


def test_an_empty_folder_will_do(tmp_path):
    assert open_run(made(tmp_path)).state == "queued"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("there", [True, False])
def test_what_cannot_be_started_leaves_nothing_behind(number, there, tmp_path, monkeypatch):
    path = tmp_path / "run"
    if there:
        path.mkdir()

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", refuse)
    with pytest.raises(StorageError) as caught:
        RunFolder.create(path, RunConfig())
    assert str(path) in caught.value.sentence
    assert "MiB" in caught.value.hint or "permissions" in caught.value.hint
    assert path.exists() is there
    assert not there or not list(path.iterdir())


def test_no_permission_is_said(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StorageError, match="may not be written") as caught:
        RunFolder.create(tmp_path / "run", RunConfig())
    assert "permissions" in caught.value.hint


def test_a_full_disk_keeps_every_event_before(tmp_path, monkeypatch):
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        home.append(STARTED)
        write = os.write

        def half_then_full(descriptor, data):
            if len(data) > 20:
                return write(descriptor, bytes(data)[:20])
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "write", half_then_full)
        with pytest.raises(StorageError, match="disk is full") as caught:
            home.append(note("lost"))
        assert "MiB" in caught.value.hint
        home.log("not worth an error of its own")
        with pytest.raises(StorageError):
            home.write_result({"average": 1.0})
        monkeypatch.setattr(os, "write", write)
        assert home.events() == [STARTED]
        home.append(ENDED)
    assert open_run(tmp_path / "run").events == (STARTED, ENDED)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.toml", "events.jsonl", "run.log"]


def test_the_systems_own_limit_on_file_size_keeps_every_event_before(tmp_path):
    script = f"""
import resource
from pathlib import Path
from backend.config import RunConfig
from backend.errors import StorageError
from backend.events import Note
from backend.store import RunFolder
home = RunFolder.create(Path({str(tmp_path / "run")!r}), RunConfig())
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
done = 0
try:
    while True:
        home.append(Note(level="info", text="x" * 100))
        done += 1
except StorageError as error:
    print(done, error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    done, _, sentence = said.partition(" ")
    assert "cannot be written" in sentence
    assert len(open_run(tmp_path / "run").events) == int(done) > 10


def test_a_failed_rewrite_keeps_the_older_file(tmp_path, monkeypatch):
    with RunFolder.create(tmp_path / "run", RunConfig()) as home:
        home.append(STARTED)
        home.append(SCORED)
        home.write_result(RESULT)

        def fail(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError):
            home.write_result(RESULT | {"average": 2.0})
        with pytest.raises(StorageError):
            home.rewind(0, keep=lambda _: False)
        monkeypatch.undo()
        home.append(ENDED)
    record = open_run(tmp_path / "run")
    assert record.result == RESULT
    assert record.events == (STARTED, SCORED, ENDED)


def test_a_run_is_rewound_to_an_offset_and_keeps_what_is_asked_for(tmp_path):
    path = made(tmp_path / "run", STARTED)
    with RunFolder.reopen(path) as home:
        here = home.events_size
        for event in (SCORED, note("mine"), ENDED):
            home.append(event)
        home.rewind(here, keep=lambda event: isinstance(event, Note | RunEnded))
        home.append(note())
        assert home.events() == [STARTED, note("mine"), ENDED, note()]
        assert home.events_size == (path / "events.jsonl").stat().st_size
        home.rewind(home.events_size + 99, keep=lambda _: False)
        assert len(home.events()) == 4
        home.rewind(here + 5, keep=lambda _: False)  # inside a line, which a power cut can leave: the line goes
        assert home.events() == [STARTED]


def test_a_line_cut_short_is_left_out_and_dropped_on_reopening(tmp_path):
    path = made(tmp_path / "run", STARTED)
    with (path / "events.jsonl").open("a") as file:
        file.write(to_line(SCORED)[:30])
    (path / ".result.json.1234.tmp").write_text("{")
    assert open_run(path).events == (STARTED,)
    with RunFolder.reopen(path) as home:
        home.append(ENDED)
    assert open_run(path).events == (STARTED, ENDED)
    assert not list(path.glob(".*"))


def test_one_writer_at_a_time_in_this_process(tmp_path):
    path = tmp_path / "run"
    with RunFolder.create(path, RunConfig()):
        assert is_being_written(path)
        assert open_run(path).state == "running"
        with pytest.raises(RunFolderError, match="being written by another run"):
            RunFolder.reopen(path)
        assert is_being_written(path)
    assert not is_being_written(path)
    RunFolder.reopen(path).close()


def test_the_lock_of_another_process_ends_with_it_however_it_ends(tmp_path):
    path = tmp_path / "run"
    script = (
        "import time; from pathlib import Path; from backend.config import RunConfig; from backend.events import Note;"
        f"from backend.store import RunFolder; home = RunFolder.create(Path({str(path)!r}), RunConfig());"
        "home.append(Note(level='info', text='there')); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "ready\n"
        assert open_run(path).state == "running"
        with pytest.raises(RunFolderError, match="being written"):
            RunFolder.reopen(path)
        other.kill()
    assert open_run(path).state == "interrupted"
    with RunFolder.reopen(path) as home:
        assert home.events() == [note("there")]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda run: None, "There is no run folder"),
        (lambda run: run.mkdir(), "config.toml is missing"),
        (lambda run: (made(run) / "config.toml").write_text("[run"), "is damaged.*not TOML"),
        (lambda run: (made(run) / "config.toml").write_text("[run]\nseed = -1"), "is damaged.*run.seed"),
        (lambda run: (made(run) / "events.jsonl").write_text("{}\n" + to_line(ENDED) + "\n"), "damaged at line 1"),
        (lambda run: (made(run, STARTED) / "result.json").write_text('{"average": 9'), "result.json.*is damaged"),
        (lambda run: (made(run, STARTED) / "result.json").write_text("3"), "result.json.*is damaged"),
    ],
)
def test_a_missing_or_damaged_run_is_named(damage, says, tmp_path):
    damage(tmp_path / "run")
    with pytest.raises(RunFolderError, match=says) as caught:
        open_run(tmp_path / "run")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("events", "state", "done", "tasks"),
    [
        ((), "queued", 0, 0),
        ((STARTED,), "interrupted", 0, 2),
        ((STARTED, SCORED), "interrupted", 1, 2),
        ((STARTED, SCORED, ENDED), "finished", 1, 2),
        ((RunEnded(outcome="failed", seconds=1),), "failed", 0, 0),
        ((STARTED, RunEnded(outcome="stopped", seconds=1)), "stopped", 0, 2),
        ((STARTED, RunEnded(outcome="stopped", seconds=1), STARTED), "interrupted", 0, 2),
    ],
)
def test_a_summary_says_how_far_a_run_is(events, state, done, tasks, tmp_path):
    path = made(tmp_path / "run", *events)
    summary = open_run(path).summary
    assert (summary.state, summary.tasks_done, summary.tasks) == (state, done, tasks)
    assert (summary.name, summary.method, summary.dataset, summary.seed) == ("run", "dmc_ot", "drawn", 0)
    assert summary.last == (90.0 if done else None)
    assert list_runs(tmp_path) == (summary,)


def test_the_list_is_newest_first_names_damaged_runs_and_leaves_out_what_is_no_run(tmp_path):
    for at in (5.0, 7.0, 6.0):
        made(tmp_path / f"run-{at:.0f}", STARTED.model_copy(update={"at": at}))
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    made(tmp_path / "damaged", STARTED)
    (tmp_path / "damaged" / "events.jsonl").write_text("{}\n")
    damaged, *others = list_runs(tmp_path)  # its place is by the time of its folder
    assert [run.name for run in others] == ["run-7", "run-6", "run-5"]
    assert (damaged.name, damaged.state) == ("damaged", "damaged")
    assert "damaged at byte 0" in damaged.problem
    assert list_runs(tmp_path / "nowhere") == ()


def test_what_matters_of_a_long_file_is_found_at_any_place_in_it(tmp_path):
    scored = [SCORED.model_copy(update={"task": task}) for task in range(4)]
    filler = [note("x" * 1000)] * 70  # more than is read at once
    summary = open_run(made(tmp_path / "run", *filler, STARTED, *filler, *scored, *filler, ENDED)).summary
    assert (summary.started, summary.tasks_done, summary.state) == (100.0, 4, "finished")
    for extra in range(0, 1000, 37):  # the border between two pieces falls anywhere
        with RunFolder.reopen(tmp_path / "run") as home:
            home.append(note("x" * extra))
        assert list_runs(tmp_path)[0].tasks_done == 4


def test_two_hundred_long_runs_are_listed_quickly(tmp_path):
    path = made(tmp_path / "run-0", STARTED)
    step = to_line(StepEnded(task=0, stage="adapt", step=1, steps=9, loss=0.5)) + "\n"
    text = to_line(STARTED) + "\n" + step * 3000 + to_line(SCORED) + "\n" + step * 3000 + to_line(ENDED) + "\n"
    (path / "events.jsonl").write_text(text)
    for i in range(1, 200):
        (tmp_path / f"run-{i}").mkdir()
        for name in ("config.toml", "events.jsonl", "run.log"):
            (tmp_path / f"run-{i}" / name).hardlink_to(path / name)
    began = time.process_time()
    assert len(list_runs(tmp_path)) == 200
    assert time.process_time() - began < 2


def test_new_folders_have_names_of_their_own(tmp_path):
    first, second = new_run_folder(RunConfig(), tmp_path), new_run_folder(RunConfig(), tmp_path)
    assert first.name.startswith("dmc_ot-drawn-s0-20")
    assert second.name.removesuffix("-2") in {first.name, second.name}
    assert first != second
    RunFolder.create(first, RunConfig()).close()


def test_where_runs_go(monkeypatch, tmp_path):
    monkeypatch.delenv("DMC_STUDIO_RUNS", raising=False)
    assert runs_folder().parts[-2:] == ("dmc-studio", "runs")
    monkeypatch.setenv("DMC_STUDIO_RUNS", str(tmp_path / "mine"))
    assert runs_folder() == tmp_path / "mine"
    assert new_run_folder(RunConfig()).parent == tmp_path / "mine"


def test_every_public_name_is_offered_at_one_place():
    assert all(hasattr(store, name) for name in store.__all__)
    assert store.open_run is history.open_run
