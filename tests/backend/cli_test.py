"""The command line: exit codes, what goes to stdout and stderr, Ctrl-C, and help that is never out of date."""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from backend import api, cli, engine
from backend.cli import main
from backend.config import CALIBRATORS, DATASETS, METHODS, to_toml
from backend.devices import Chosen
from backend.events import Calibrated, Note, RunEnded, RunStarted, StepEnded, TaskScored
from backend.history import open_run
from backend.terminal import Terminal, TransferBar
from backend.transfer import Source
from tests import layouts
from tests.server import Loopback
from tests.worlds import tiny_config

QUICK = ["--set", "data.name=tiny", "--set", "split.classes_per_task=4", "--set", "method.name=zero_shot"]


def test_run_finishes_with_0_and_says_one_line_a_task(tmp_path, capsys):
    assert main(["run", "--out", str(tmp_path / "run"), *QUICK]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in said] == ["Task 1 of 2", "Task 2 of 2", said[-1].split("  ")[0]]
    assert said[-1].startswith("Finished in")
    assert str(tmp_path / "run") in said[-1]
    assert json.loads((tmp_path / "run" / "result.json").read_text())["finished"] is True


def test_run_reads_a_file_and_chooses_a_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DMC_STUDIO_RUNS", str(tmp_path / "runs"))
    (tmp_path / "run.toml").write_text(
        to_toml(tiny_config(method={"name": "zero_shot"}, split={"classes_per_task": 8}))
    )
    assert main(["run", str(tmp_path / "run.toml"), "--set", "run.seed=3"]) == 0
    (summary,) = api.list_runs()
    assert (summary.method, summary.seed, summary.state) == ("zero_shot", 3, "finished")
    assert main(["list", "runs"]) == 0
    assert summary.name[:12] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sets", "key"),
    [
        (["run.sed=1"], "run.sed"),
        (["run.seed=x"], "run.seed"),
        (["method.name=dmcot"], "method.name"),
        (["run.seed"], "run.seed"),
        (["data.name=tiny", "split.classes_per_task=9"], "split.classes_per_task"),
        (["data.name=tiny", "split.order=['a']"], "split.order"),
    ],
)
def test_a_bad_configuration_is_2_and_stderr_names_the_key(sets, key, tmp_path, capsys):
    arguments = [part for s in sets for part in ("--set", s)]
    assert main(["run", "--out", str(tmp_path / "run"), *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"{key}: ")
    assert len(said.err.splitlines()) == 2
    assert "Traceback" not in said.err
    assert said.out == ""
    assert not (tmp_path / "run").exists()


def test_every_bad_key_is_told(tmp_path, capsys):
    (tmp_path / "run.toml").write_text("[run]\nseed = -1\nbatch_size = 0\n")
    assert main(["run", str(tmp_path / "run.toml")]) == 2
    said = capsys.readouterr().err
    assert "run.seed: " in said
    assert "run.batch_size: " in said


@pytest.mark.parametrize(
    "arguments", [["walk"], ["run", "--fast"], ["export", "x"], ["export", "x", "--kind", "pdf", "--to", "y"]]
)
def test_bad_usage_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: dmc-studio" in capsys.readouterr().err


def test_a_folder_that_holds_another_run_is_1_and_keeps_it(copied_run, capsys):
    before = {path: path.read_bytes() for path in copied_run.rglob("*") if path.is_file()}
    assert main(["run", "--out", str(copied_run), *QUICK]) == 1
    assert "holds another run" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in copied_run.rglob("*") if path.is_file()}


def test_resume_goes_on(copied_run, capsys):
    assert main(["resume", str(copied_run)]) == 0
    assert capsys.readouterr().out.startswith("Task 3 of 4")
    assert open_run(copied_run).state == "finished"


@pytest.mark.parametrize("command", [["resume"], ["export", "--kind", "csv", "--to", "x.csv"], ["predict", "x.png"]])
def test_a_folder_that_is_no_run_is_1(command, tmp_path, capsys):
    name, *rest = command
    assert main([name, str(tmp_path / "nothing"), *rest]) == 1
    said = capsys.readouterr().err
    assert "There is no run folder" in said
    assert "dmc-studio list runs" in said


def test_export_says_where(finished_run, tmp_path, capsys):
    assert main(["export", str(finished_run), "--kind", "csv", "--to", str(tmp_path / "a.csv")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'a.csv'}\n"


def test_predict_tells_classes_with_probability_and_task(finished_run, tmp_path, capsys):
    path = tmp_path / "a.png"
    Image.new("RGB", (60, 50), "red").save(path)
    assert main(["predict", str(finished_run), str(path), "--top", "2"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(path)
    assert len(said) == 3
    assert "%" in said[1]
    assert "(task " in said[1]


@pytest.mark.parametrize(
    ("what", "registry"), [("methods", METHODS), ("datasets", DATASETS), ("calibrators", CALIBRATORS)]
)
def test_list_shows_every_plug_in(what, registry, capsys):
    assert main(["list", what]) == 0
    said = capsys.readouterr().out
    assert all(plugin.id in said for plugin in registry)


def test_list_alone_shows_all_menus_and_names_broken_plug_ins(capsys, monkeypatch):
    monkeypatch.setitem(METHODS.broken, "my_method", "ImportError: no module")
    assert main(["list"]) == 0
    said = capsys.readouterr()
    assert "dmc_ot" in said.out
    assert "my_method" in said.err


def test_doctor_tells_versions_and_device(capsys):
    code = main(["doctor"])
    said = capsys.readouterr().out
    assert code == int("BAD " in said)
    for name in ("torch", "device", "memory", "runs folder", "demo model", "drawn: 40 classes"):
        assert name in said


@pytest.fixture
def data_home(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    home = tmp_path / "data"
    monkeypatch.setattr("backend.library.data_folder", lambda: home)
    monkeypatch.setattr("backend.listing.dataset.data_folder", lambda: home)
    return home


@pytest.fixture
def archive(tmp_path):
    layouts.write_cifar100(tmp_path / "made")
    return Path(shutil.make_archive(str(tmp_path / "cifar"), "gztar", tmp_path / "made"))


def test_data_lists_what_is_there_and_what_is_missing_where(data_home, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    layouts.write_cifar100(data_home / "cifar100")
    assert main(["data"]) == 0
    said = {line.split()[1]: line for line in capsys.readouterr().out.splitlines() if "│" in line}
    assert "yes" in said["cifar100"]
    assert "no" in said["cub200"]
    assert str(data_home / "cub200" / "CUB_200_2011") in said["cub200"]


def test_data_fetch_downloads_unpacks_and_says_where(data_home, archive, monkeypatch, capsys):
    with Loopback() as server:
        server.serve("/cifar.tar.gz", archive.read_bytes())
        source = Source(url=server.url("/cifar.tar.gz"), name="cifar.tar.gz")
        monkeypatch.setattr(DATASETS["cifar100"], "sources", (source,))
        assert main(["data", "fetch", "cifar100"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Downloading cifar.tar.gz"
    assert str(data_home / "cifar100" / "cifar-100-python") in said
    assert "Self-test: dmc-studio doctor --self-test cifar100 --setting A --method zero_shot" in said
    assert api.describe(api.DataSettings(name="cifar100")).found


def test_data_import_takes_another_folder(data_home, archive, tmp_path, capsys):
    assert main(["data", "import", "cifar100", str(archive), "--root", str(tmp_path / "big")]) == 0
    assert str(tmp_path / "big" / "cifar-100-python") in capsys.readouterr().out.splitlines()
    assert not data_home.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["fetch", "cifar10"], 2, "data.name: 'cifar10' is not one of the data sets"),
        (["fetch", "ucf101"], 1, "cannot be fetched by a program"),
        (["import", "cub200", "nothing.zip"], 1, "nothing.zip"),
    ],
)
def test_data_that_cannot_be_had_is_told_in_a_sentence(arguments, code, words, data_home, capsys):
    assert main(["data", *arguments]) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


FETCHING = """
import os, signal, sys, threading
from backend import cli
from backend.config import DATASETS
from backend.terminal import TransferBar
from backend.transfer import Source
from tests.server import Loopback
show = TransferBar.__call__
def press(self, transfer):
    show(self, transfer)
    if not hold.is_set():
        os.kill(os.getpid(), signal.SIGINT)
    hold.set()
TransferBar.__call__ = press
hold = threading.Event()
with Loopback() as server:
    server.serve("/a.zip", bytes(1 << 20), hold=hold)
    DATASETS["cifar100"].sources = (Source(url=server.url("/a.zip"), name="a.zip"),)
    code = cli.main(["data", "fetch", "cifar100"])
sys.exit(code)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_ctrl_c_cancels_a_download_and_keeps_what_came(tmp_path):
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    command = [sys.executable, "-c", FETCHING]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 130, done.stderr
    assert "What was downloaded is kept" in done.stderr
    downloads = tmp_path / "dmc-studio" / "data" / "downloads"
    assert list(downloads.glob("a.zip*.part"))
    assert not (downloads / "a.zip").exists()


def test_cache_shows_sizes_and_clears_them(finished_run, capsys):
    assert finished_run.exists()
    assert main(["cache"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["pixels", "features"]
    assert main(["cache", "--clear"]) == 0
    assert capsys.readouterr().out.endswith("freed.\n")
    assert all(cache.bytes == 0 for cache in api.cache_sizes())


def test_a_terminal_shows_phase_bytes_and_rate_of_a_transfer():
    screen = io.StringIO()
    with TransferBar(Console(file=screen, force_terminal=True, width=120, _environ={})) as bar:
        bar(api.Transfer("a.zip", "download", 3_000_000, 3_000_000, 500_000.0))
        bar(api.Transfer("a.zip", "unpack", 1_500_000, 9_000_000, 250_000.0))
    said = screen.getvalue()
    for words in ("Unpacking a.zip", "1.5/9.0 MB", "250.0 kB/s"):
        assert words in said


def test_help_lists_commands_and_run_help_lists_every_setting_of_every_method(capsys):
    for arguments, words in (
        (["--help"], "run resume export predict list doctor data cache"),
        (["run", "--help"], "batch_size tuning epochs"),
    ):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        said = capsys.readouterr().out
        assert all(word in said for word in words.split())
    assert all(key in said for method in METHODS for key in method.Settings.model_fields)


@pytest.mark.parametrize(("arguments", "passed"), [([], []), (["--demo"], ["--demo"])])
def test_without_a_command_the_window_opens(arguments, passed, monkeypatch):
    seen = []

    def fake(name, run_name):
        seen.append((name, run_name, sys.argv[1:]))
        raise SystemExit(3)

    monkeypatch.setattr(sys, "argv", ["dmc-studio"])
    monkeypatch.setattr(runpy, "run_module", fake)
    assert main(arguments) == 3
    assert seen == [("gui", "__main__", passed)]


def test_a_failure_in_a_run_is_1_with_its_sentence_and_no_traceback(tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(engine, "load_encoder", fail)
    assert main(["run", "--out", str(tmp_path / "run"), *QUICK]) == 1
    said = capsys.readouterr().err
    assert "a bug" in said
    assert "Traceback" not in said
    assert open_run(tmp_path / "run").state == "failed"


def test_a_warning_is_told_on_stderr(tmp_path, monkeypatch, capsys):
    real = engine.devices.choose
    monkeypatch.setattr(engine.devices, "choose", lambda *a: Chosen(real(*a).device, "CPU", "The CPU is used instead."))
    assert main(["run", "--out", str(tmp_path / "run"), *QUICK]) == 0
    assert "warning: The CPU is used instead." in capsys.readouterr().err


INTERRUPTED = """
import os, signal, sys
import tests.worlds
from backend import cli
from backend.events import TaskStarted
from backend.terminal import Terminal, TransferBar
from backend.transfer import Source
from tests import layouts
from tests.server import Loopback
show = Terminal.__call__
def press(self, event):
    show(self, event)
    if isinstance(event, TaskStarted) and event.task == 1:
        for _ in range(int(sys.argv[1])):
            os.kill(os.getpid(), signal.SIGINT)
Terminal.__call__ = press
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("times", "code", "state"),
    [(1, 130, "stopped"), pytest.param(2, -signal.SIGINT, "interrupted", marks=pytest.mark.slow)],
)
def test_ctrl_c_stops_and_twice_kills_and_both_can_be_resumed(times, code, state, tmp_path):
    arguments = ["run", "--out", str(tmp_path / "run"), *QUICK]
    command = [sys.executable, "-c", INTERRUPTED, str(times), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Stopping after this step" in done.stderr
    record = open_run(tmp_path / "run")
    assert (record.state, record.summary.tasks_done) == (state, 1)
    assert main(["resume", str(tmp_path / "run")]) == 0


def test_signals_are_as_before_after_a_run(tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    main(["run", "--out", str(tmp_path / "run"), *QUICK])
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_the_kinds_of_export_are_those_of_the_backend():
    from backend.exports import SUFFIXES

    assert set(cli._KINDS) == set(SUFFIXES)


def test_a_terminal_shows_bars_and_time_left():
    screen, errors = io.StringIO(), io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    with Terminal(console, Console(file=errors)) as terminal:
        terminal(
            RunStarted(
                method="dmc", dataset="drawn", seed=0, class_names=("a", "b"), tasks=(("a",), ("b",)),
                device="cpu", device_reason="CPU [no GPU]", precision="fp32", threads=1,
            )
        )  # fmt: skip
        terminal(StepEnded(task=0, stage="adapt", step=3, steps=9, loss=0.5, rate=100))
        terminal(
            Calibrated(
                task=0, calibrator="ot", old_classes=("a",), current_classes=("b",), drift_before=0.5, drift_after=0.25
            )
        )
        terminal(TaskScored(task=0, row=(90.0,), accuracy=90.0, average=90.0, forgetting=0.0))
        terminal(Note(level="info", text="an info"))
        terminal(RunEnded(outcome="finished", seconds=1))
    said = screen.getvalue()
    for words in ("CPU [no GPU]", "accuracy 90.0 %", "drift 0.500 > 0.250"):
        assert words in said
    assert "an info" in errors.getvalue()


def test_the_module_is_the_command():
    command = [sys.executable, "-m", "backend.cli", "list", "calibrators"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "sinkhorn" in done.stdout
