"""The corpus of hostile files: every reader refuses its own in a sentence; nothing runs, nothing gets out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend.api import Gate, open_run, resume
from backend.config import read_config, to_toml
from backend.errors import StudioError
from tests.data.hostile import make

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "data" / "hostile"
INDEX = json.loads((CORPUS / "index.json").read_text())
PAIRS = [(name, reader, error) for name, entry in INDEX.items() for reader, error in entry["readers"].items()]


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_every_hostile_file_is_refused_with_little_memory_and_time_and_nothing_gets_out(tmp_path):
    work, jobs = tmp_path / "a" / "work", tmp_path / "jobs"
    work.mkdir(parents=True)
    jobs.write_text("".join(json.dumps([reader, str(CORPUS / name)]) + "\n" for name, reader, _ in PAIRS))
    command = [sys.executable, "-m", "tests.faults.confined", str(work), str(jobs)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(PAIRS), f"{PAIRS[len(said)]} ended the process: {done.returncode} {done.stderr[-2000:]}"
    wrong = {pair: got for pair, got in zip(PAIRS, said, strict=True) if got != pair[2]}
    assert not wrong
    assert done.stderr == ""
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {"a", "a/work", "jobs"}
    assert not Path("/hostile-escaped").exists()


def test_the_corpus_is_small_and_what_its_script_makes(tmp_path):
    make.write(tmp_path)
    assert (tmp_path / "index.json").read_text() == (CORPUS / "index.json").read_text()
    files = {path.name for path in CORPUS.iterdir() if path.is_file()} - {"make.py"}
    assert files == {path.name for path in tmp_path.iterdir()}
    assert sum((CORPUS / name).stat().st_size for name in files) < 300_000


@pytest.mark.skipif(not hasattr(os, "symlink") or sys.platform == "win32", reason="needs symbolic links")
@pytest.mark.parametrize("name", ["events.jsonl", "run.log", "checkpoints"])
def test_a_run_folder_whose_names_lead_outside_is_never_written_through(tmp_path, name):
    outside = tmp_path / "outside"
    if name == "checkpoints":
        outside.mkdir()
    else:
        outside.write_text("precious, and without a newline")
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.toml").write_text(to_toml(read_config('[data]\nname = "folder"')))
    (run / name).symlink_to(outside)
    ended = resume(run, lambda _: None, Gate())
    assert (ended.outcome, ended.hint != "") == ("failed", True)
    assert "is a link" in ended.message
    if name == "checkpoints":
        assert list(outside.iterdir()) == []
    else:
        assert outside.read_text() == "precious, and without a newline"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("name", ["config.toml", "events.jsonl", "result.json"])
def test_a_pipe_in_a_run_folder_keeps_nobody_waiting(tmp_path, name):
    if name != "config.toml":
        (tmp_path / "config.toml").write_text(to_toml(read_config("")))
    os.mkfifo(tmp_path / name)
    with pytest.raises(StudioError):
        open_run(tmp_path)
