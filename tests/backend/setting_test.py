"""Settings A and B: what they fix, what makes a run custom, and the class orders of the field."""

from __future__ import annotations

import pytest

from backend.config import DataSettings, RunConfig
from backend.pictures import published_order
from backend.setting import SETTINGS, apply, setting_of
from backend.tasks import order_classes
from tests.worlds import Tiny

FIRST_OF_A = (87, 0, 52, 58, 44, 91, 68, 97, 51, 15)
FIRST_OF_B = (68, 56, 78, 8, 23, 84, 90, 65, 74, 76)
FIRST_OF_B_200 = (168, 136, 51, 9, 183)


class Cifar(Tiny):
    id = "cifar100"


class ImageNetR(Tiny):
    id = "imagenet_r"


def order(config: RunConfig, dataset: str, classes: int) -> tuple[int, ...]:
    names = [f"class {i}" for i in range(classes)]
    return order_classes(config.split.order, names, config.run.seed, published_order(dataset))


@pytest.mark.parametrize(
    ("setting", "dataset", "classes", "first"),
    [("A", "cifar100", 100, FIRST_OF_A), ("B", "cifar100", 100, FIRST_OF_B), ("B", "cub200", 200, FIRST_OF_B_200)],
)
def test_class_orders_begin_as_the_field_publishes_them(setting, dataset, classes, first):
    fixed = SETTINGS[setting].fixes(dataset)
    config = RunConfig().replaced(split=fixed["split"])
    drawn = order(config, dataset, classes)
    assert drawn[: len(first)] == first
    assert sorted(drawn) == list(range(classes))


@pytest.mark.parametrize("setting", ["A", "B"])
def test_a_setting_is_recognised_after_it_was_applied_and_keeps_everything_else(setting):
    before = RunConfig().replaced(run={"seed": 7}, split={"classes_per_task": 5}, model={"tuning": "adapter"})
    config = apply(before, setting)
    assert setting_of(config) == setting
    assert (config.run, config.split.classes_per_task, config.model.tuning) == (before.run, 5, "adapter")


@pytest.mark.parametrize("setting", ["A", "B"])
@pytest.mark.parametrize(
    "change",
    [
        {"model": {"name": "ViT-L-14"}},
        {"model": {"pretrained": "datacomp_xl_s13b_b90k"}},
        {"model": {"transform": None}},
        {"data": {"template": "a picture of a {}."}},
        {"split": {"order": "seeded"}},
    ],
)
def test_changing_what_a_setting_fixes_makes_it_custom(setting, change):
    config = apply(RunConfig(), setting)
    other = {"crop": "squash", "squash": "crop"}[config.model.transform]
    change = {s: {k: other if v is None else v for k, v in keys.items()} for s, keys in change.items()}
    assert setting_of(config.replaced(**change)) == "custom"


def test_the_demo_is_custom():
    assert setting_of(RunConfig()) == "custom"


def test_setting_a_takes_a_published_order_only_where_there_is_one():
    assert SETTINGS["A"].fixes("cifar100")["split"] == {"order": "published"}
    assert SETTINGS["A"].fixes("ucf101")["split"] == {"order": "natural"}


def test_the_settings_use_the_transforms_and_weights_of_the_protocols():
    a, b = (SETTINGS[name].fixes("cifar100") for name in ("A", "B"))
    assert a["model"] == {"name": "ViT-B-16-quickgelu", "pretrained": "openai", "transform": "crop"}
    assert b["model"] == {"name": "ViT-B-16", "pretrained": "laion400m_e32", "transform": "squash"}


@pytest.mark.parametrize(
    ("dataset", "count", "one"), [(Cifar, 18, "a photo of the big {}."), (ImageNetR, 7, "itap of a {}.")]
)
def test_templates_of_the_settings(dataset, count, one):
    a, b = (dataset(DataSettings(template=str(s.template))) for s in SETTINGS.values())
    assert a.templates == ("a good photo of a {}.",)
    assert len(set(b.templates)) == count
    assert one in b.templates
    assert all(template.count("{}") == 1 for template in b.templates)


def test_a_data_set_without_a_published_list_has_its_own_prompt_as_its_ensemble():
    assert Tiny(DataSettings(template="ensemble")).templates == (Tiny.template,)
