"""The command `dmc-studio`: the window, or everything without one.

Exit codes: 0 finished, 1 failed, 2 bad configuration or usage, 130 stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend import api
from backend.config import DATASETS, METHODS, MethodSettings, RunConfig, Settings
from backend.errors import ConfigError, StudioError
from backend.events import RunEnded
from backend.gate import Gate

_CODES: Final = {"finished": 0, "failed": 1, "stopped": 130}
_KINDS: Final = ("checkpoint", "csv", "json", "latex", "png", "svg")
_LISTS: Final = ("methods", "datasets", "calibrators", "runs")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    given = _parser().parse_args(argv)
    try:
        return given.act(given)
    except ConfigError as error:
        for problem in error.problems:
            _complain(f"{problem.key}: {problem.sentence}", problem.hint)
        return 2
    except StudioError as error:
        _complain(error.sentence, error.hint)
        return 1


def _complain(sentence: str, hint: str) -> None:
    console = Console(stderr=True)
    console.print(Text(sentence, style="bold red"), soft_wrap=True)
    if hint:
        console.print(Text(f"  {hint}"), soft_wrap=True)


class _Parser(argparse.ArgumentParser):
    """A parser whose help ends with a text that is made only when somebody reads it."""

    more: Callable[[], str] = staticmethod(lambda: "")

    def format_help(self) -> str:
        """Return the help text."""
        return super().format_help() + self.more()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="dmc-studio", description="Class-incremental learning with CLIP. Without a command: the window."
    )
    parser.add_argument("--demo", action="store_true", help="open the window and start the demo run")
    parser.set_defaults(act=_window)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, act: Callable[[argparse.Namespace], int], text: str) -> _Parser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(act=act)
        return added

    run = command("run", _run, "Train in a new run folder. Ctrl-C stops after the step; a second one kills.")
    run.add_argument("config", nargs="?", type=Path, metavar="RUN.TOML", help="settings; without it: the demo preset")
    run.add_argument(
        "--out", type=Path, metavar="DIR", help="run folder, new or empty; without it: a new one among your runs"
    )
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a setting, e.g. run.seed=1"
    )
    run.more = _settings_help
    resume = command("resume", _resume, "Go on with a stopped or interrupted run at its last checkpoint.")
    resume.add_argument("folder", type=Path, metavar="DIR")
    export = command("export", _export, "Export a run's model, numbers or charts.")
    export.add_argument("folder", type=Path, metavar="DIR")
    export.add_argument("--kind", required=True, choices=_KINDS)
    export.add_argument("--to", required=True, type=Path, metavar="PATH", help="file; for a checkpoint a new folder")
    predict = command("predict", _predict, "Classify pictures with a run's last checkpoint.")
    predict.add_argument("folder", type=Path, metavar="DIR")
    predict.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    predict.add_argument("--top", type=int, default=5, metavar="N", help="classes to show (5)")
    listing = command("list", _list, "List what there is to choose from, or your runs.")
    listing.add_argument("what", nargs="?", choices=_LISTS)
    command("doctor", _doctor, "Check versions, device, memory, disk, data sets and plug-ins.")
    return parser


def _settings_help() -> str:
    """Return all settings with default and help, from the same models that forms are made from."""
    lines = ["\nsettings (sections of RUN.TOML, or --set SECTION.KEY=VALUE):\n"]
    for section, field in RunConfig.model_fields.items():
        if isinstance(field.annotation, type) and not issubclass(field.annotation, MethodSettings):
            lines += _section_help(f"[{section}]", field.annotation)
    owners: dict[type[Settings], list[str]] = {}
    for method in METHODS:
        owners.setdefault(method.Settings, []).append(method.id)
    for settings, ids in owners.items():
        lines += _section_help(f"[method] of {', '.join(ids)}", settings)
    return "\n".join(lines) + "\n"


def _section_help(title: str, settings: type[Settings]) -> list[str]:
    lines = [title]
    for key, field in settings.model_fields.items():
        lines += [f"  {key} = {field.default!r}", f"      {field.description}"]
    return [*lines, ""]


def _window(given: argparse.Namespace) -> int:
    # By name, so that neither this file nor its importers depend on the window.
    sys.argv = ["dmc-studio", *(["--demo"] if given.demo else [])]
    try:
        runpy.run_module("gui", run_name="__main__")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _run(given: argparse.Namespace) -> int:
    config = api.load_config(given.config, given.set) if given.config else api.read_config("", given.set)
    _check_split(config)
    folder: Path = given.out or api.new_run_folder(config)
    return _watch(folder, lambda emit, gate: api.run(config, folder, emit, gate))


def _check_split(config: RunConfig) -> None:
    """Tell a split that does not fit the data set before anything is written: it is bad configuration."""
    from backend.tasks import tasks_of

    tasks_of(config, DATASETS[config.data.name](config.data))


def _resume(given: argparse.Namespace) -> int:
    return _watch(given.folder, lambda emit, gate: api.resume(given.folder, emit, gate))


def _watch(folder: Path, work: Callable[[Callable[[Any], None], Gate], RunEnded]) -> int:
    from backend.terminal import Terminal

    gate, console = Gate(), Console()
    with _stopped_by_signals(gate), Terminal(console, Console(stderr=True)) as terminal:
        ended = work(terminal, gate)
    if ended.outcome == "failed":
        _complain(ended.message, ended.hint)
    else:
        said = ended.message or f"Finished in {ended.seconds:.0f} s."
        console.print(f"{said} Run folder: {folder}", markup=False, highlight=False, soft_wrap=True)
    return _CODES[ended.outcome]


@contextlib.contextmanager
def _stopped_by_signals(gate: Gate) -> Generator[None]:
    """Let the first Ctrl-C or SIGTERM stop the run after its step, and the second one kill it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)

    def stop(*_: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        _complain("Stopping after this step.", "Once more kills the run; its last checkpoint stays.")
        gate.stop()

    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _export(given: argparse.Namespace) -> int:
    written = api.export(given.folder, given.kind, given.to)
    Console().print(str(written), markup=False, highlight=False, soft_wrap=True)
    return 0


def _predict(given: argparse.Namespace) -> int:
    from backend.predict import predict

    console = Console(highlight=False, markup=False, soft_wrap=True)
    for path, guesses in zip(given.images, predict(given.folder, given.images, given.top), strict=True):
        console.print(str(path))
        for guess in guesses:
            console.print(f"  {100 * guess.probability:5.1f} %  {guess.name}  (task {guess.task + 1})")
    return 0


def _list(given: argparse.Namespace) -> int:
    console = Console()
    for what in (given.what,) if given.what else _LISTS:
        console.print(_runs_table() if what == "runs" else _menu_table(what))
    for name, why in api.catalogue().broken.items():
        _complain(f"Plug-in '{name}' cannot be loaded: {why}.", "Remove it, or repair it.")
    return 0


def _menu_table(what: str) -> Table:
    table = _table(what, "id", "name", "what it is")
    for entry in api.catalogue().menu(what):
        table.add_row(*(Text(cell) for cell in (entry.id, entry.label, entry.help)))
    return table


def _runs_table() -> Table:
    table = _table(f"runs in {api.runs_folder()}", "name", "state", "method", "data set", "tasks", "last", "average")
    for run in api.list_runs():
        numbers = ("" if value is None else f"{value:.1f}" for value in (run.last, run.average))
        cells = (run.name, run.state, run.method, run.dataset, f"{run.tasks_done}/{run.tasks}", *numbers)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(first, *others, title=Text(title), title_justify="left")
    table.columns[0].no_wrap = True
    return table


def _doctor(_: argparse.Namespace) -> int:
    from backend.doctor import examine

    console, fine = Console(highlight=False, markup=False, soft_wrap=True), True
    for finding in examine():
        console.print(f"{'ok  ' if finding.fine else 'BAD '} {finding.name}: {finding.value}")
        fine = fine and finding.fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
