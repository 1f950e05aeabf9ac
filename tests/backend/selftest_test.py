"""Self-tests: what a result says about data and weights, which run it comes from, and when it cannot be had."""

from __future__ import annotations

import dataclasses
import json

import pytest

from backend import api
from backend.cli import main
from backend.config import DATASETS
from backend.errors import ConfigError
from backend.selftest import SELF_TESTS, SelfTest, configuration, find_self_test, obstacle, verdict
from backend.setting import setting_of
from tests import worlds

TINY = SelfTest("demo", "tiny", "zero_shot", last=50.0, average=60.0, classes=len(worlds.THINGS), per_task=4)


def test_a_result_within_the_tolerance_passes_and_says_both_numbers():
    test = find_self_test("cifar100", "B")
    said = verdict(test, {"last": 71.3, "average": 81.9})
    assert said.fine
    assert said.sentence == (
        "Zero-shot: last 71.3 against the published 71.4, average 81.9 against the published 81.8: "
        "data and weights are right."
    )


@pytest.mark.parametrize(("last", "average"), [(72.0, 81.8), (71.4, 80.9)])
def test_either_number_can_fail_it(last, average):
    said = verdict(find_self_test("cifar100", "B"), {"last": last, "average": average})
    assert not said.fine
    assert "setting B" in said.sentence


def test_where_no_average_was_published_it_does_not_count():
    assert verdict(find_self_test("cifar100", "A"), {"last": 66.9, "average": 1.0}).fine


def test_weights_without_quick_gelu_are_recognised():
    said = verdict(find_self_test("cifar100", "A"), {"last": 62.8, "average": 70.0})
    assert not said.fine
    assert "OpenAI weights give without QuickGELU" in said.sentence
    assert "62.8 against the published 66.7" in said.sentence


def test_a_number_that_depends_on_the_split_is_judged_loosely_and_proves_little():
    test = find_self_test("imagenet_r", "B", "simple_cil")
    assert verdict(test, {"last": test.last + 0.9, "average": test.average}).fine
    said = verdict(test, {"last": test.last + 3, "average": test.average})
    assert not said.fine
    assert "proves nothing" in said.sentence


def test_an_unknown_self_test_names_what_there_is():
    with pytest.raises(ConfigError, match="no published number") as caught:
        find_self_test("cifar10", "A")
    assert "cifar100" in caught.value.hint


@pytest.mark.parametrize("test", [t for t in SELF_TESTS if t.setting != "demo"], ids=lambda t: t.label)
def test_every_self_test_is_a_run_of_its_setting_and_data_set(test):
    if test.dataset not in DATASETS:
        pytest.skip(f"{test.dataset} is not there")
    config = configuration(test, "somewhere")
    assert setting_of(config) == test.setting
    assert (config.data.name, config.data.root, config.method.name) == (test.dataset, "somewhere", test.method)


def test_what_stands_in_the_way_is_told():
    assert obstacle(TINY) == ""
    assert "9 classes" in obstacle(dataclasses.replace(TINY, classes=9))
    assert "not installed" in obstacle(dataclasses.replace(TINY, dataset="nowhere"))


@pytest.mark.slow
@pytest.mark.parametrize("test", [t for t in SELF_TESTS if t.setting == "demo"], ids=lambda t: t.method)
def test_our_own_numbers_are_those_of_the_demo_model_that_ships(test, tmp_path):
    ended = api.run(configuration(test), tmp_path / "run", lambda _: None, api.Gate())
    assert ended.outcome == "finished", ended
    said = verdict(test, json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8")))
    assert said.fine, said.sentence


@pytest.fixture
def measured(tmp_path):
    """The numbers that this machine gives, as if they had been published."""
    ended = api.run(configuration(TINY), tmp_path / "first", lambda _: None, api.Gate())
    assert ended.outcome == "finished", ended
    result = json.loads((tmp_path / "first" / "result.json").read_text(encoding="utf-8"))
    return dataclasses.replace(TINY, last=result["last"], average=result["average"])


def test_doctor_runs_a_self_test_and_prints_the_verdict(measured, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DMC_STUDIO_RUNS", str(tmp_path / "runs"))
    command = ["doctor", "--self-test", "tiny", "--setting", "demo"]
    SELF_TESTS.append(measured)
    try:
        assert main(command) == 0
        assert "data and weights are right" in capsys.readouterr().out
        assert [run.method for run in api.list_runs()] == ["zero_shot"]
        SELF_TESTS[-1] = dataclasses.replace(measured, last=measured.last + 5)
        assert main(command) == 1
        assert "computes otherwise" in capsys.readouterr().out
    finally:
        SELF_TESTS.pop()


def test_doctor_refuses_a_self_test_whose_data_are_missing(tmp_path, capsys):
    assert main(["doctor", "--self-test", "cifar100", "--setting", "B", "--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "cannot be run" in said
    assert str(tmp_path) in said
