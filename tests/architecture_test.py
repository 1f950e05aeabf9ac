"""The rules of the house that import-linter cannot see (its own contracts run in `make lint`)."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from backend.config import CALIBRATORS, DATASETS, METHODS
from backend.registry import Registry

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "torchvision", "open_clip", "ot", "timm"}
QT = {"PySide6", "pyqtgraph", "shiboken6", "superqt", "qtpy"}
REGISTRIES = (METHODS, DATASETS, CALIBRATORS)


def sources(folder: str) -> list[Path]:
    return sorted(path for path in (ROOT / folder).rglob("*.py") if path.name != "__main__.py")


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file names in an import, at any depth and in `import_module`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (f"{module}.{alias.name}" for alias in aliases)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(module)), *_]):
                yield module
            case _:
                pass


def tops(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in imported(path)}


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules of a fresh interpreter after it has run `code`."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


# Rule 1: the window opens before torch is there, and the backend needs no window.


@pytest.mark.parametrize("module", ["backend.api", "backend.cli", "gui.app"])
def test_importing_the_front_door_loads_no_torch(module: str) -> None:
    if not (ROOT / f"{module.replace('.', '/')}.py").exists():
        pytest.skip(f"{module} is not written yet")
    assert not loaded_by(f"import {module}") & HEAVY


def test_listing_every_plug_in_loads_no_torch() -> None:
    present = [registry.kind for registry in REGISTRIES if find_spec(f"backend.{registry.kind}")]
    code = "from backend.config import CALIBRATORS, DATASETS, METHODS\n"
    code += f"for r in (CALIBRATORS, DATASETS, METHODS): r.kind in {present} and list(r)"
    assert not loaded_by(code) & HEAVY


def test_importing_the_backend_loads_no_qt() -> None:
    modules = [module for module in ("backend.api", "backend.cli", "backend.engine") if find_spec(module)]
    assert not loaded_by(f"import {', '.join(modules)}") & QT


@pytest.mark.parametrize("path", sources("gui"), ids=names(sources("gui")))
def test_window_names_no_torch_and_only_the_seam(path: Path) -> None:
    assert not tops(path) & HEAVY
    past_the_seam = [
        name for name in imported(path) if name.startswith("backend.") and not name.startswith("backend.api")
    ]
    assert past_the_seam == []


@pytest.mark.parametrize("path", sources("backend"), ids=names(sources("backend")))
def test_backend_names_no_qt(path: Path) -> None:
    forbidden = QT if path.name == "cli.py" else QT | {"gui"}
    assert not tops(path) & forbidden


# Rule 4: a plug-in is one new file that describes itself.


@pytest.mark.parametrize("registry", REGISTRIES, ids=[registry.kind for registry in REGISTRIES])
class TestPlugIns:
    @pytest.fixture(autouse=True)
    def present(self, registry: Registry[object]) -> None:
        if not find_spec(f"backend.{registry.kind}"):
            pytest.skip(f"backend.{registry.kind} is not written yet")

    def test_none_is_broken(self, registry: Registry[object]) -> None:
        assert list(registry), f"no {registry.kind}"
        assert registry.broken == {}

    def test_ids_are_unique_and_can_be_typed(self, registry: Registry[object]) -> None:
        ids = [plugin.id for plugin in registry]
        assert len(ids) == len({name.casefold() for name in ids})
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in ids), ids

    def test_each_says_what_it_is(self, registry: Registry[object]) -> None:
        labels = [plugin.label for plugin in registry]
        assert len(labels) == len(set(labels))
        for plugin in registry:
            assert plugin.label.strip(), plugin.id
            assert plugin.help.strip().endswith((".", "?", "!")), f"help of {plugin.id} is not a sentence"


# Rule 5: what carries a run is the one place of the window where threads and processes start.


@pytest.mark.parametrize("path", sources("gui"), ids=names(sources("gui")))
def test_only_what_carries_a_run_starts_threads_and_processes(path: Path) -> None:
    if path.parent == ROOT / "gui" / "carriers":
        return
    starters = {
        "subprocess",
        "multiprocessing",
        "threading.Thread",
        "PySide6.QtCore.QProcess",
        "PySide6.QtCore.QThread",
    }
    assert not starters & {form for name in imported(path) for form in (name, name.partition(".")[0])}


# The code as a whole.


@pytest.mark.parametrize("module", [module_of(path) for folder in ("backend", "gui") for path in sources(folder)])
def test_module_can_be_imported(module: str) -> None:
    importlib.import_module(module)


MACHINE_PATH = re.compile(r"(?<![\w.~$})/-])/(?:work|root|home|Users)/\w[^\s\"'`)]*")


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="not a git checkout")
def test_no_tracked_file_names_a_path_of_one_machine() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    found = [
        f"{name}: {match.group()}"
        for name in listed
        if name and (ROOT / name).is_file()
        for match in MACHINE_PATH.finditer((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
