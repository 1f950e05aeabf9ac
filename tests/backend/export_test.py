"""Exports of real runs: what they hold, and that an exported model gives the run's own predictions."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys

import open_clip
import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from PIL import Image

from backend import checkpoint
from backend.api import Gate, run
from backend.config import DATASETS
from backend.encoders.clip import load_encoder
from backend.errors import CheckpointError, ConfigError, DataError, RunFolderError, StorageError
from backend.exports import charts, export, read_result
from backend.history import open_run
from backend.predict import predict
from tests.worlds import tiny_config


@pytest.fixture
def pictures(tmp_path):
    test = DATASETS["tiny"]().pictures("test")
    paths = []
    for i in range(0, len(test), 6):
        paths.append(tmp_path / f"{i}.png")
        Image.fromarray(test.load(i)).save(paths[-1])
    return paths


def test_json_is_the_result(finished_run, tmp_path):
    to = export(finished_run, "json", tmp_path / "new" / "result.json")
    assert json.loads(to.read_text()) == open_run(finished_run).result


def test_csv_holds_the_matrix_and_says_what_it_is(finished_run, tmp_path):
    result = open_run(finished_run).result
    lines = export(finished_run, "csv", tmp_path / "a.csv").read_text().splitlines()
    header = "\n".join(line for line in lines if line.startswith("#"))
    keys = ("method", "dataset", "setting", "weights", "transform", "template", "class_order", "split_hash", "seed")
    for key in keys:
        assert f"{key}: {result[key]}" in header
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert [float(row["accuracy"]) for row in rows] == pytest.approx(result["task_accuracy"], abs=1e-4)
    assert [int(row["classes"]) for row in rows] == [2, 2, 2, 2]
    for i, row in enumerate(rows):
        cells = [row[f"on_task_{j + 1}"] for j in range(4)]
        assert cells[i + 1 :] == [""] * (3 - i)
        assert [float(cell) for cell in cells[: i + 1]] == pytest.approx(
            result["accuracy_matrix"][i][: i + 1], abs=1e-4
        )


def test_latex_is_balanced_and_holds_the_numbers(finished_run, tmp_path):
    result = open_run(finished_run).result
    text = export(finished_run, "latex", tmp_path / "a.tex").read_text()
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") == 2
    assert f"{result['average']:.1f} & {result['last']:.1f} & {result['forgetting']:.1f} \\\\" in text
    body = [line for line in text.splitlines() if not line.startswith("%")]
    assert not any(re.search(r"(?<!\\)[_#$]", line) for line in body)
    columns = [int(m.group(1).count("r")) for m in re.finditer(r"tabular}{l(r+)}", text)]
    assert columns == [7, 4]


def test_a_folder_as_target_gets_a_file_with_the_runs_name(finished_run, tmp_path):
    assert export(finished_run, "csv", tmp_path) == tmp_path / f"{finished_run.name}.csv"


def test_a_stopped_run_exports_what_it_has(stopped_run, tmp_path):
    result = read_result(stopped_run)
    assert result["finished"] is False
    assert [len([x for x in row if x is not None]) for row in result["accuracy_matrix"]] == [1, 2]
    assert result["last"] == result["task_accuracy"][-1]
    for kind in ("csv", "json", "latex"):
        assert export(stopped_run, kind, tmp_path / kind).is_file()
    to = export(stopped_run, "checkpoint", tmp_path / "model")
    classes = json.loads((to / "classes.json").read_text())
    assert [entry["task"] for entry in classes["classes"]] == [1, 1, 2, 2]
    assert classes["finished"] is False


def test_unfinished_and_finished_results_name_things_alike(finished_run, stopped_run):
    assert set(read_result(stopped_run)) <= set(read_result(finished_run))


@pytest.mark.parametrize("kind", ["bundle", "checkpoint", "onnx", "csv", "json", "latex"])
def test_a_run_without_a_finished_task_has_nothing_to_export(kind, copied_run, tmp_path):
    shutil.rmtree(copied_run / "checkpoints")
    with pytest.raises(RunFolderError, match="no finished task") as caught:
        export(copied_run, kind, tmp_path / "to")
    assert "first task" in caught.value.hint
    assert not (tmp_path / "to").exists()


def test_a_wrong_kind_is_named(finished_run, tmp_path):
    with pytest.raises(ConfigError, match="'latexx' is not a kind") as caught:
        export(finished_run, "latexx", tmp_path / "to")
    assert "'latex'" in caught.value.hint


@pytest.mark.parametrize("tuning", ["lora", *(pytest.param(t, marks=pytest.mark.slow) for t in ("full", "adapter"))])
def test_open_clip_loads_an_export_and_predicts_what_the_run_predicts(tuning, tmp_path, pictures):
    folder = tmp_path / "run"
    config = tiny_config(method={"name": "dmc"}, split={"classes_per_task": 4}, model={"tuning": tuning})
    assert run(config, folder, lambda _: None, Gate()).outcome == "finished"
    to = export(folder, "checkpoint", tmp_path / "model")
    assert {path.name for path in to.iterdir()} == {
        "open_clip_model.safetensors", "open_clip_config.json", "classifier.safetensors", "classes.json", "README.txt",
    }  # fmt: skip
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{to}")
    head = safetensors.torch.load_file(to / "classifier.safetensors")
    with torch.no_grad():
        f = model.eval().encode_image(torch.stack([preprocess(Image.open(path)) for path in pictures]))
        f = f + f @ head["adapter"].T if "adapter" in head else f
        f = F.normalize(f, dim=-1)
        probabilities = (head["scale"] * f @ head["text_features"].T).softmax(dim=-1)
    saved = checkpoint.latest(folder)
    encoder = load_encoder(config.model, torch.device("cpu"), seed=config.run.seed)
    encoder.load_delta({n.removeprefix("encoder."): v for n, v in saved.tensors.items() if n.startswith("encoder.")})
    with torch.no_grad():
        expected = encoder.image(torch.stack([encoder.preprocess(Image.open(path)) for path in pictures]))
    assert torch.allclose(f, expected, atol=1e-5)
    names = [entry["name"] for entry in json.loads((to / "classes.json").read_text())["classes"]]
    best = [names[i] for i in probabilities.argmax(dim=1).tolist()]
    assert best == [guesses[0].name for guesses in predict(folder, pictures)]


def test_an_export_is_replaced_but_nothing_else_is(stopped_run, tmp_path):
    to = export(stopped_run, "checkpoint", tmp_path / "model")
    (to / "old").write_text("x")
    assert export(stopped_run, "checkpoint", to) == to
    assert not (to / "old").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "classes.json").write_text("mine")
    with pytest.raises(StorageError, match="not an earlier export"):
        export(stopped_run, "checkpoint", other)
    with pytest.raises(StorageError, match="is a file"):
        export(stopped_run, "checkpoint", other / "classes.json")
    assert (other / "classes.json").read_text() == "mine"


@pytest.mark.parametrize("kind", ["bundle", "checkpoint", "csv"])
def test_a_full_disk_leaves_what_was_there(kind, stopped_run, tmp_path, monkeypatch):
    to = export(stopped_run, kind, tmp_path / "to")
    before = {path.name for path in tmp_path.rglob("*")}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("backend.disk.os.write", full)
    with pytest.raises(StorageError, match="disk is full"):
        export(stopped_run, kind, to)
    assert {path.name for path in tmp_path.rglob("*")} == before


def test_charts_are_drawn_in_a_process_of_their_own(stopped_run, tmp_path, monkeypatch):
    calls = []

    def fake(command, **_):
        calls.append(command)
        (tmp_path / "charts.png").write_bytes(b"png")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(charts.subprocess, "run", fake)
    assert export(stopped_run, "png", tmp_path / "charts.png") == tmp_path / "charts.png"
    assert calls == [
        [
            sys.executable,
            "-m",
            "gui.chart_export",
            str(stopped_run),
            "--kind",
            "png",
            "--to",
            str(tmp_path / "charts.png"),
        ]
    ]


def test_charts_that_cannot_be_drawn_say_why(stopped_run, tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", "Traceback\nImportError: libEGL.so.1")
    monkeypatch.setattr(charts.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(StorageError, match=r"libEGL\.so\.1"):
        export(stopped_run, "svg", tmp_path / "charts.svg")


def test_predictions_are_probabilities_of_classes_seen_with_their_tasks(stopped_run, pictures):
    guesses = predict(stopped_run, pictures, top=99)
    assert len(guesses) == len(pictures)
    tasks = open_run(stopped_run).events[0].tasks
    for ranked in guesses:
        assert [g.probability for g in ranked] == sorted((g.probability for g in ranked), reverse=True)
        assert sum(g.probability for g in ranked) == pytest.approx(1, abs=1e-4)
        assert {(g.name, g.task) for g in ranked} == {(name, t) for t in (0, 1) for name in tasks[t]}


def test_a_bundle_predicts_what_its_run_predicts(stopped_run, pictures, tmp_path):
    packed = export(stopped_run, "bundle", tmp_path / "a.zip")
    assert predict(packed, pictures) == predict(stopped_run, pictures)


def test_other_base_weights_are_refused_and_both_are_named(stopped_run, pictures, tmp_path, monkeypatch):
    packed = export(stopped_run, "bundle", tmp_path / "a.zip")
    trained_from = checkpoint.latest(stopped_run).manifest["weights"]
    monkeypatch.setattr("backend.encoders.clip._hash", lambda _: "other0weights")
    for use in (lambda: predict(packed, pictures), lambda: export(stopped_run, "checkpoint", tmp_path / "model")):
        with pytest.raises(CheckpointError, match=f"weights {trained_from} of 'demo'; those here are other0weights"):
            use()
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_picture_that_cannot_be_read_is_named(content, stopped_run, tmp_path):
    path = tmp_path / "broken.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.png") as caught:
        predict(stopped_run, [path])
    assert caught.value.hint
