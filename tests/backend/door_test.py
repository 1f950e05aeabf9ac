"""The front door: the window without the weight of the commands, and every command as before."""

from __future__ import annotations

import runpy
import subprocess
import sys

import pytest

from backend import door


@pytest.mark.parametrize("arguments", [[], ["--demo"]])
def test_without_a_command_there_is_the_window(arguments, monkeypatch):
    opened = []
    monkeypatch.setattr(runpy, "run_module", lambda name, **_: opened.append((name, sys.argv[1:])))
    monkeypatch.setattr(sys, "argv", ["dmc-studio", *arguments])

    assert door.main() == 0
    assert opened == [("gui", arguments)]


def test_a_command_is_obeyed_and_its_exit_code_handed_on(tmp_path, capsys):
    assert door.main(["resume", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_the_window_does_not_wait_for_the_terminal_to_load():
    program = (
        "import sys, backend.door; print([name for name in ('rich', 'numpy', 'backend.cli') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
