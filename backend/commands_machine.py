"""The commands about what is on this machine: `doctor`, `data` and `cache`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from backend import api
from backend.console import CODES, AddCommand, complain, plain, table, watch_run, watch_transfer


def add_commands(command: AddCommand) -> None:
    """Add the commands of this file."""
    data = command("data", _list_data, "List data sets, fetch one, or import an archive of one.")
    what = data.add_subparsers(title="what to do", metavar="WHAT")
    fetch = what.add_parser("fetch", help="download a data set; Ctrl-C keeps what came, the same command goes on")
    fetch.set_defaults(act=_fetch)
    take = what.add_parser("import", help="unpack an archive of a data set that you have (tar, tgz, zip)")
    take.set_defaults(act=_import)
    for parser in (fetch, take):
        parser.add_argument("name", metavar="NAME", help="data set, such as cifar100")
        _add_root(parser)
    take.add_argument("archive", type=Path, metavar="ARCHIVE")
    cache = command("cache", _cache, "Show how much room caches take, or clear them. They are made again when needed.")
    cache.add_argument("--clear", action="store_true", help="delete them")
    text = "Say how long a run probably takes, and how much memory; the first time this machine is measured for it."
    estimate = command("estimate", _estimate, text)
    settings = "settings, - for stdin; without it: the demo"
    estimate.add_argument("config", nargs="?", type=Path, metavar="RUN.TOML", help=settings)
    change = "change a setting, e.g. model.name=ViT-B-16"
    estimate.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=change)
    estimate.add_argument("--again", action="store_true", help="measure this machine again")
    doctor = command("doctor", _doctor, "Check versions, device, memory, disk, libraries, data sets and models.")
    doctor.add_argument("--self-test", metavar="DATA_SET", help="compare a run with published numbers instead")
    doctor.add_argument("--setting", choices=("A", "B", "demo"), default="A", help="protocol of the self-test (A)")
    doctor.add_argument("--method", choices=("zero_shot", "simple_cil"), default="zero_shot")
    _add_root(doctor)


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", default="", metavar="DIR", help="folder of the data set, if not the usual one")


def _list_data(_: argparse.Namespace) -> int:
    listing = table(f"data sets in {api.data_folder()}", "id", "found", "what")
    for entry in api.catalogue().datasets:
        report = api.describe(api.DataSettings(name=entry.id))
        what = report.layout if report.found else f"{report.problem} {report.hint}".rstrip()
        listing.add_row(*(Text(cell) for cell in (entry.id, "yes" if report.found else "no", what)))
    Console().print(listing)
    return 0


def _estimate(given: argparse.Namespace) -> int:
    if given.config is None or given.config == Path("-"):
        config = api.read_config(sys.stdin.read() if given.config else "", given.set)
    else:
        config = api.load_config(given.config, given.set)
    tasks = api.preview(config, thumbnails=0)
    found = api.estimate(config, api.speed_of(config, tasks, again=given.again), tasks)
    words = api.estimate_words(found) if found else f"The method {config.method.name} does not tell its work."
    plain().print(words)
    return 0


def _settings(given: argparse.Namespace) -> api.DataSettings:
    """Return where to put a data set; one that there is not is told by its key."""
    return api.read_config("", [f"data.name={given.name}"]).data.model_copy(update={"root": given.root})


def _fetch(given: argparse.Namespace) -> int:
    settings = _settings(given)
    return _get(settings, lambda tick, gate: api.fetch_data(settings, tick=tick, gate=gate))


def _import(given: argparse.Namespace) -> int:
    settings = _settings(given)
    return _get(settings, lambda tick, gate: api.import_archive(settings, given.archive, tick=tick, gate=gate))


def _get(settings: api.DataSettings, work: Callable[[api.Tick, api.Gate], Path]) -> int:
    """Put a data set on the disk, then offer its self-tests."""
    code = watch_transfer(work)
    if code == 0:
        _offer_self_tests(test for test in api.SELF_TESTS if test.dataset == settings.name)
    return code


def _offer_self_tests(tests: Iterable[api.SelfTest]) -> None:
    for test in tests:
        command = f"dmc-studio doctor --self-test {test.dataset} --setting {test.setting} --method {test.method}"
        plain().print(f"Self-test: {command}")


def _cache(given: argparse.Namespace) -> int:
    console = plain()
    if given.clear:
        console.print(f"{api.size(api.clear_caches())} freed.")
        return 0
    for cache in api.cache_sizes():
        console.print(f"{cache.kind}: {api.size(cache.bytes)} in {api.count(cache.files, 'file')}")
    return 0


def _doctor(given: argparse.Namespace) -> int:
    if given.self_test:
        return _self_test(given)
    findings = list(api.examine())
    plain().print(api.report(findings))
    _offer_self_tests(test for test in api.SELF_TESTS if not api.obstacle(test))
    return 0 if all(finding.fine for finding in findings) else 1


def _self_test(given: argparse.Namespace) -> int:
    """Run zero-shot or SimpleCIL and compare; 0 only where the numbers agree."""
    test = api.find_self_test(given.self_test, given.setting, given.method)
    if reason := api.obstacle(test, given.root):
        complain(f"The self-test cannot be run. {reason}", "`dmc-studio data` lists what is there.")
        return 1
    config = api.self_test_configuration(test, given.root)
    folder = api.new_run_folder(config)
    ended = watch_run(folder, lambda emit, gate: api.run(config, folder, emit, gate))
    if ended.outcome != "finished":
        return CODES[ended.outcome]
    verdict = api.verdict(test, json.loads((folder / "result.json").read_text(encoding="utf-8")))
    plain().print(verdict.sentence)
    return 0 if verdict.fine else 1
