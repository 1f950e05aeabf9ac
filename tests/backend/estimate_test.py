"""An estimate rests on the work that a run really does, and on a speed that was measured here."""

from __future__ import annotations

from collections import Counter

import pytest

from backend.api import METHODS, Gate, RunConfig, parse_config, preview
from backend.engine import run
from backend.estimate import (
    Estimate,
    Speed,
    estimate,
    known_speed,
    learn_speed,
    remember_speed,
    speed_key,
    speed_of,
    work_of,
)
from backend.stages import pulse
from tests.worlds import tiny_config

SPEED = Speed(
    trained=0.1, encoded=0.01, tower=0.02, text=0.5, few=2, many=4, step_few=1.0, step_many=2.0, calibration=3.0,
    base_memory=1000, picture_memory=10, on="cpu, 1 threads",
)  # fmt: skip
QUICK = [("dmc_ot", "lora"), ("simple_cil", "none")]
SLOW = [
    ("joint", "lora"),
    ("dmc", "none"),
    ("dmc", "adapter"),
    ("fine_tune", "lora"),
    ("fine_tune", "none"),
    ("zero_shot", "lora"),
]


@pytest.mark.parametrize(
    ("method", "tuning"), [*QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)]
)
def test_the_work_foretold_is_the_work_done(tmp_path, monkeypatch, method, tuning):
    done = Counter()
    step = pulse.Meter.step

    def counted(self, pictures, loss=None):
        done[self._stage] += pictures if self._stage != "align" or loss is None else 0
        done["prompt_steps"] += self._stage == "align" and loss is not None
        step(self, pictures, loss)

    monkeypatch.setattr(pulse.Meter, "step", counted)
    config = tiny_config(split={"classes_per_task": 4}, method={"name": method}, model={"tuning": tuning})
    assert run(config, tmp_path / "run", lambda _: None, Gate()).outcome == "finished"
    works = work_of(config, preview(config, thumbnails=0))
    assert sum(work.trained for work in works) == done["adapt"]
    assert sum(work.encoded for work in works) == done["calibrate"] + done["align"] + done["evaluate"]
    assert sum(work.prompt_steps for work in works) == done["prompt_steps"]


def test_every_method_tells_its_work():
    config = RunConfig()
    for method in METHODS:
        assert work_of(config.replaced(method={"name": method.id}), preview(config, thumbnails=0)) is not None


def test_seconds_are_work_times_speed():
    config = tiny_config(split={"classes_per_task": 4}, method={"name": "dmc_ot"})
    tasks = preview(config, thumbnails=0)
    first, second = work_of(config, tasks)
    seconds = 0.1 * (first.trained + second.trained) + 0.01 * (first.encoded + second.encoded)
    seconds += first.prompt_steps * SPEED.step(4) + second.prompt_steps * SPEED.step(8) + 3.0 + 8 * 0.5
    found = estimate(config, SPEED, tasks)
    assert found.seconds == pytest.approx(seconds)
    assert found.low < found.seconds < found.high
    assert found.memory == 1000 + 10 * config.run.batch_size


def test_more_epochs_are_judged_with_the_speed_known_and_another_batch_is_not():
    config = tiny_config(method={"name": "dmc_ot"})
    tasks = preview(config, thumbnails=0)
    same = config.replaced(method={"name": "dmc_ot", "epochs": 9})
    other = config.replaced(run={"batch_size": config.run.batch_size + 1})
    assert speed_key(same, tasks) == speed_key(config, tasks) != speed_key(other, tasks)


@pytest.mark.parametrize(
    ("low", "high", "span"),
    [(1.2, 2.5, "1.2 to 2.5 s"), (44, 88, "44 to 88 s"), (70, 150, "1.2 to 2.5 min"), (9000, 18000, "2.5 to 5.0 h")],
)
def test_time_is_told_in_one_unit(low, high, span):
    assert Estimate(0, low, high, 0, "cpu").span == span


def test_a_speed_is_remembered_and_a_damaged_note_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.estimate.cache_folder", lambda: tmp_path)
    assert known_speed("k") is None
    remember_speed("k", SPEED)
    assert known_speed("k") == SPEED
    (tmp_path / "speeds" / "k.json").write_text("{")
    assert known_speed("k") is None


def test_this_machine_is_measured_once(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.estimate.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("backend.probe._ENOUGH", 0.01)
    config = tiny_config(method={"name": "dmc_ot"})
    tasks = preview(config, thumbnails=0)
    speed = speed_of(config, tasks)
    assert min(speed.trained, speed.encoded, speed.tower, speed.text, speed.step_few, speed.calibration) > 0
    assert speed.base_memory > 10_000_000
    monkeypatch.setattr("backend.probe.measure", None)
    assert speed_of(config, tasks) == speed


def test_a_run_corrects_what_was_measured_on_a_busy_machine(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.estimate.cache_folder", lambda: tmp_path)
    config = tiny_config(method={"name": "dmc_ot"})
    tasks = preview(config, thumbnails=0)
    learn_speed(config, 5.0, tasks)
    assert known_speed(speed_key(config, tasks)) is None, "nothing was measured that could be corrected"
    remember_speed(speed_key(config, tasks), SPEED)
    took = estimate(config, SPEED, tasks).seconds / 2
    learn_speed(config, took, tasks)
    assert estimate(config, speed_of(config, tasks), tasks).seconds == pytest.approx(took)
    learn_speed(config, 1e9, tasks)
    assert estimate(config, speed_of(config, tasks), tasks).seconds == pytest.approx(4 * took)


def test_a_frozen_tower_trains_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.estimate.cache_folder", lambda: tmp_path)
    monkeypatch.setattr("backend.probe._ENOUGH", 0.01)
    config = tiny_config(method={"name": "simple_cil"}, model={"tuning": "none"})
    speed = speed_of(config, preview(config, thumbnails=0))
    assert speed.trained == speed.step_few == speed.calibration == 0
    assert speed.encoded < speed.tower


def test_settings_without_a_method_of_ours_are_not_judged(monkeypatch):
    monkeypatch.setattr(METHODS["zero_shot"], "work", classmethod(lambda *_: None))
    config = parse_config({"method": {"name": "zero_shot"}})
    assert estimate(config, SPEED, preview(config, thumbnails=0)) is None
