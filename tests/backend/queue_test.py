"""The queue: every run has its turn in a process of its own, and what befalls one touches no other."""

from __future__ import annotations

import os

import pytest

from backend import cli, queue, supervise
from backend.api import Gate, Queue, list_runs
from backend.config import to_toml
from backend.history import open_run
from tests import scripted
from tests.worlds import tiny_config

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


def test_killed_crashed_and_failed_runs_do_not_stop_the_others_and_a_second_queue_goes_on_with_them(tmp_path):
    names = ["killed", "good", "fail", "crash", "fine"]
    folders = [scripted.prepared(tmp_path / name) for name in names]
    told = []
    turns = Queue(folders, 2, scripted.command).work(told.append, Gate())
    assert [turn.fate for turn in turns] == ["killed", "finished", "failed", "killed", "finished"]
    assert [turn.folder for turn in turns] == folders
    assert "SIGKILL" in turns[0].message
    assert (turns[2].message, turns[2].hint) == ("The script fails.", "Write a better one.")
    for folder, turn in zip(folders, turns, strict=True):
        assert [news.fate for news in told if news.folder == folder] == ["running", turn.fate]

    again = Queue([*folders[:2], folders[3]], 3, scripted.command).work(lambda _: None, Gate())
    assert [turn.fate for turn in again] == ["finished"] * 3
    assert again[1].message == "It had finished before."


def test_stopping_the_queue_stops_every_run_after_its_step_and_begins_no_other(tmp_path):
    begun = scripted.prepared(tmp_path / "endless")
    waiting = scripted.prepared(tmp_path / "waiting")
    gate = Gate()
    turns = Queue([begun, waiting], 1, scripted.command).work(lambda _: gate.stop(), gate)
    assert [turn.fate for turn in turns] == ["stopped", "waiting"]
    assert open_run(begun).state == "stopped"
    assert open_run(waiting).events == ()


def test_what_is_no_run_folder_fails_alone(tmp_path):
    good = scripted.prepared(tmp_path / "good")
    (tmp_path / "empty").mkdir()
    turns = Queue([tmp_path / "empty", tmp_path / "gone", good], 1, scripted.command).work(lambda _: None, Gate())
    assert [turn.fate for turn in turns] == ["failed", "failed", "finished"]
    assert "config.toml is missing" in turns[0].message


def test_there_are_never_more_workers_than_jobs(tmp_path, monkeypatch):
    live, most = set(), []
    real = queue.Queue._watch

    def watch(self, folder):
        live.add(folder)
        most.append(len(live))
        turn = real(self, folder)
        live.discard(folder)
        return turn

    monkeypatch.setattr(queue.Queue, "_watch", watch)
    folders = [scripted.prepared(tmp_path / f"run-{i}") for i in range(3)]
    Queue(folders, 2, scripted.command).work(lambda _: None, Gate())
    assert max(most) == 2


@pytest.fixture
def scripts(monkeypatch):
    """Workers of the command line follow scripts too."""
    monkeypatch.setattr(queue.Queue.__init__, "__defaults__", (scripted.command,))


def test_the_command_takes_new_and_prepared_runs_and_shows_how_each_fared(scripts, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    (tmp_path / "run.toml").write_text(to_toml(tiny_config(run={"seed": 3})))
    failing = scripted.prepared(tmp_path / "fail")
    code = cli.main(["queue", str(tmp_path / "run.toml"), str(failing), "--jobs", "2", "--out", str(tmp_path / "runs")])
    assert code == 1
    (made,) = list_runs(tmp_path / "runs")
    assert (made.seed, made.state) == (3, "finished")
    rows = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "│" in line}
    assert "finished" in rows[made.name]
    assert "failed" in rows["fail"]
    assert "The script fails. Write a better one." in rows["fail"]
    assert cli.main(["queue", str(made.folder)]) == 0


def test_a_wrong_run_toml_is_named_and_nothing_is_begun(tmp_path, capsys):
    (tmp_path / "good.toml").write_text("")
    (tmp_path / "bad.toml").write_text("[run]\nsed = 1\n")
    arguments = ["queue", str(tmp_path / "good.toml"), str(tmp_path / "bad.toml"), "--out", str(tmp_path / "runs")]
    assert cli.main(arguments) == 2
    assert f"{tmp_path / 'bad.toml'}: run.sed" in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_are_one_or_more(jobs, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["queue", str(tmp_path), "--jobs", jobs])
    assert caught.value.code == 2
    assert "--jobs" in capsys.readouterr().err


def test_workers_of_the_command_line_are_real_ones():
    assert queue.Queue.__init__.__defaults__ == (supervise.command,)
