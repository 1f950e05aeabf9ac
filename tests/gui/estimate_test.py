"""The line below the form: an estimate where this machine was measured, and the way to one where it was not."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import Qt

from backend import estimate as judging
from backend.api import RunConfig, preview
from gui import estimating
from gui.carriers.probe import Probe
from gui.estimating import Estimating
from gui.widgets.estimate import EstimateLine
from tests.backend.estimate_test import SPEED

REMEMBER = """\
import pathlib, sys
import backend.estimate as judging
from backend.api import preview, read_config
judging.cache_folder = lambda: pathlib.Path(sys.argv[2])
config = read_config(sys.stdin.read())
key = judging.speed_key(config, preview(config, thumbnails=0))
judging.remember_speed(key, judging.Speed.model_validate_json(sys.argv[1]))"""
COMPLAIN = "import sys; sys.exit('There is no model like that.')"


@pytest.fixture
def made(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("backend.estimate.cache_folder", lambda: tmp_path)
    monkeypatch.setattr(estimating, "SETTLE_MS", 0)
    makers = []

    def make(*command, busy=False):
        line = EstimateLine()
        qtbot.addWidget(line)
        line.show()
        makers.append(Estimating(line, lambda: busy, line, Probe(list(command), line)))
        return makers[-1], line

    yield make
    for maker in makers:
        maker.stop()


def test_a_machine_that_was_measured_gives_an_estimate_at_once(qtbot, made):
    config = RunConfig()
    judging.remember_speed(judging.speed_key(config, tasks := preview(config, thumbnails=0)), SPEED)
    judge, line = made("/no/such/program")
    judge.show_config(config)
    span = judging.estimate(config, SPEED, tasks).span
    qtbot.waitUntil(lambda: span in line.text)
    assert line.text.startswith("Estimate: ")
    longer = config.replaced(method={"name": "dmc_ot", "epochs": 50})
    judge.show_config(longer)
    qtbot.waitUntil(lambda: judging.estimate(longer, SPEED, tasks).span in line.text)


def test_one_press_measures_a_machine_that_was_not(qtbot, made, tmp_path):
    judge, line = made(sys.executable, "-c", REMEMBER, SPEED.model_dump_json(), str(tmp_path))
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    qtbot.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert "measuring" in line.text
    assert line.bar.isVisible()
    qtbot.waitUntil(lambda: " to " in line.text, timeout=30_000)
    assert line.button.accessibleName() == "Measure again: estimate"


def test_what_cannot_be_measured_says_why(qtbot, made):
    judge, line = made(sys.executable, "-c", COMPLAIN)
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    qtbot.keyClick(line.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "There is no model like that." in line.text, timeout=30_000)


def test_a_probe_that_cannot_start_says_so(qtbot, made):
    judge, line = made("/no/such/program")
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    line.button.click()
    qtbot.waitUntil(lambda: line.text.startswith("No estimate: "))


@pytest.mark.parametrize("end", ["cancel", "run"])
def test_a_measurement_is_ended_by_a_press_and_by_a_run(qtbot, made, end):
    judge, line = made(sys.executable, "-c", "import time; time.sleep(60)")
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    line.button.click()
    assert judge.probe.running
    line.button.click() if end == "cancel" else judge.make_way()
    assert not judge.probe.running
    assert "not measured" in line.text


def test_nothing_is_measured_unasked_while_a_run_is_on(qtbot, made, monkeypatch):
    monkeypatch.setattr(estimating, "AUTOMATIC", True)
    judge, line = made(sys.executable, "-c", COMPLAIN, busy=True)
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    assert not judge.probe.running


def test_a_form_with_a_mistake_has_no_estimate(qtbot, made):
    judge, line = made("/no/such/program")
    judge.show_config(RunConfig())
    qtbot.waitUntil(lambda: "not measured" in line.text)
    judge.show_config(None)
    assert line.text == ""
