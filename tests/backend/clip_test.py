"""What a model is shown: squares as torchvision makes them, and prompts that are never cut short."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

from backend import engine
from backend.config import ModelSettings
from backend.encoders.clip import load_encoder, merged_state
from backend.encoders.squares import square
from backend.errors import ModelError
from backend.events import RunStarted
from backend.gate import Gate
from tests.worlds import THINGS, tiny_config

CPU = torch.device("cpu")
BICUBIC = InterpolationMode.BICUBIC
SIZES = [(224, 224), (32, 32), (500, 375), (375, 500), (333, 257), (225, 224), (224, 225), (1000, 61), (7, 301), (1, 9)]
LONG = " ".join(["extraordinarily"] * 80)


def picture(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def encoder():
    return load_encoder(ModelSettings(tuning="none"), CPU)


@pytest.mark.parametrize("side", [48, 224])
@pytest.mark.parametrize("size", SIZES)
def test_crop_is_torchvisions_resize_of_the_shorter_side_and_centre_crop(size, side):
    wanted = Compose([Resize(side, interpolation=BICUBIC), CenterCrop(side)])(picture(size))
    assert np.array_equal(np.asarray(square(picture(size), side, "crop")), np.asarray(wanted))


@pytest.mark.parametrize("side", [48, 224])
@pytest.mark.parametrize("size", SIZES)
def test_squash_is_torchvisions_resize_of_both_sides(size, side):
    wanted = Resize((side, side), interpolation=BICUBIC)(picture(size))
    assert np.array_equal(np.asarray(square(picture(size), side, "squash")), np.asarray(wanted))


def test_an_encoder_and_the_model_exported_from_it_use_the_transform_of_the_settings():
    for transform, mode in (("crop", "shortest"), ("squash", "squash")):
        made = load_encoder(ModelSettings(tuning="none", transform=transform), CPU)
        shown = made.preprocess(picture((90, 60))).numpy().transpose(1, 2, 0)
        assert np.array_equal(shown, np.asarray(square(picture((90, 60)), 48, transform)))
        assert merged_state(made)[1]["preprocess_cfg"]["resize_mode"] == mode


def test_a_prompt_that_is_too_long_is_named_with_its_tokens(encoder):
    with pytest.raises(
        ModelError, match=r"'a photo of a extra.*' has \d+ tokens; the model reads at most 77"
    ) as caught:
        encoder.text.features(["a photo of a cat.", f"a photo of a {LONG}."])
    count = encoder.text._tokenizer([f"a photo of a {LONG}."], context_length=500).count_nonzero()
    assert f"has {count} tokens" in str(caught.value)


def test_the_longest_prompt_that_fits_is_read_to_its_end(encoder):
    fits, too_long = " ".join(["a"] * 75), " ".join(["a"] * 76)
    assert encoder.text.tokenize([fits]).shape == (1, 77)
    with pytest.raises(ModelError, match="78 tokens"):
        encoder.text.tokenize([too_long])


def test_names_that_leave_no_room_for_the_contexts_are_refused_before_any_task(encoder):
    name = " ".join(["a"] * 70)
    encoder.check_prompts(["star", name], ["a photo of {}."])
    for per_task, vectors in ((False, 10), (True, 20)):
        with pytest.raises(ModelError, match=f"and {vectors} learned vectors"):
            encoder.prompts("a photo of a {}.", length=10, per_task=per_task, names=["star", name])


def test_a_class_with_a_name_that_is_too_long_ends_a_run_before_its_first_task(tmp_path):
    events = []
    config = tiny_config(data={"template": f"{LONG} {{}}"}, method={"name": "zero_shot"})
    ended = engine.run(config, tmp_path / "run", events.append, Gate())
    assert ended.outcome == "failed"
    assert " ".join(THINGS[0]) in ended.message
    assert "the model reads at most 77" in ended.message
    assert not [event for event in events if event.kind == "task_started"]


def test_a_run_says_what_its_numbers_mean_when_it_starts(tmp_path):
    events = []
    engine.run(tiny_config(method={"name": "zero_shot"}), tmp_path / "run", events.append, Gate())
    started = next(event for event in events if isinstance(event, RunStarted))
    assert (started.setting, started.weights, started.transform) == ("custom", "demo", "crop")
    assert started.templates == ("a photo of a {}.",)
    assert len(started.split_hash) == 12
