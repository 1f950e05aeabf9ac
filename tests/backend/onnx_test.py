"""ONNX files: they do as the run does for any batch, say what they are, and are not kept if they differ."""

from __future__ import annotations

import json
import os
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image

from backend.answering import trained
from backend.checkpoint import Checkpoint
from backend.cli import main
from backend.config import DATASETS, ModelSettings, RunConfig
from backend.encoders.clip import load_encoder
from backend.errors import ExportError, RunFolderError, StorageError
from backend.exports import export, onnx_graph
from backend.exports import onnx as onnx_export
from backend.exports.results import classes, newest, result_of
from backend.predict import predict

pytestmark = pytest.mark.filterwarnings("ignore")  # of the packages that trace: an export does it in its own process
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def saved(stopped_run):
    return newest(stopped_run)


@pytest.fixture(scope="module")
def about(saved, stopped_run):
    return classes(saved, result_of(stopped_run, saved))


def run(graph, pixels):
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(["logits", "probabilities"], {"pixels": pixels})


def constant(answer):
    """Return a model that gives the same logits for every picture."""
    pixels = onnx.helper.make_tensor_value_info("pixels", onnx.TensorProto.FLOAT, ["n", 3, 48, 48])
    logits = onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, [1, 4])
    value = onnx.numpy_helper.from_array(np.full((1, 4), answer, np.float32))
    node = onnx.helper.make_node("Constant", [], ["logits"], value=value)
    graph = onnx.helper.make_graph([node], "constant", [pixels], [logits])
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)


def facts(graph):
    return {prop.key: json.loads(prop.value) for prop in onnx.load_from_string(graph).metadata_props}


@pytest.mark.slow
def test_a_file_does_as_its_run_for_any_batch_and_says_how_to_prepare_pictures(saved, about, stopped_run, tmp_path):
    test, told = DATASETS["tiny"]().pictures("test"), []
    graph = onnx_graph.made(saved, about, told.append)
    model = onnx.load_from_string(graph)
    onnx.checker.check_model(model)
    assert [entry.version for entry in model.opset_import if not entry.domain] == [18]

    known, encoder = facts(graph), trained(saved, CPU)
    mean, std = (np.array(known["preprocess"][key]).reshape(1, 3, 1, 1) for key in ("mean", "std"))
    paths = [tmp_path / f"{i}.png" for i in range(7)]
    for path, index in zip(paths, range(0, 42, 6), strict=True):
        Image.fromarray(test.load(index)).save(path)
    pixels = torch.stack([encoder.preprocess(Image.open(path)) for path in paths]).numpy() / 255
    prepared = ((pixels - mean) / std).astype(np.float32)
    assert prepared.shape[2:] == (known["preprocess"]["size"],) * 2
    probabilities = np.concatenate([run(graph, part)[1] for part in (prepared[:1], prepared[1:])])
    names = [entry["name"] for entry in known["classes"]["classes"]]
    for row, (guess, *_) in zip(probabilities, predict(stopped_run, paths), strict=True):
        assert names[row.argmax()] == guess.name
        assert row.max() == pytest.approx(guess.probability, abs=1e-4)

    compared = known["compared"]
    assert compared["largest_difference"] < compared["limit"] == 1e-3
    assert len(compared["batches"]) > 1
    words = f"{compared['largest_difference']:.1e} (up to 0.001 is accepted)"
    assert told[-1] == f"Largest difference from PyTorch: {words}"


@pytest.mark.parametrize("answer", [0.0, np.nan])
def test_one_that_differs_is_not_kept(answer, saved, about, monkeypatch):
    monkeypatch.setattr(onnx_graph, "_graph", lambda *_: constant(answer))
    with pytest.raises(ExportError, match="was not kept: its logits differ") as caught:
        onnx_graph.made(saved, about, lambda _: None)
    assert "checkpoint" in caught.value.hint


def test_one_that_would_be_too_large_is_refused_before_it_is_made(saved, about, monkeypatch):
    monkeypatch.setattr(onnx_graph, "_MOST_BYTES", 1000)
    with pytest.raises(ExportError, match="holds at most 2 GB"):
        onnx_graph.made(saved, about, lambda _: None)


def test_a_tower_that_cannot_be_traced_says_so(saved, about, monkeypatch):
    def fail(*_, **__):
        raise torch.onnx.OnnxExporterError("aten::strange is unknown\n  many lines")

    monkeypatch.setattr(torch.onnx, "export", fail)
    with pytest.raises(ExportError, match=r"cannot be written as ONNX: aten::strange is unknown\."):
        onnx_graph.made(saved, about, lambda _: None)


def test_missing_packages_are_named_with_the_command_that_installs_them(stopped_run, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None if name == "onnxscript" else object())
    with pytest.raises(ExportError) as caught:
        export(stopped_run, "onnx", tmp_path / "a.onnx")
    assert caught.value.hint == "Run: pip install onnxscript"


@pytest.fixture
def other_process(tmp_path, monkeypatch):
    """Let the export's process be a shell script."""

    def replace(script):
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(onnx_export.sys, "executable", str(program))

    return replace


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_what_the_other_process_tells_and_what_goes_wrong_there_arrives(other_process, stopped_run, tmp_path):
    told = []
    other_process("""echo '["tell", "Half way"]'\necho '["StorageError", "No room.", "Make some."]'\nexit 1""")
    with pytest.raises(StorageError, match="No room") as caught:
        export(stopped_run, "onnx", tmp_path / "a.onnx", told.append)
    assert (told, caught.value.hint) == (["Half way"], "Make some.")
    other_process("echo 'cannot allocate memory.' >&2\nkill -9 $$")
    with pytest.raises(ExportError, match="ended with code -9: cannot allocate memory"):
        export(stopped_run, "onnx", tmp_path / "a.onnx")


@pytest.mark.slow
def test_the_command_writes_the_file_and_prints_the_difference(copied_run, tmp_path, capsys):
    for name in ("config.toml", "events.jsonl", "checkpoints/task-02/manifest.json"):
        file = copied_run / name  # the other process does not know the tests' data set
        file.write_text(file.read_text().replace('"tiny"', '"drawn"'))
    assert main(["export", str(copied_run), "--kind", "onnx", "--to", str(tmp_path / "a.onnx")]) == 0
    assert "Largest difference from PyTorch: " in capsys.readouterr().out
    assert facts((tmp_path / "a.onnx").read_bytes())["classes"]["finished"] is False
    shutil.rmtree(copied_run / "checkpoints")
    with pytest.raises(RunFolderError):
        export(copied_run, "onnx", tmp_path / "b.onnx")


RESNET = {"image_size": 32, "layers": [1, 1, 1, 1], "width": 16, "patch_size": None}
VIT = {"image_size": 32, "layers": 2, "width": 64, "patch_size": 8}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vision", "tuning"),
    [(VIT, "lora"), (VIT, "full"), (VIT, "adapter"), (VIT, "none"), (RESNET, "full"), (RESNET, "adapter")],
)
def test_every_tower_and_tuning_gives_an_equal_file(vision, tuning, tmp_path):
    config = {"model_cfg": {"embed_dim": 32, "vision_cfg": vision, "text_cfg": TEXT}, "preprocess_cfg": {}}
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    settings = ModelSettings(name=f"local-dir:{tmp_path}", pretrained="random", tuning=tuning)
    encoder = load_encoder(settings, CPU)
    torch.manual_seed(0)
    with torch.no_grad():
        for value in encoder.parameters():
            value += 0.05 * torch.randn_like(value)
    tensors = {f"encoder.{name}": value for name, value in encoder.delta().items()}
    tensors |= {"classifier": torch.nn.functional.normalize(torch.randn(6, 32), dim=1), "scale": torch.tensor(100.0)}
    manifest = {"config": RunConfig(model=settings).model_dump(mode="json"), "weights": encoder.weights}
    graph = onnx_graph.made(Checkpoint(tmp_path, 0, manifest, tensors), {"classes": []}, lambda _: None)
    assert facts(graph)["compared"]["largest_difference"] < 1e-3
    pixels = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        expected = 100 * encoder.image(pixels) @ tensors["classifier"].T
    known = facts(graph)["preprocess"]
    mean, std = (np.array(known[key]).reshape(1, 3, 1, 1) for key in ("mean", "std"))
    logits, _ = run(graph, ((pixels.numpy() / 255 - mean) / std).astype(np.float32))
    assert np.abs(logits - expected.numpy()).max() < 2e-3
