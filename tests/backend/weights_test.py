"""Weights: found, fetched or read from a file, never executed, and never with the wrong activation unsaid."""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import open_clip
import pytest
import safetensors.torch
import torch
from torch import nn

from backend import download, engine
from backend.config import ModelSettings
from backend.encoders import weights as module
from backend.encoders.models import load_model
from backend.encoders.state import read_state
from backend.errors import DownloadError, ModelError
from backend.events import Note, RunStarted, StepEnded
from backend.gate import Gate, Stopped
from backend.places import models_folder
from tests.backend.hub import BIN, LAION, NAME, OPENAI, OTHER, SAFE, known_to_open_clip, packed, random_state, serve
from tests.server import Loopback
from tests.worlds import tiny_config


@pytest.fixture(autouse=True)
def open_clip_knows() -> Iterator[None]:
    with known_to_open_clip():
        yield


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    with known_to_open_clip():
        return random_state()


@pytest.fixture(autouse=True)
def quiet_folders(tmp_path, monkeypatch) -> None:
    """Folders of this test's own, and no long waits."""
    monkeypatch.setattr(module, "models_folder", lambda: tmp_path / "models")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(module, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(download, "FIRST_WAIT", 0.001)


@pytest.fixture
def hub(monkeypatch) -> Iterator[Loopback]:
    with Loopback() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url(""))
        yield server


def load(name: str = NAME, pretrained: str = "laion", **more):
    return load_model(ModelSettings(name=name, pretrained=str(pretrained)), 5, **more)


def same(loaded, state) -> bool:
    return all(torch.equal(value, state[key]) for key, value in loaded.model.state_dict().items())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# From a hub.


def test_a_tag_is_downloaded_once_with_progress_and_checked(hub, state, tmp_path):
    body = packed(state)
    serve(hub, LAION, SAFE, body)
    told = []
    loaded = load(tick=told.append)
    assert same(loaded, state)
    assert {transfer.phase for transfer in told} == {"download", "check"}
    assert told[-1].done == told[-1].total == len(body)
    assert (loaded.model.visual.image_mean, loaded.model.visual.image_std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert files(tmp_path / "models") == [SAFE]
    hub.requests.clear()
    assert same(load(), state)
    assert not hub.requests


def test_where_a_hub_has_no_safetensors_its_other_file_is_taken(hub, state, tmp_path):
    torch.save(state, tmp_path / BIN)
    serve(hub, LAION, BIN, (tmp_path / BIN).read_bytes())
    assert same(load(), state)


def test_a_download_goes_on_after_cuts_and_refusals(hub, state):
    page = serve(hub, LAION, SAFE, packed(state))
    page.cuts = [10_000, 20_000]
    page.first = [(429, {}), (503, {})]
    assert same(load(), state)


def test_a_wrong_checksum_is_refused_and_nothing_is_left(hub, state, tmp_path):
    serve(hub, LAION, SAFE, packed(state), digest="0" * 64)
    with pytest.raises(DownloadError, match="damaged"):
        load()
    assert files(tmp_path / "models") == []


def test_without_a_network_the_address_and_the_way_by_hand_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError) as caught:
        load()
    said = str(caught.value)
    assert f"http://127.0.0.1:9/{LAION}/resolve/main/{SAFE}" in said
    assert str(tmp_path / "models") in said
    assert "model.pretrained" in said
    assert files(tmp_path / "models") == []


def test_a_repository_that_is_gone_is_told_with_its_addresses(hub):
    with pytest.raises(DownloadError, match=f"{LAION}/resolve/main/{BIN}"):
        load()


def test_a_stopped_download_leaves_no_weights_and_goes_on_later(hub, state, tmp_path):
    serve(hub, LAION, SAFE, packed(state))
    gate = Gate()
    with pytest.raises(Stopped):
        load(tick=lambda _: gate.stop(), gate=gate)
    assert SAFE not in files(tmp_path / "models")
    assert same(load(), state)


@pytest.mark.parametrize("where", ["models/laion--small.laion", "hub/models--laion--small.laion/snapshots/abc"])
def test_weights_that_were_put_there_by_hand_or_by_the_hubs_own_tools_need_no_network(
    where, state, tmp_path, monkeypatch
):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    (tmp_path / where).mkdir(parents=True)
    (tmp_path / where / SAFE).write_bytes(packed(state))
    refs = tmp_path / "hub/models--laion--small.laion/refs"
    refs.mkdir(parents=True)
    (refs / "main").write_text("abc")
    assert same(load(), state)


def test_the_folder_of_models_is_the_users(monkeypatch):
    assert models_folder().is_relative_to(os.environ["XDG_DATA_HOME"])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_vit_b_16_comes_from_a_hub_through_a_cut_connection(hub, tmp_path):
    state = {key: value.half() for key, value in random_state("ViT-B-16").items()}
    page = serve(hub, "timm/vit_base_patch16_clip_224.laion400m_e32", SAFE, packed(state))
    page.cuts = [len(page.body) // 2]
    loaded = load("ViT-B-16", "laion400m_e32")
    assert loaded.warnings == ()
    assert all(torch.equal(value, state[key].float()) for key, value in loaded.model.state_dict().items())


# From a file.


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".bin"])
def test_a_file_of_the_users_is_read(suffix, state, tmp_path):
    file = tmp_path / f"mine{suffix}"
    file.write_bytes(packed(state)) if suffix == ".safetensors" else torch.save(state, file)
    assert same(load(pretrained=file), state)


def test_a_training_checkpoint_of_open_clip_is_read(state, tmp_path):
    file = tmp_path / "epoch_3.pt"
    torch.save({"epoch": 3, "name": "x", "state_dict": {f"module.{k}": v for k, v in state.items()}}, file)
    assert same(load(pretrained=file), state)


@pytest.mark.parametrize("suffix", [".safetensors", ".pt", ".bin"])
@pytest.mark.parametrize("keep", [0, 7, 5000, -100])
def test_a_file_that_was_cut_short_is_refused(suffix, keep, state, tmp_path):
    file = tmp_path / f"mine{suffix}"
    file.write_bytes(packed(state)) if suffix == ".safetensors" else torch.save(state, file)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(ModelError, match="cannot be loaded"):
        load(pretrained=file)


def test_weights_of_another_architecture_are_refused_with_the_first_tensor_that_does_not_fit(tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(packed(random_state(OTHER)))
    with pytest.raises(ModelError, match=r"another architecture than 'small'.*positional_embedding' is \(17, 64\) in"):
        load(pretrained=file)


def test_weights_with_tensors_missing_or_to_spare_are_refused(state, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(packed({key: value for key, value in state.items() if key != "ln_final.bias"}))
    with pytest.raises(ModelError, match=r"'ln_final.bias' of the model is not in the file"):
        load(pretrained=file)
    file.write_bytes(packed(state | {"visual.extra": torch.zeros(2)}))
    with pytest.raises(ModelError, match=r"'visual.extra' of the file is not in the model"):
        load(pretrained=file)


def test_a_file_without_tensors_is_refused(tmp_path):
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(ModelError, match="no tensors"):
        load(pretrained=tmp_path / "list.pt")


@pytest.mark.parametrize(
    ("pretrained", "said"),
    [
        ("laion5b", "'laion5b' is not a tag of 'small'.*openai, laion"),
        ("", "'small' needs weights.*openai, laion.*'random'"),
        ("nowhere/mine.safetensors", "no weights file 'nowhere/mine.safetensors'"),
        ("mine.pt", "no weights file 'mine.pt'"),
    ],
)
def test_what_is_no_tag_and_no_file_is_refused_with_what_there_is(pretrained, said):
    with pytest.raises(ModelError, match=said):
        load(pretrained=pretrained)


def test_an_architecture_without_weights_is_random_only_when_asked_for():
    first, again = load(OTHER, "random"), load(OTHER, "random")
    assert same(first, again.model.state_dict())
    with pytest.raises(ModelError, match="needs weights"):
        load(OTHER, "")


# Hostile and foreign archives.


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def script(state: dict[str, torch.Tensor], file: Path) -> None:
    """Write a state as OpenAI's releases are: a TorchScript archive in half precision, with three marks."""
    root = nn.Module()
    for key, value in state.items():
        node, parts = root, key.split(".")
        for part in parts[:-1]:
            if not hasattr(node, part):
                node.add_module(part, nn.Module())
            node = getattr(node, part)
        node.register_parameter(parts[-1], nn.Parameter(value.half(), requires_grad=False))
    for mark, number in (("input_resolution", 32), ("context_length", 77), ("vocab_size", 49408)):
        root.register_buffer(mark, torch.tensor(number))
    with warnings.catch_warnings():  # the format is old, and so are these releases
        warnings.simplefilter("ignore")
        torch.jit.script(root).save(file)


@pytest.fixture
def release(state, tmp_path) -> Path:
    file = tmp_path / "unnamed.pt"
    script(state, file)
    return file


def test_an_archive_of_openais_kind_is_read_without_running_it(release, state, monkeypatch):
    def never(*_, **__):
        raise AssertionError

    monkeypatch.setattr(torch.jit, "load", never)
    loaded = load(f"{NAME}-quickgelu", release)
    assert loaded.warnings == ()
    assert same(loaded, {key: value.half().float() for key, value in state.items()})


def test_a_malicious_archive_is_never_executed(release, tmp_path):
    trap = tmp_path / "sprung"
    with zipfile.ZipFile(release) as old, zipfile.ZipFile(tmp_path / "evil.pt", "w") as new:
        for name in old.namelist():
            evil = name.endswith("/data.pkl")
            new.writestr(name, pickle.dumps(Bomb(trap), protocol=2) if evil else old.read(name))
    with pytest.raises(ModelError, match="never run"):
        load(pretrained=tmp_path / "evil.pt")
    assert not trap.exists()


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("archive", [False, True])
def test_a_malicious_pickle_is_never_executed(archive, tmp_path):
    file, trap = tmp_path / "evil.bin", Bomb(tmp_path / "sprung")
    torch.save({"state_dict": trap}, file) if archive else file.write_bytes(pickle.dumps(trap))
    with pytest.raises(ModelError, match="never run"):
        load(pretrained=file)
    assert not (tmp_path / "sprung").exists()


# QuickGELU.


def warned(name: str, pretrained: object) -> str:
    return " ".join(load(name, str(pretrained)).warnings)


def test_openai_weights_by_tag_warn_in_a_model_without_quickgelu_and_not_in_one_with(hub, state):
    serve(hub, OPENAI, SAFE, packed(state))
    said = warned(NAME, "openai")
    assert "62.8 instead of 66.7" in said
    assert "'small-quickgelu'" in said
    assert warned(f"{NAME}-quickgelu", "openai") == ""


@pytest.mark.parametrize("place", ["Small-16.pt", "models--timm--small.openai/snapshots/abc/model.safetensors"])
def test_a_file_that_is_named_like_openais_release_warns(place, state, tmp_path):
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(state, file) if file.suffix == ".safetensors" else torch.save(state, file)
    assert "were trained with QuickGELU" in warned(NAME, file)
    assert warned(f"{NAME}-quickgelu", file) == ""


def test_a_renamed_file_with_the_checksum_of_openais_release_warns(state, tmp_path, monkeypatch):
    file = tmp_path / "renamed.pt"
    torch.save(state, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    tag = open_clip.get_pretrained_cfg(NAME, "openai")
    monkeypatch.setitem(tag, "url", f"https://example.org/{digest}/Small-16.pt")
    assert "were trained with QuickGELU" in warned(NAME, file)


def test_a_state_with_openais_marks_warns(state, tmp_path):
    file = tmp_path / "unnamed.pt"
    marks = {"input_resolution": 32, "context_length": 77, "vocab_size": 49408}
    torch.save(state | {key: torch.tensor(value) for key, value in marks.items()}, file)
    assert "were trained with QuickGELU" in warned(NAME, file)
    assert warned(f"{NAME}-quickgelu", file) == ""


def test_a_local_directory_that_forgets_quickgelu_warns(state, tmp_path):
    folder = tmp_path / "timm--small.openai"
    folder.mkdir()
    (folder / SAFE).write_bytes(packed(state))
    config = {"model_cfg": open_clip.get_model_config(NAME), "preprocess_cfg": {}}
    (folder / "open_clip_config.json").write_text(str(config).replace("'", '"'))
    assert "Correct quick_gelu in its configuration" in warned(f"local-dir:{folder}", "")


def test_a_file_that_tells_nothing_warns_where_it_could_be_openais(state, tmp_path):
    file = tmp_path / "mine.safetensors"
    file.write_bytes(packed(state))
    assert "Nothing tells whether 'mine.safetensors'" in warned(NAME, file)
    assert warned(f"{NAME}-quickgelu", file) == ""


def test_laion_weights_warn_in_a_model_with_quickgelu(state, tmp_path):
    file = tmp_path / "small-laion.pt"
    torch.save(state, file)
    said = warned(f"{NAME}-quickgelu", file)
    assert "were trained with plain GELU" in said
    assert "Choose 'small'." in said
    assert warned(NAME, file) == ""


def test_every_openai_architecture_of_open_clip_has_a_twin_with_quickgelu():
    for name, tag in open_clip.list_pretrained():
        if tag == "openai" and not name.endswith("-quickgelu"):
            assert f"{name}-quickgelu" in open_clip.list_models()


def test_a_tag_beside_the_demo_model_is_said_to_be_ignored():
    assert "ignored" in load("demo", "openai").warnings[0]
    assert load("demo", "").warnings == ()


# In a run.


def test_a_run_tells_of_its_download_and_of_the_wrong_activation(hub, state, tmp_path):
    serve(hub, OPENAI, SAFE, packed(state))
    events = []
    config = tiny_config(model={"name": NAME, "pretrained": "openai"}, method={"name": "zero_shot"})
    assert engine.run(config, tmp_path / "run", events.append, Gate()).outcome == "finished"
    notes = [event for event in events if isinstance(event, Note)]
    assert [note.level for note in notes if "62.8" in note.text] == ["warning"]
    assert [note.level for note in notes if note.text.startswith(f"Downloading '{SAFE}'")] == ["info"]
    started = next(i for i, event in enumerate(events) if isinstance(event, RunStarted))
    assert events[started].weights == "small:openai"
    assert started < next(i for i, event in enumerate(events) if isinstance(event, StepEnded))


def test_a_run_without_a_network_fails_with_the_address_and_no_traceback(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    config = tiny_config(model={"name": NAME, "pretrained": "laion"}, method={"name": "zero_shot"})
    ended = engine.run(config, tmp_path / "run", lambda _: None, Gate())
    assert ended.outcome == "failed"
    assert "127.0.0.1" in ended.message
    assert "by hand" in ended.hint


def test_a_text_file_is_no_weights(tmp_path):
    shutil.copy(__file__, tmp_path / "text.pt")
    with pytest.raises(ModelError, match="cannot be loaded"):
        read_state(tmp_path / "text.pt")
