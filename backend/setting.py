"""Settings A and B, the two protocols of the field: each fixes weights, transform, template and class order together.

Numbers of one cannot be compared with numbers of the other, nor with those of a setting of one's own: with any of
these keys changed, a configuration is "custom".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from backend.config import RunConfig
from backend.pictures import published_order

SettingId: TypeAlias = Literal["A", "B"]
SettingName: TypeAlias = Literal["A", "B", "custom"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One protocol.

    Attributes:
        id: what papers' tables are sorted by here.
        label: a few words for a menu.
        help: one sentence: whose numbers it is comparable with.
        model: architecture.
        pretrained: tag of the weights.
        transform: how pictures become squares.
        template: prompt.
        order: class order; `published` only where the data set has such a list, otherwise `natural`.
    """

    id: SettingId
    label: str
    help: str
    model: str
    pretrained: str
    transform: Literal["crop", "squash"]
    template: str
    order: str | int

    def fixes(self, dataset: str) -> dict[str, dict[str, str | int]]:
        """Return the keys that it fixes for a data set, by section."""
        order = self.order
        if order == "published" and not published_order(dataset):
            order = "natural"
        return {
            "model": {"name": self.model, "pretrained": self.pretrained, "transform": self.transform},
            "data": {"template": self.template},
            "split": {"order": order},
        }


SETTINGS: Final[Mapping[SettingId, Setting]] = {
    "A": Setting(
        "A",
        "A: OpenAI weights",
        "OpenAI's ViT-B/16, centre crop, one prompt, published class orders: as RAPF, CLAP4CLIP and MG-CLIP report.",
        "ViT-B-16-quickgelu",
        "openai",
        "crop",
        "a good photo of a {}.",
        "published",
    ),
    "B": Setting(
        "B",
        "B: LAION-400M weights",
        "LAION-400M's ViT-B/16, squashed pictures, ensemble of prompts, seed 1993: as PROOF and ENGINE report.",
        "ViT-B-16",
        "laion400m_e32",
        "squash",
        "ensemble",
        1993,
    ),
}


def setting_of(config: RunConfig) -> SettingName:
    """Return which protocol a configuration follows; `custom` once any of its keys differs, or it continues a run."""
    if config.earlier is not None:
        return "custom"
    tree = config.model_dump()
    for id_, setting in SETTINGS.items():
        if all(tree[section].items() >= keys.items() for section, keys in setting.fixes(config.data.name).items()):
            return id_
    return "custom"


def apply(config: RunConfig, setting: SettingId) -> RunConfig:
    """Return the configuration with the keys of a protocol; every other key stays."""
    return config.replaced(**SETTINGS[setting].fixes(config.data.name))
