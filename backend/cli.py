"""The command `dmc-studio`: the window, or everything without one.

Exit codes: 0 finished, 1 failed, 2 bad configuration or usage, 130 stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend import api, commands_compare, commands_machine, commands_run
from backend.config import METHODS, MethodSettings, RunConfig, Settings
from backend.console import CODES, check_split, complain, table, watch_run
from backend.errors import ConfigError, StudioError
from backend.events import RunEnded
from backend.gate import Gate
from backend.showing import show_window

_KINDS: Final = ("bundle", "checkpoint", "onnx", "csv", "json", "latex", "png", "svg")
_LISTS: Final = ("methods", "datasets", "calibrators", "runs")


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    given = _parser().parse_args(argv)
    try:
        return given.act(given)
    except ConfigError as error:
        for problem in error.problems:
            complain(f"{problem.key}: {problem.sentence}", problem.hint)
        return 2
    except StudioError as error:
        complain(error.sentence, error.hint)
        return 1


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

    window = command("open", _open, "Open the window on a run folder, a bundle, a run.toml or pictures.")
    window.add_argument("paths", nargs="+", type=Path, metavar="PATH")
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
    predict = command("predict", _predict, "Classify pictures with a run's last checkpoint, or with a bundle.")
    predict.add_argument("source", type=Path, metavar="DIR|BUNDLE.zip")
    predict.add_argument("images", nargs="+", type=Path, metavar="IMAGE")
    predict.add_argument("--top", type=int, default=5, metavar="N", help="classes to show (5)")
    predict.add_argument("--history", action="store_true", help="what every checkpoint of the run says instead")
    listing = command("list", _list, "List what there is to choose from, or your runs.")
    listing.add_argument("what", nargs="?", choices=_LISTS)
    commands_run.add_commands(command)
    commands_compare.add_commands(command)
    commands_machine.add_commands(command)
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
    return show_window(["--demo"] if given.demo else [])


def _open(given: argparse.Namespace) -> int:
    return show_window([str(path) for path in given.paths])


def _run(given: argparse.Namespace) -> int:
    config = api.load_config(given.config, given.set) if given.config else api.read_config("", given.set)
    check_split(config)
    folder: Path = given.out or api.new_run_folder(config)
    return _watch(folder, lambda emit, gate: api.run(config, folder, emit, gate))


def _resume(given: argparse.Namespace) -> int:
    return _watch(given.folder, lambda emit, gate: api.resume(given.folder, emit, gate))


def _watch(folder: Path, work: Callable[[Callable[[Any], None], Gate], RunEnded]) -> int:
    return CODES[watch_run(folder, work).outcome]


def _export(given: argparse.Namespace) -> int:
    console = Console(markup=False, highlight=False, soft_wrap=True)
    console.print(str(api.export(given.folder, given.kind, given.to, console.print)))
    return 0


def _predict(given: argparse.Namespace) -> int:
    from backend.predict import predict

    if given.history:
        return _history(given)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for path, guesses in zip(given.images, predict(given.source, given.images, given.top), strict=True):
        console.print(str(path))
        for guess in guesses:
            console.print(f"  {100 * guess.probability:5.1f} %  {guess.name}  (task {guess.task + 1})")
    return 0


def _history(given: argparse.Namespace) -> int:
    from backend.predict import history

    console = Console(highlight=False, markup=False, soft_wrap=True)
    answers = list(history(given.source, given.images))
    for place, path in enumerate(given.images):
        console.print(str(path))
        for task, guesses in answers:
            guess = guesses[place]
            said = f"{100 * guess.probability:5.1f} %  {guess.name}" if guess else "its checkpoint is not there"
            console.print(f"  after task {task + 1}:  {said}")
    return 0


def _list(given: argparse.Namespace) -> int:
    console = Console()
    for what in (given.what,) if given.what else _LISTS:
        console.print(_runs_table() if what == "runs" else _menu_table(what))
    for name, why in api.catalogue().broken.items():
        complain(f"Plug-in '{name}' cannot be loaded: {why}.", "Remove it, or repair it.")
    return 0


def _menu_table(what: str) -> Table:
    listing = table(what, "id", "name", "what it is")
    for entry in api.catalogue().menu(what):
        listing.add_row(*(Text(cell) for cell in (entry.id, entry.label, entry.help)))
    return listing


def _runs_table() -> Table:
    listing = table(f"runs in {api.runs_folder()}", "name", "state", "method", "data set", "tasks", "last", "average")
    for run in api.list_runs():
        numbers = ("" if value is None else f"{value:.1f}" for value in (run.last, run.average))
        cells = (run.name, run.state, run.method, run.dataset, f"{run.tasks_done}/{run.tasks}", *numbers)
        listing.add_row(*(Text(cell) for cell in cells))
    return listing


if __name__ == "__main__":
    sys.exit(main())
