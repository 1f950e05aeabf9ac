"""The encoder: cropping is exact, tuning starts at the pre-trained tower, merging changes nothing."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.config import ModelSettings
from backend.encoders.clip import load_encoder, merged_state
from backend.errors import CheckpointError, ModelError

CPU = torch.device("cpu")
TUNINGS = ["lora", "full", "adapter", "none"]


def pixels(n=6):
    return torch.randint(0, 255, (n, 3, 48, 48), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def frozen():
    return load_encoder(ModelSettings(tuning="none"), CPU)


def shaken(tuning, **more):
    encoder = load_encoder(ModelSettings(tuning=tuning, **more), CPU)
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for p in encoder.parameters():
            p += 0.02 * torch.randn(p.shape, generator=draw)
    return encoder


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from(["red", "star", "boat", "dotted", "hourglass", "an", "of", "a"]), min_size=1, max_size=12)
)
def test_cropping_behind_the_end_token_changes_nothing(frozen, words):
    texts = [" ".join(words), "a photo of a red star."]
    cropped, padded = frozen.text.features(texts), frozen.text.features(texts, crop=False)
    torch.testing.assert_close(cropped, padded, atol=1e-6, rtol=0)


def test_shared_prompts_start_as_the_template(frozen):
    prompts = frozen.prompts("a photo of a {}.", length=0, per_task=False)
    prompts.open_task(["red star", "striped green anchor"])
    wanted = frozen.text.features(["a photo of a red star.", "a photo of a striped green anchor."])
    torch.testing.assert_close(prompts().detach(), wanted, atol=1e-6, rtol=0)


def test_gradients_of_cropped_prompts_reach_every_context(frozen):
    prompts = frozen.prompts("a photo of a {}.", length=3, per_task=True)
    prompts.open_task(["red star"])
    prompts.open_task(["blue boat"])
    prompts().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in prompts.parameters())


def test_a_context_of_one_task_does_not_change_classes_of_another(frozen):
    prompts = frozen.prompts("a photo of a {}.", length=0, per_task=True)
    prompts.open_task(["red star"])
    prompts.open_task(["blue boat"])
    before = prompts().detach()
    with torch.no_grad():
        prompts.own[1].neg_()
    after = prompts().detach()
    assert torch.equal(before[0], after[0])
    assert not torch.allclose(before[1], after[1])


@pytest.mark.parametrize("tuning", TUNINGS)
def test_tuning_starts_at_the_pretrained_tower(frozen, tuning):
    encoder = load_encoder(ModelSettings(tuning=tuning), CPU)
    torch.testing.assert_close(encoder.image(pixels()), frozen.image(pixels()), atol=1e-6, rtol=0)


@pytest.mark.parametrize("tuning", TUNINGS)
def test_a_delta_goes_into_a_fresh_encoder(tuning):
    encoder = shaken(tuning)
    other = load_encoder(ModelSettings(tuning=tuning), CPU)
    other.load_delta(encoder.delta())
    assert torch.equal(other.image(pixels()), encoder.image(pixels()))


@pytest.mark.parametrize("tuning", TUNINGS)
@pytest.mark.parametrize("where", ["kv", "all"])
def test_merged_weights_give_the_same_features(tuning, where):
    encoder = shaken(tuning, lora_on=where)
    expected = encoder.image(pixels())
    state, config, rest = merged_state(encoder)
    assert rest is None
    plain = load_encoder(ModelSettings(tuning="none"), CPU)
    plain.model.load_state_dict(state)
    torch.testing.assert_close(plain.image(pixels()), expected, atol=1e-5, rtol=0)
    assert config["model_cfg"]["embed_dim"] == 128


def test_kv_updates_leave_the_queries_alone():
    encoder = load_encoder(ModelSettings(tuning="lora", lora_on="kv"), CPU)
    attention = encoder.model.visual.transformer.resblocks[0].attn
    before = attention.in_proj_weight.detach().clone()
    with torch.no_grad():
        for p in encoder.parameters():
            p += 0.1
    change = (attention.in_proj_weight - before).abs().detach()
    width = before.shape[1]
    assert float(change[:width].sum()) == 0
    assert float(change[width:].min()) > 0


def test_a_delta_of_another_model_is_refused():
    encoder = load_encoder(ModelSettings(tuning="lora", lora_rank=4), CPU)
    other = load_encoder(ModelSettings(tuning="lora", lora_rank=8), CPU)
    with pytest.raises(CheckpointError, match="does not fit"):
        encoder.load_delta(other.delta())


def test_unknown_models_are_refused_with_the_nearest_name():
    with pytest.raises(ModelError, match="ViT-B-16"):
        load_encoder(ModelSettings(name="ViT-B-166"), CPU)
    with pytest.raises(ModelError, match=r"open_clip_config\.json"):
        load_encoder(ModelSettings(name="local-dir:nowhere"), CPU)


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "CMYK"])
@pytest.mark.parametrize("size", [(48, 48), (60, 90), (20, 10), (300, 50)])
def test_any_picture_becomes_a_square_of_bytes(frozen, mode, size):
    tensor = frozen.preprocess(Image.new("RGB", size, (200, 30, 30)).convert(mode))
    assert tensor.shape == (3, 48, 48)
    assert tensor.dtype == torch.uint8


@pytest.mark.slow
def test_lora_and_prompts_work_on_a_random_vit_b_16():
    encoder = load_encoder(ModelSettings(name="ViT-B-16", pretrained="random", tuning="lora", lora_on="kv"), CPU)
    batch = torch.randint(0, 255, (2, 3, 224, 224), dtype=torch.uint8)
    encoder.image(batch).sum().backward()
    assert all(p.grad is not None for p in encoder.parameters())
    prompts = encoder.prompts("a photo of a {}.", length=0, per_task=True)
    prompts.open_task(["red star", "blue boat"])
    texts = ["a photo of a a photo of a red star.", "a photo of a a photo of a blue boat."]
    torch.testing.assert_close(prompts().detach(), encoder.text.features(texts, crop=False), atol=1e-5, rtol=0)
