"""Menus: every entry can be chosen, and a model brings its weights along."""

from __future__ import annotations

import open_clip
import pytest

from backend.config import DATASETS, RunConfig
from backend.menus import catalogue, presets
from backend.setting import SETTINGS, setting_of

MODELS = catalogue().models


@pytest.mark.parametrize("entry", MODELS, ids=lambda entry: entry.label)
def test_every_model_of_the_menu_is_one_that_open_clip_has_with_weights(entry):
    config = RunConfig().replaced(model={"name": entry.id, "pretrained": entry.also["model.pretrained"]})
    if entry.id == "demo":
        assert config == RunConfig()
    else:
        assert config.model.pretrained in open_clip.list_pretrained_tags_by_model(config.model.name)


def test_the_models_of_both_settings_are_in_the_menu():
    offered = {(entry.id, entry.also["model.pretrained"]) for entry in MODELS}
    assert {(s.model, s.pretrained) for s in SETTINGS.values()} <= offered


def test_no_model_of_the_menu_has_weights_for_another_activation():
    for entry in MODELS[1:]:
        tag = open_clip.get_pretrained_cfg(entry.id, entry.also["model.pretrained"])
        assert bool(tag.get("quick_gelu")) == entry.id.endswith("-quickgelu")


@pytest.mark.parametrize("dataset", ["cifar100", "imagenet_r"])
@pytest.mark.parametrize("setting", ["a", "b"])
def test_the_presets_of_a_setting_follow_it(dataset, setting):
    if dataset not in DATASETS:
        pytest.skip(f"{dataset} is not installed")
    preset = next(p for p in presets() if p.id == f"setting-{setting}-{dataset.replace('_', '-')}")
    assert setting_of(preset.config) == setting.upper()
    assert preset.config.data.name == dataset
    assert preset.config.split.classes_per_task == {"cifar100": 10, "imagenet_r": 20}[dataset]
    assert (preset.config.run.precision, preset.config.run.device) == ("bf16", "auto")


def test_a_preset_for_a_data_set_that_is_not_there_is_left_out(monkeypatch):
    DATASETS["drawn"]  # scans the folder
    monkeypatch.delitem(DATASETS._found, "cifar100", raising=False)
    assert not [preset for preset in presets() if "cifar100" in preset.id]
    assert [preset for preset in presets() if preset.id == "demo"]
