"""The commands about runs that were prepared or trained before: `worker`, `queue`, `extend` and `answer`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from backend import api
from backend.console import CODES, AddCommand, check_split, plain, stopped_by_signals, table, watch_run
from backend.errors import ConfigError, RunFolderError


def add_commands(command: AddCommand) -> None:
    """Add the commands of this file."""
    worker = command("worker", _worker, "Begin a prepared run or resume one: commands on stdin, events on stdout.")
    worker.add_argument("folder", type=Path, metavar="DIR", help="run folder")
    text = "Work off many runs, each in a process of its own: one that fails or is killed stops no other."
    queue = command("queue", _queue, text)
    what = "run.toml of a new run, or folder of a run to go on with"
    queue.add_argument("runs", nargs="+", type=Path, metavar="RUN", help=what)
    queue.add_argument("--out", type=Path, metavar="DIR", help="where new run folders go; without it: among your runs")
    jobs = "runs at once (1); the threads of each are what its run.threads says, and nearly all cores if that is 0"
    queue.add_argument("--jobs", type=_positive, default=1, metavar="N", help=jobs)
    text = "Go on with a run, months later or on another machine, on classes that it has not seen."
    extend = command("extend", _extend, text)
    extend.add_argument("source", type=Path, metavar="SOURCE", help="folder of a run, or a bundle exported from one")
    extend.add_argument("--data", default="folder", metavar="NAME", help="data set of the new classes (folder)")
    extend.add_argument("--root", default="", metavar="FOLDER", help="where it lies; without it: in the data folder")
    place = "run folder, new or empty; without it: a new one among your runs"
    extend.add_argument("--out", type=Path, metavar="DIR", help=place)
    change = "change a setting, e.g. run.seed=1; without any of split the new classes are one task"
    extend.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=change)
    extend.add_argument("--prepare-only", action="store_true", help="make the run folder, for resume, worker or queue")
    command("answer", _answer, "Tell what pictures show: questions on stdin, answers on stdout. The window uses it.")


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("1 or more is needed")
    return number


def _worker(given: argparse.Namespace) -> int:
    from backend.worker import work

    return CODES[work(given.folder).outcome]


def _answer(_: argparse.Namespace) -> int:
    from backend.answerer import serve

    serve()
    return 0


def _queue(given: argparse.Namespace) -> int:
    gate, console = api.Gate(), plain()
    queue = api.Queue(_folders(given.runs, given.out), given.jobs)
    stopping = ("Every run stops after its step.", "Once more leaves them to it; `dmc-studio queue` goes on with them.")
    with stopped_by_signals(gate, *stopping):
        turns = queue.work(lambda turn: console.print(f"{turn.fate}: {turn.folder}"), gate)
    _show(turns)
    fates = {turn.fate for turn in turns}
    if fates == {"finished"}:
        return CODES["finished"]
    return CODES["failed" if fates & {"failed", "killed"} and not gate.stopping else "stopped"]


def _extend(given: argparse.Namespace) -> int:
    data = api.DataSettings(name=given.data, root=given.root)
    extension = api.plan_extension(api.open_learned(given.source), data, given.set)
    folder: Path = given.out or api.new_run_folder(extension.config)
    extension.write(folder)
    if given.prepare_only:
        plain().print(str(folder))
        return 0
    return CODES[watch_run(folder, lambda emit, gate: api.resume(folder, emit, gate)).outcome]


def _folders(runs: Sequence[Path], root: Path | None) -> list[Path]:
    """Return the run folders, made for each run.toml; nothing is made before all are known to be right."""
    configs = {path: _config(path) for path in runs if not path.is_dir()}
    return [_prepared(configs[path], root) if path in configs else path.resolve() for path in runs]


def _config(path: Path) -> api.RunConfig:
    try:
        config = api.load_config(path)
        check_split(config)
    except ConfigError as error:
        raise ConfigError(replace(problem, key=f"{path}: {problem.key}") for problem in error.problems) from error
    return config


def _prepared(config: api.RunConfig, root: Path | None) -> Path:
    folder = api.new_run_folder(config, root)
    api.prepare_run(config, folder)
    return folder


def _show(turns: Sequence[api.Turn]) -> None:
    shown = table("queue", "run", "outcome", "tasks", "last", "average", "what happened")
    for turn in turns:
        shown.add_row(*(Text(cell) for cell in _row(turn)))
    Console().print(shown)


def _row(turn: api.Turn) -> tuple[str, ...]:
    outcome = "not begun" if turn.fate == "waiting" else turn.fate
    what = f"{turn.message} {turn.hint}".strip()
    try:
        run = api.open_run(turn.folder).summary
    except RunFolderError:
        return turn.folder.name, outcome, "", "", "", what
    last, average = ("" if value is None else f"{value:.1f}" for value in (run.last, run.average))
    tasks = f"{run.tasks_done}/{run.tasks}" if run.tasks else ""
    return turn.folder.name, outcome, tasks, last, average, what
