"""Frozen towers: each picture is encoded once, and what is learned from features is what pixels would have taught."""

from __future__ import annotations

import pytest
import torch

from backend.api import Gate
from backend.arrays import folder_of
from backend.config import ModelSettings
from backend.encoders.clip import ClipEncoder, load_encoder
from backend.events import StepEnded
from backend.gate import Stopped
from backend.stages.features import feature_store
from backend.stages.pixels import build_store
from backend.stages.pulse import Pulse
from tests.worlds import TinyPictures

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(ModelSettings(tuning="adapter"), CPU)


@pytest.fixture
def encoded(monkeypatch):
    """How many pictures the tower has seen since, in batches."""
    seen, tower = [], ClipEncoder.tower
    monkeypatch.setattr(ClipEncoder, "tower", lambda self, pixels: seen.append(len(pixels)) or tower(self, pixels))
    return seen


def pixels_of(encoder):
    pictures = TinyPictures("test", 3)
    return build_store(pictures, encoder.preprocess, key="tiny", size=encoder.size, tick=lambda _: None)


def features_of(encoder, key="tiny", emit=lambda _: None, gate=None):
    return feature_store(pixels_of(encoder), encoder, key=key, pulse=Pulse(emit, gate or Gate()))


def test_features_lead_to_the_same_result_as_pixels(encoder):
    pixels, features = pixels_of(encoder), features_of(encoder)
    assert features.inputs.dim() == 2
    with torch.no_grad():
        encoder.adapter.delta.normal_(generator=torch.Generator().manual_seed(0))
        expected, got = encoder.image(pixels.inputs), encoder.image(features.inputs)
        encoder.adapter.delta.zero_()
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5)
    assert (features.names, features.checksums) == (pixels.names, pixels.checksums)
    assert torch.equal(features.labels, pixels.labels)


def test_each_picture_is_encoded_once(encoder, encoded):
    first = features_of(encoder)
    assert sum(encoded) == 24 + 1  # and one picture to tell towers apart
    encoded.clear()
    assert torch.equal(features_of(encoder).inputs, first.inputs)
    assert encoded == [1]


def test_other_pictures_weights_or_normalisation_are_encoded_anew(encoder, encoded):
    features_of(encoder)
    encoded.clear()
    features_of(encoder, key="other")
    assert sum(encoded) == 25
    encoded.clear()
    features_of(load_encoder(ModelSettings(tuning="adapter", pretrained="random"), CPU))
    assert sum(encoded) == 25
    encoded.clear()
    shifted = load_encoder(ModelSettings(tuning="adapter"), CPU)
    shifted._mean += 1
    features_of(shifted)
    assert sum(encoded) == 25


def test_progress_is_told_and_a_stop_leaves_nothing_behind(encoder):
    gate, steps = Gate(), []

    def emit(event):
        steps.append(event)

    features_of(encoder, emit=emit)
    (last,) = [e for e in steps if isinstance(e, StepEnded) and e.step == e.steps]
    assert last.stage == "prepare"
    files = set(folder_of("features").iterdir())
    pixels_of(encoder)
    gate.stop()
    with pytest.raises(Stopped):
        features_of(encoder, key="stopped", gate=gate)
    assert set(folder_of("features").iterdir()) == files


def test_a_damaged_feature_file_is_made_again(encoder, encoded):
    first = features_of(encoder).inputs.clone()
    (file,) = folder_of("features").glob("*.npy")
    data = bytearray(file.read_bytes())
    data[-1] ^= 255
    file.write_bytes(data)
    encoded.clear()
    assert torch.equal(features_of(encoder).inputs, first)
    assert sum(encoded) == 25


@pytest.mark.parametrize(("tuning", "frozen"), [("adapter", True), ("none", True), ("lora", False), ("full", False)])
def test_only_a_tower_that_never_moves_is_frozen(tuning, frozen):
    assert load_encoder(ModelSettings(tuning=tuning), CPU).frozen is frozen
