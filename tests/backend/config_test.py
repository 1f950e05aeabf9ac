"""Settings: defaults, TOML both ways, overrides, and errors that name the key, the value and what is allowed."""

from __future__ import annotations

import shlex

import pytest

from backend.config import (
    METHODS,
    RunConfig,
    changed_from_default,
    command_line,
    load_config,
    parse_config,
    read_config,
    to_toml,
)
from backend.errors import ConfigError


def problem_of(text, overrides=()):
    with pytest.raises(ConfigError) as caught:
        read_config(text, overrides)
    return caught.value.problems[0]


def test_an_empty_file_is_the_demo_preset():
    config = read_config("")
    assert config == RunConfig()
    assert (config.data.name, config.model.name, config.method.name) == ("drawn", "demo", "dmc_ot")


@pytest.mark.parametrize("method", [method.id for method in METHODS])
def test_toml_reads_back_equal_for_every_method(method):
    config = read_config(f"[method]\nname = '{method}'\n[split]\norder = ['a', 'b']\n[run]\nseed = 7")
    assert read_config(to_toml(config)) == config
    assert parse_config(config.model_dump(mode="json")) == config


def test_overrides_win_over_the_file_and_need_no_quotes():
    config = read_config(
        "[run]\nseed = 1", ["run.seed=2", "data.root=some/place", "split.order=['a', 'b']", "method.name=dmc"]
    )
    assert (config.run.seed, config.data.root, config.split.order, config.method.name) == (
        2,
        "some/place",
        ("a", "b"),
        "dmc",
    )


def test_replaced_keeps_the_rest_and_changes_method_settings_with_the_method():
    config = RunConfig().replaced(run={"seed": 3}, method={"epochs": 2})
    assert (config.run.seed, config.method.epochs, config.run.batch_size) == (3, 2, RunConfig().run.batch_size)
    assert config.replaced(method={"name": "zero_shot"}).method.name == "zero_shot"


def test_only_what_differs_is_told_and_the_command_line_says_the_same():
    config = read_config("[method]\nname = 'dmc'\nepochs = 2\n[data]\nroot = 'a b'")
    assert changed_from_default(config) == {"method": {"name": "dmc", "epochs": 2}, "data": {"root": "a b"}}
    words = shlex.split(command_line(config))
    assert words[:4] == ["dmc-studio", "run", "--out", "my-run"]
    assert read_config("", words[5::2]) == config


@pytest.mark.parametrize(
    ("text", "key", "says", "hint"),
    [
        ("[run]\nsed = 1", "run.sed", "no such setting", "'seed'"),
        ("[running]\nseed = 1", "running", "no such setting", "'run'"),
        ("seed = 3", "seed", "no such setting", "'run.seed'"),
        ("[run]\ncalibrator = 'ot'", "run.calibrator", "no such setting", "'method.calibrator'"),
        ("[method]\nname = 'zero_shot'\nepochs = 3", "method.epochs", "this method has no such setting", "name"),
        (
            "[run]\nseed = 'abc'",
            "run.seed",
            "'abc' is not allowed; it must be a whole number from 0 to 2147483647.",
            "",
        ),
        ("[run]\nseed = true", "run.seed", "true is not allowed; it must be a whole number", ""),
        ("[run]\nseed = 1.5", "run.seed", "1.5 is not allowed", ""),
        ("[run.seed]\na = 1", "run.seed", "{'a': 1} is not allowed", ""),
        ("[run]\nbatch_size = 0", "run.batch_size", "0 is not allowed; it must be a whole number from 1 to 4096.", ""),
        ("[split]\nclasses_per_task = 0", "split.classes_per_task", "a whole number, at least 1", ""),
        ("[method]\nlearning_rate = nan", "method.learning_rate", "a number, greater than 0 and at most 1", ""),
        ("[run]\nmeasure_drift = 'yes'", "run.measure_drift", "it must be true or false", ""),
        ("[run]\nprecision = 'fp31'", "run.precision", "'fp32', 'bf16' or 'fp16'", "'fp32'"),
        ("[model]\ntuning = 'Lora'", "model.tuning", "'lora', 'full', 'adapter' or 'none'", "'lora'"),
        ("[model]\nname = 5", "model.name", "5 is not allowed; it must be a text in quotes.", ""),
        ("[run]\ndevice = 'gpu'", "run.device", "auto, cpu, cuda or cuda:N", ""),
        ("[split]\norder = [1, 2]", "split.order", "[1, 2] is not allowed: 'seeded'", ""),
        ("[method]\nname = 'dmcot'", "method.name", "'dmcot' is not one of", "'dmc_ot'"),
        ("[method]\ncalibrator = 'monje'", "method.calibrator", "'monje' is not one of", "'monge'"),
        ("[data]\nname = 'drawm'", "data.name", "'drawm' is not one of", "'drawn'"),
        ("data = 5", "data", "5 stands where a section must be", "[data]"),
        ("method = 'dmc'", "method", "'dmc' stands where a section must be", "[method]"),
        ("[run", "run.toml", "not TOML", "Config tab"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(text, key, says, hint):
    problem = problem_of(text)
    assert problem.key == key
    assert says in problem.sentence
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("run.seed", "run.seed"),
        ("seed=1", "seed"),
        ("=1", "--set"),
        ("run.seed.x=1", "run.seed.x"),
        ("run.seed=", "run.seed"),
    ],
)
def test_a_wrong_override_is_named(override, key):
    assert problem_of("[run]\nseed = 1", [override]).key == key


def test_every_wrong_key_is_told_once():
    with pytest.raises(ConfigError) as caught:
        read_config("[run]\nseed = -1\nbatch_size = 'x'\n[split]\norder = 1.5")
    assert sorted(problem.key for problem in caught.value.problems) == ["run.batch_size", "run.seed", "split.order"]
    assert "(2 more)" in str(caught.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(content, tmp_path):
    path = tmp_path / "run.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"run\.toml.*cannot be read"):
        load_config(path)


def test_long_values_are_cut():
    assert len(problem_of(f"[run]\nseed = '{'x' * 500}'").sentence) < 160


def test_what_a_run_continues_is_checked():
    earlier = {
        "name": "spring",
        "tasks": [["cat", "dog"], ["eel"]],
        "templates": ["a {}."],
        "data": [{"name": "drawn"}],
    }
    config = parse_config({"earlier": earlier})
    assert config.earlier is not None
    assert config.earlier.class_names == ("cat", "dog", "eel")
    assert read_config(to_toml(config)) == config
    assert changed_from_default(config) == {}
    assert command_line(config) == "dmc-studio extend spring --out my-run"
    for wrong in (
        {"tasks": [["cat"], ["Cat"]]},
        {"tasks": [[]]},
        {"tasks": []},
        {"templates": ["no place"]},
        {"name": 3},
    ):
        with pytest.raises(ConfigError, match=rf"earlier\.{next(iter(wrong))}"):
            parse_config({"earlier": {**earlier, **wrong}})
