"""A run goes on with new classes: months later, on another machine, from its folder or its bundle."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch

from backend import checkpoint
from backend.api import (
    CheckpointError,
    ConfigError,
    DataError,
    Gate,
    ModelError,
    RunFolderError,
    export,
    open_learned,
    open_run,
    plan_extension,
    resume,
    setting_of,
    to_toml,
)
from backend.cli import main
from backend.config import read_config
from backend.events import Calibrated, Note, TaskScored, TaskStarted
from tests.pets import KNOWN, NEW, forget, go_on, learn, pets, pets_config, write_pets


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Pictures of the known and of the new classes; read them only."""
    root = tmp_path_factory.mktemp("pictures")
    return write_pets(root / "known", KNOWN), write_pets(root / "new", NEW)


@pytest.fixture(scope="module")
def learned(places, tmp_path_factory):
    """SimpleCIL has learned the known classes in two tasks; read it only."""
    return learn(pets_config(places[0]), tmp_path_factory.mktemp("runs") / "spring")


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """The bundle of a run that is gone, with its pictures; read it only."""
    root = tmp_path_factory.mktemp("lost")
    folder = learn(pets_config(write_pets(root / "known", KNOWN)), root / "spring")
    bundle = export(folder, "bundle", root / "spring.zip")
    forget(root / "known", folder)
    return bundle


def extend(source, data, folder, *overrides):
    extension = plan_extension(open_learned(source), pets(data), overrides)
    extension.write(folder)
    return extension


def result_of(folder):
    return json.loads((folder / "result.json").read_text())


def refused(source, data, *overrides):
    with pytest.raises(ConfigError) as caught:
        plan_extension(source, pets(data), overrides)
    return caught.value.problems[0]


@pytest.mark.parametrize("method", ["dmc_ot", pytest.param("fine_tune", marks=pytest.mark.slow)])
def test_an_extended_run_equals_one_that_had_all_classes_from_the_start(tmp_path, method):
    everything = write_pets(tmp_path / "all")
    whole = learn(pets_config(everything, (*KNOWN, *NEW), method), tmp_path / "whole")
    known, new = write_pets(tmp_path / "known", KNOWN), write_pets(tmp_path / "new", NEW)
    first = learn(pets_config(known, KNOWN, method), tmp_path / "first")
    extend(first, new, tmp_path / "second", f"split.order={list(NEW)}")
    forget(first)
    ended, told = go_on(tmp_path / "second")
    assert ended.outcome == "finished", ended

    ours, theirs = checkpoint.latest(tmp_path / "second"), checkpoint.latest(whole)
    assert ours.tensors.keys() == theirs.tensors.keys()
    differing = [name for name in ours.tensors if not torch.equal(ours.tensors[name], theirs.tensors[name])]
    assert not differing
    mine, other = result_of(tmp_path / "second"), result_of(whole)
    for key in ("accuracy_matrix", "task_accuracy", "average", "forgetting", "bwt", "drift", "class_names", "tasks"):
        assert mine[key] == other[key], key
    assert mine["untested"] == []
    kinds = [event.kind for event in told if isinstance(event, Calibrated | TaskScored)]
    assert kinds.count("task_scored") == 3, "the charts show the earlier tasks too"
    assert kinds.count("calibrated") == (2 if method == "dmc_ot" else 0)


def test_a_bundle_is_extended_where_the_old_pictures_are_not(lost, places, tmp_path):
    extension = extend(lost, places[1], tmp_path / "summer")
    assert set(extension.new) == set(NEW)
    assert extension.untested == KNOWN
    ended, told = go_on(tmp_path / "summer")
    assert ended.outcome == "finished", ended

    result = result_of(tmp_path / "summer")
    assert result["accuracy_matrix"][2][:2] == [None, None]
    assert result["accuracy_matrix"][2][2] == result["task_accuracy"][2]
    assert result["untested"] == list(KNOWN)
    assert (result["forgetting"], result["bwt"]) == (0.0, 0.0)
    assert result["setting"] == "custom"
    notes = [event for event in told if isinstance(event, Note) and event.level == "warning"]
    assert "none of 4 (dog, cat, frog, …)" in notes[0].text
    latex = export(tmp_path / "summer", "latex", tmp_path / "table.tex").read_text()
    assert "  3 & -- & -- & " in latex
    assert f"untested: {list(KNOWN)}" in latex


def test_month_after_month(learned, places, tmp_path):
    more = write_pets(tmp_path / "more", ("bat",))
    extend(learned, places[1], tmp_path / "summer")
    assert go_on(tmp_path / "summer")[0].outcome == "finished"
    extension = extend(tmp_path / "summer", more, tmp_path / "autumn")
    assert extension.config.earlier.class_names == (*KNOWN, "ape", "owl")
    assert extension.untested == (), "pictures of both earlier runs are found again"
    ended, told = go_on(tmp_path / "autumn")
    assert ended.outcome == "finished", ended
    result = result_of(tmp_path / "autumn")
    assert [len(task) for task in result["tasks"]] == [2, 2, 2, 1]
    assert None not in result["accuracy_matrix"][3]
    assert result["accuracy_matrix"][:3] == [[*row, None] for row in result_of(tmp_path / "summer")["accuracy_matrix"]]
    note = next(event.text for event in told if isinstance(event, Note))
    assert f"those of 2 in '{places[1]}', those of 4 in '{places[0]}'" in note


def test_a_folder_that_grew_tests_the_classes_that_it_still_has(lost, tmp_path):
    grown = write_pets(tmp_path / "grown", ("cat", "Eel", "ape"))
    extension = extend(lost, grown, tmp_path / "summer")
    assert extension.new == ("ape",)
    assert extension.untested == ("dog", "frog")
    ended, _ = go_on(tmp_path / "summer")
    assert ended.outcome == "finished", ended
    assert None not in result_of(tmp_path / "summer")["accuracy_matrix"][2], "each task has one class that is tested"


def test_drift_is_measured_where_there_are_pictures(tmp_path):
    known = write_pets(tmp_path / "known", KNOWN)
    learn(pets_config(known, KNOWN, "dmc"), tmp_path / "spring")
    forget(known)
    for name, classes, measured in (("some", ("cat", *NEW), [False, True, False, False]), ("none", NEW, [])):
        extend(tmp_path / "spring", write_pets(tmp_path / name, classes), tmp_path / f"summer-{name}")
        _, told = go_on(tmp_path / f"summer-{name}")
        event = [event for event in told if isinstance(event, Calibrated)][-1]
        assert [value is not None for value in event.class_drift_after] == measured
        known_drift = [value for value in event.class_drift_after if value is not None]
        assert event.drift_after == (pytest.approx(known_drift[0]) if known_drift else None)


def test_an_extended_run_that_was_stopped_goes_on(learned, places, tmp_path):
    extend(learned, places[1], tmp_path / "cut", "split.classes_per_task=1")
    gate = Gate()

    def stop(event):
        if isinstance(event, TaskStarted) and event.task == 3:
            gate.stop()

    assert resume(tmp_path / "cut", stop, gate).outcome == "stopped"
    assert go_on(tmp_path / "cut")[0].outcome == "finished"
    scored = [event.task for event in open_run(tmp_path / "cut").events if isinstance(event, TaskScored)]
    assert scored == [0, 1, 2, 3]


def test_pictures_without_a_new_class_are_refused(learned, places):
    problem = refused(open_learned(learned), places[0])
    assert problem.sentence == f"nothing to learn: all classes of '{places[0]}' were learned already."


def test_missing_pictures_are_refused(learned, tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        plan_extension(open_learned(learned), pets(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("key", "value"),
    [("method.name", "joint"), ("model.tuning", "full"), ("model.transform", "squash"), ("data.template", "a {}.")],
)
def test_what_the_learned_depends_on_cannot_be_changed(learned, places, key, value):
    assert refused(open_learned(learned), places[1], f"{key}={value}").key == key


@pytest.mark.parametrize(
    ("method", "key"), [({"name": "joint"}, "method.name"), ({"calibrator": "oracle"}, "method.calibrator")]
)
def test_what_needs_old_pictures_is_refused_where_there_are_none(learned, places, tmp_path, method, key):
    source = open_learned(learned)
    needy = replace(source, config=source.config.replaced(method={"name": "dmc_ot", **method}))
    assert plan_extension(needy, pets(places[1])).untested == ()
    gone = source.config.replaced(data={"root": str(tmp_path)})
    needy = replace(source, config=gone.replaced(method={"name": "dmc_ot", **method}))
    problem = refused(needy, places[1])
    assert problem.key == key
    assert "4 learned ones have none here" in problem.sentence


def test_a_model_that_is_not_here_is_refused(learned, places, tmp_path):
    with pytest.raises(ModelError, match="holds no open_clip_config"):
        plan_extension(open_learned(learned), pets(places[1]), [f"model.name=local-dir:{tmp_path}"])


def test_other_weights_are_refused_when_the_run_goes_on(learned, places, tmp_path):
    extend(learned, places[1], tmp_path / "summer", "model.pretrained=random")
    ended, _ = go_on(tmp_path / "summer")
    assert ended.outcome == "failed"
    assert "other weights" in ended.message


def test_a_run_does_not_begin_without_what_was_learned(learned, places, tmp_path, capsys):
    extend(learned, places[1], tmp_path / "summer")
    forget(tmp_path / "summer" / "checkpoints")
    ended, _ = go_on(tmp_path / "summer")
    assert ended.message == "What 'spring' has learned is not in this run folder."
    assert main(["run", str(tmp_path / "summer" / "config.toml"), "--out", str(tmp_path / "new")]) == 1
    assert "dmc-studio extend" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_sources_that_cannot_be_extended_say_why(tmp_path, places):
    with pytest.raises(RunFolderError, match="There is no"):
        open_learned(tmp_path / "nothing.zip")
    with pytest.raises(RunFolderError, match="not a run folder"):
        open_learned(places[0])
    (tmp_path / "text.zip").write_text("no bundle")
    with pytest.raises(CheckpointError):
        open_learned(tmp_path / "text.zip")
    (tmp_path / "config.toml").write_text(to_toml(pets_config(places[0])))
    with pytest.raises(RunFolderError, match="has not learned a task yet"):
        open_learned(tmp_path)


def test_a_folder_in_use_is_left_as_it_was(learned, places):
    before = sorted(path.name for path in learned.rglob("*"))
    with pytest.raises(RunFolderError, match="holds another run"):
        extend(learned, places[1], learned)
    assert sorted(path.name for path in learned.rglob("*")) == before


def test_the_configuration_survives_its_file_and_tells_what_it_continues(learned, places):
    config = plan_extension(open_learned(learned), pets(places[1])).config
    assert read_config(to_toml(config)) == config
    assert config.earlier.tasks == (KNOWN[:2], KNOWN[2:])
    assert setting_of(config) == "custom"


def test_the_command_extends_and_says_where(learned, places, tmp_path, capsys):
    arguments = ["extend", str(learned), "--root", str(places[1]), "--out", str(tmp_path / "summer")]
    assert main([*arguments, "--prepare-only"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "summer")
    assert not (tmp_path / "summer" / "result.json").exists()
    assert main(["resume", str(tmp_path / "summer")]) == 0
    assert "Task 3 of 3" in capsys.readouterr().out
    assert main(["extend", str(learned), "--root", str(places[0])]) == 2
    assert "data.root: nothing to learn" in capsys.readouterr().err
